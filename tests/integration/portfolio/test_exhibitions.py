"""What is told of exhibitions: to whom, how far they came, never the standing, what was said after the close; and who
had none this year.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.portfolio.http.exhibition_documents import (
    DueDocument,
    ExhibitionDocument,
    ExhibitionsDocument,
    ResultsDocument,
)
from shared.ledger.canonical import canonical
from shared.ledger.identifiers import digest
from tests.support.exhibited import BEST, FAIR, ExhibitionWriter, ballot, held, rating
from tests.support.ledger_writer import named
from tests.support.portfolio import REF, Served, serving_portfolio
from tests.support.servers import District

ANA, BO, CLEO, GUARDIAN, TEACHER, PRINCIPAL, SUPERINTENDENT, NEIGHBOUR = (
    named(name) for name in ("ana", "bo", "cleo", "guardian", "teacher", "principal", "superintendent", "neighbour")
)
POSTER, ESSAY, SCHOOL, SECTION = (named(name) for name in ("poster", "essay", "school", "section"))
ASKED = (BEST, rating(POSTER), rating(ESSAY))
WELL, AS_WELL = f"well/{POSTER}", f"well/{ESSAY}"
MANY = [("family", {"best": "boxer", WELL: "2", AS_WELL: "3"})] * 5 + [
    ("staff", {"best": "clover", WELL: "3", AS_WELL: "1"})
] * 6
PATH = f"/v1/exhibitions/{FAIR}"


@pytest.fixture
def ledger() -> ExhibitionWriter:
    writer = ExhibitionWriter()
    writer.teach(SECTION, SCHOOL, TEACHER, ANA, BO)
    writer.enrol(CLEO, SCHOOL)
    writer.say("GuardianLinked", ANA, f"learner/{ANA}", {"guardian": GUARDIAN})
    writer.grant(PRINCIPAL, "administrator", f"school/{SCHOOL}")
    writer.grant(SUPERINTENDENT, "administrator", "district")
    writer.grant(NEIGHBOUR, "administrator", f"school/{named('another school')}")
    writer.start(POSTER, ANA, title_ref=REF)
    writer.start(ESSAY, BO)
    return writer


@pytest.fixture
async def served(district: District, ledger: ExhibitionWriter, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving_portfolio(district, ledger, tmp_path) as made:
        yield made


async def told(served: Served, path: str, person: str, **query: str) -> dict[str, Any]:
    await served.applied.more()
    response = await served.get(path, person, **query)
    assert response.status_code == 200, response.text
    return dict(response.json())


def numbers(seen: dict[str, Any]) -> dict[int, str]:
    return {shown["number"]: shown["work"] for shown in seen["works"]}


async def test_an_exhibition_is_told_with_how_many_voted_and_never_how(
    served: Served, ledger: ExhibitionWriter
) -> None:
    ledger.plan(FAIR, [POSTER], SCHOOL, roles=["family"])
    ledger.plan(FAIR, [POSTER, ESSAY], SCHOOL, section=SECTION, questions=REF, title_ref=REF)
    seen = await told(served, PATH, TEACHER)
    ExhibitionDocument.model_validate(seen)
    assert (seen["state"], seen["version"], numbers(seen), seen["others"]) == ("planned", 2, {1: POSTER, 2: ESSAY}, 0)
    assert [one.get("title_ref") for one in seen["works"]] == [REF, None]
    assert (seen["roles"], seen["title_ref"], seen["questions"]) == (["family", "staff"], REF, REF)
    ledger.open(FAIR, ASKED)
    for n in range(3):
        ledger.issue(FAIR, n)
    ledger.vote(FAIR, 1, {"best": "boxer"})
    seen = await told(served, PATH, TEACHER)
    assert (seen["state"], seen["version"], seen["counted"]) == ("open", 3, False)
    assert seen["ballots"] == {"issued": 3, "voted": 1}
    results = await told(served, f"{PATH}/results", TEACHER)
    ResultsDocument.model_validate(results)
    assert (results["items"], results["ballots"]) == ([], {"issued": 3, "voted": 1})
    assert "before the exhibition is closed" in results["note"]
    assert ballot(1) not in str(seen) + str(results)
    ledger.close(FAIR)
    assert "being counted" in (await told(served, f"{PATH}/results", TEACHER))["note"]


async def test_after_the_close_everyone_concerned_reads_what_was_said_and_ratings_of_her_own_works(
    served: Served, ledger: ExhibitionWriter
) -> None:
    ledger.plan(FAIR, [POSTER, ESSAY], SCHOOL)
    ledger.open(FAIR, ASKED)
    held(ledger, FAIR, MANY, asked=ASKED)
    for_all = await told(served, f"{PATH}/results", PRINCIPAL)
    ResultsDocument.model_validate(for_all)
    assert (for_all["recountable"], "note" in for_all, for_all["others"]) == (True, False, 0)
    best, poster, essay = for_all["items"]
    assert (best["answers"], best["abstained"]) == (11, 0)
    assert best["counts"] == [{"option": "boxer", "count": 5}, {"option": "clover", "count": 6}]
    assert [(one["role"], one["answers"]) for one in best["roles"]] == [("family", 5), ("staff", 6)]
    assert (poster["work"], essay["work"]) == (POSTER, ESSAY)
    for reader in (ANA, GUARDIAN):
        own = await told(served, f"{PATH}/results", reader)
        assert [(one["question"], one.get("work")) for one in own["items"]] == [("best", None), ("well", POSTER)]
        assert (own["items"][1]["number"], own["others"]) == (1, 1)
        assert ESSAY not in str(own)


async def test_what_is_withheld_is_said_in_words(served: Served, ledger: ExhibitionWriter) -> None:
    ledger.plan(FAIR, [POSTER], SCHOOL)
    ledger.open(FAIR, ASKED[:2])
    votes = [("family", {"best": "boxer"})] * 6 + [("staff", {"best": "clover", WELL: "3"})] * 2
    held(ledger, FAIR, votes, asked=ASKED[:2])
    results = await told(served, f"{PATH}/results", ANA)
    ResultsDocument.model_validate(results)
    assert results["recountable"] is False
    assert "Not told by role" in results["note"]
    best, well = results["items"]
    assert (best["answers"], [count["count"] for count in best["counts"]], "roles" in best) == (8, [6, 2], False)
    assert (well["answers"], well["abstained"], "counts" in well) == (2, 6, False)
    assert "Fewer than five answered" in well["withheld"]


async def test_what_was_closed_before_it_was_opened_is_not_said_to_be_counted(
    served: Served, ledger: ExhibitionWriter
) -> None:
    ledger.plan(FAIR, [POSTER], SCHOOL)
    ledger.close(FAIR)
    results = await told(served, f"{PATH}/results", ANA)
    ResultsDocument.model_validate(results)
    assert (results["state"], results["items"]) == ("closed", [])
    assert results["note"] == "The exhibition was closed without having been opened: nobody was asked anything."


async def test_nobody_else_can_tell_that_there_is_one(served: Served, ledger: ExhibitionWriter) -> None:
    ledger.plan(FAIR, [POSTER], SCHOOL, section=SECTION)
    await served.applied.more()
    for reader in (ANA, BO, GUARDIAN, TEACHER, PRINCIPAL):
        assert (await served.get(PATH, reader)).status_code == 200, reader
    for reader in (CLEO, NEIGHBOUR, named("a stranger")):
        for path in ("", "/results"):
            hidden = await served.get(PATH + path, reader)
            absent = await served.get(f"/v1/exhibitions/{named('none')}{path}", reader)
            assert (hidden.status_code, hidden.json()) == (404, absent.json())


async def test_exhibitions_are_listed_of_a_learner_a_section_and_a_school(
    served: Served, ledger: ExhibitionWriter
) -> None:
    later = named("later")
    ledger.plan(FAIR, [POSTER], SCHOOL, section=SECTION)
    ledger.now += 1
    ledger.plan(later, [ESSAY], SCHOOL)
    mine = await told(served, "/v1/exhibitions", GUARDIAN, learner=ANA)
    ExhibitionsDocument.model_validate(mine)
    assert ([one["exhibition"] for one in mine["items"]], mine["next"]) == ([FAIR], None)
    ours = await told(served, "/v1/exhibitions", PRINCIPAL, school=SCHOOL, limit="1")
    assert [one["exhibition"] for one in ours["items"]] == [later]
    more = await told(served, "/v1/exhibitions", PRINCIPAL, school=SCHOOL, after=ours["next"])
    assert [one["exhibition"] for one in more["items"]] == [FAIR]
    assert [one["exhibition"] for one in (await told(served, "/v1/exhibitions", ANA, school=SCHOOL))["items"]] == [FAIR]
    hers = await told(served, "/v1/exhibitions", ANA, school=SCHOOL, limit="1")
    assert ([one["exhibition"] for one in hers["items"]], later in str(hers)) == ([FAIR], False), (
        "no cursor tells of it"
    )
    nothing = await told(served, "/v1/exhibitions", CLEO, school=SCHOOL, limit="1")
    assert (nothing["items"], nothing["next"]) == ([], None)
    assert (await told(served, "/v1/exhibitions", NEIGHBOUR, section=SECTION))["items"] == []
    assert (await served.get("/v1/exhibitions", CLEO, learner=ANA)).status_code == 404
    together = await served.get("/v1/exhibitions", GUARDIAN, learner=ANA, school=SCHOOL, section=SECTION)
    assert together.json()["items"] == mine["items"], "each is told once"
    for query in ({}, {"learner": "x"}, {"learner": ANA, "after": "x"}):
        assert (await served.get("/v1/exhibitions", ANA, **query)).status_code == 422


async def test_who_had_none_this_school_year_shows_on_a_list_of_the_staff(
    served: Served, ledger: ExhibitionWriter
) -> None:
    ledger.plan(FAIR, [ESSAY], SCHOOL)
    due = await told(served, "/v1/exhibitions-due", TEACHER, section=SECTION)
    DueDocument.model_validate(due)
    assert due["learners"] == sorted([ANA, BO]), "what is only planned was not shown to anybody"
    ledger.open(FAIR, ASKED)
    due = await told(served, "/v1/exhibitions-due", TEACHER, section=SECTION)
    assert (due["learners"], due["of"]) == ([ANA], 2)
    assert (due["begins_at"], due["ends_at"]) == ("2026-08-01T00:00:00.000Z", "2027-08-01T00:00:00.000Z")
    everyone = await told(served, "/v1/exhibitions-due", PRINCIPAL, school=SCHOOL)
    assert everyone["learners"] == sorted([ANA, CLEO])
    for reader in (ANA, GUARDIAN, NEIGHBOUR):
        assert (await served.get("/v1/exhibitions-due", reader, section=SECTION)).status_code == 404
    ledger.now = int(datetime(2027, 8, 2, tzinfo=UTC).timestamp()) * 1000
    await served.pool.execute("UPDATE access.complete SET complete_ms = $1", ledger.now)
    due = await told(served, "/v1/exhibitions-due", TEACHER, section=SECTION)
    assert due["learners"] == sorted([ANA, BO]), "another year, another exhibition"


async def test_a_forgotten_members_work_is_no_longer_told_of_and_the_tally_holds(
    served: Served, ledger: ExhibitionWriter
) -> None:
    ledger.plan(FAIR, [POSTER, ESSAY], SCHOOL, section=SECTION)
    ledger.open(FAIR, ASKED)
    held(ledger, FAIR, MANY, asked=ASKED)
    ledger.forget(ANA)
    seen = await told(served, PATH, PRINCIPAL)
    assert (numbers(seen), seen["others"]) == ({2: ESSAY}, 0)
    results = await told(served, f"{PATH}/results", PRINCIPAL)
    assert [(one["question"], one.get("work")) for one in results["items"]] == [("best", None), ("well", ESSAY)]
    assert results["items"][0]["answers"] == 11
    assert ANA not in str(seen)
    due = await told(served, "/v1/exhibitions-due", PRINCIPAL, school=SCHOOL)
    assert due["learners"] == [CLEO]
    assert (await told(served, "/v1/exhibitions", SUPERINTENDENT, learner=ANA))["items"] == []


async def test_what_waits_in_quarantine_is_under_review_and_goes_on_when_released(
    served: Served, ledger: ExhibitionWriter
) -> None:
    ledger.plan(FAIR, [POSTER], SCHOOL)
    ledger.open(FAIR)
    await served.applied.more()
    ledger.issue(FAIR, 1, role="no code at all")
    broken = ledger.entries[-1]
    ledger.issue(FAIR, 2)
    seen = await told(served, PATH, ANA)
    assert (seen["under_review"], seen["ballots"]["issued"]) == (True, 0)
    broken["body"]["role"] = "family"
    broken["envelope"]["body_digest"] = digest(canonical(broken["body"]))
    await served.release(FAIR, ledger)
    seen = await told(served, PATH, ANA)
    assert (seen["ballots"]["issued"], "under_review" in seen) == (2, False)
