"""What a panelist sees of a work, and what a portfolio tells of a seminar."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.portfolio.http.documents import OneWorkDocument, PortfolioDocument
from shared.contracts.documents import document_digest
from shared.ledger.identifiers import shard_of
from shared.runtime.disclosing import HEADER, disclosed
from tests.support.ledger_writer import TENANT, framework_document, named, result
from tests.support.portfolio import REF, Served, WorkWriter, serving_portfolio
from tests.support.servers import District

ANA, BO, LIBRARIAN = (named(name) for name in ("ana", "bo", "librarian"))
POSTER, EXHIBITION, READING = named("poster"), named("exhibition"), named("reading")
MOVES: dict[str, Any] = {
    "format": "ascertain.moves@1",
    "id": named("moves"),
    "title": "What we look for",
    "language": "en",
    "moves": [{"code": "asks", "title": "Asks a question of the text"}, {"code": "builds", "title": "Builds"}],
}


@pytest.fixture
def ledger() -> WorkWriter:
    writer = WorkWriter()
    writer.publish(framework_document(named("framework"), [READING]))
    writer.publish(MOVES)
    for learner in (ANA, BO):
        writer.enrol(learner, named("school"))
    writer.start(POSTER, BO, ANA, title_ref=REF)
    return writer


@pytest.fixture
async def served(district: District, ledger: WorkWriter, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving_portfolio(district, ledger, tmp_path) as made:
        yield made


def of_panel(ledger: WorkWriter, name: str, **body: Any) -> None:
    """An event of the exhibition."""
    stream = f"exhibition/{EXHIBITION}" if name == "ExhibitionPlanned" else f"panelist/{EXHIBITION}/{LIBRARIAN}"
    where = ("evidence", shard_of(TENANT, EXHIBITION))
    ledger._append(where, (name, EXHIBITION, stream), {"exhibition": EXHIBITION, **body}, None, None)


async def test_a_panelist_sees_versions_and_neither_people_nor_what_was_said(
    served: Served, ledger: WorkWriter
) -> None:
    version = ledger.version(POSTER)
    ledger.feedback(POSTER, version)
    ledger.of_learner(
        "AttemptRecorded", ANA, {"work": POSTER, "purpose": "practice", "results": [result(READING, "1")]}
    )
    of_panel(ledger, "ExhibitionPlanned", school=named("school"), works=[POSTER], roles=["family"])
    await served.applied.more()
    assert (await served.get(f"/v1/works/{POSTER}", LIBRARIAN)).status_code == 404
    of_panel(ledger, "PanelistAppointed", panelist=LIBRARIAN, role="community")
    await served.applied.more()
    answer = await served.get(f"/v1/works/{POSTER}", LIBRARIAN)
    seen = answer.json()
    OneWorkDocument.model_validate(seen)
    assert (seen["members"], seen["others"], seen["pieces"], seen["evidence"]) == ([], 2, [], [])
    assert [(one["event"], one["feedback"]) for one in seen["versions"]] == [(version, [])]
    told = disclosed(value.encode() for name, value in answer.headers.multi_items() if name == HEADER.lower())
    assert set(told) == {(ANA, "work"), (BO, "work")}
    assert (await served.get(f"/v1/learners/{ANA}/portfolio", LIBRARIAN)).status_code == 404
    of_panel(ledger, "PanelistDismissed", panelist=LIBRARIAN)
    await served.applied.more()
    assert (await served.get(f"/v1/works/{POSTER}", LIBRARIAN)).status_code == 404


async def test_a_seminar_is_told_in_the_words_of_its_list(served: Served, ledger: WorkWriter) -> None:
    seminar = {"seminar": named("seminar"), "moves_by": document_digest(MOVES), "purpose": "performance"}
    counted = [{"move": "asks", "count": 3}, {"move": "sings", "count": 1}]
    ledger.of_learner("ObservationRecorded", ANA, {**seminar, "moves": counted, "results": []})
    silent = {**seminar, "moves": [], "results": []}
    ledger.of_learner("ObservationRecorded", BO, silent)
    portfolio = await served.portfolio(ANA)
    PortfolioDocument.model_validate(portfolio)
    [piece] = portfolio["evidence"]
    assert piece["moves"] == [
        {"move": "asks", "count": 3, "title": "Asks a question of the text"}, {"move": "sings", "count": 1}
    ]  # fmt: skip
    assert (piece["seminar"], piece["results"], piece["shows"]) == (named("seminar"), [], [])
    [other] = (await served.portfolio(BO))["evidence"]
    assert other["moves"] == []
