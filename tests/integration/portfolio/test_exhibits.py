"""What a learner chose to show, in her order, to whom; as of when; and after forgetting."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.portfolio.http.coverage_routes import CoverageDocument, CurationDocument, SuggestionsDocument
from services.portfolio.http.documents import PortfolioDocument
from shared.ledger.identifiers import shard_of
from tests.support.ledger_writer import TENANT, framework_document, named, result
from tests.support.portfolio import REF, Served, WorkWriter, serving_portfolio
from tests.support.servers import District

ANA, BO = named("ana"), named("bo")
POSTER, ESSAY = named("poster"), named("essay")
READING, DRAWING = named("reading"), named("drawing")
STREAM = f"portfolio/{ANA}"


class Curator(WorkWriter):
    """Writes what a learner does with her portfolio."""

    def choose(self, learner: str, work: str, version: str, *competencies: str) -> str:
        body = {"work": work, "version": version, "competencies": list(competencies), "reason_ref": REF}
        return self.curate("ExhibitChosen", learner, body)

    def curate(self, kind: str, learner: str, body: dict[str, Any]) -> str:
        return self.of_learner(kind, learner, body, stream=f"portfolio/{learner}")

    def reflect_on(self, work: str) -> str:
        """Until she has, Ana is not shown her own results."""
        return self.of_learner("ReflectionRecorded", ANA, {"work": work, "ratings": [result(READING, "1")]})

    def forget(self, learner: str) -> str:
        return self.of_learner("LearnerForgotten", learner, {"request": named("asked")}, stream=f"learner/{learner}")


@pytest.fixture
def ledger() -> Curator:
    writer = Curator()
    writer.publish(framework_document(named("framework"), [READING, DRAWING]))
    for learner in (ANA, BO):
        writer.enrol(learner, named("school"))
    writer.start(POSTER, ANA, BO)
    writer.start(ESSAY, ANA)
    return writer


@pytest.fixture
async def served(district: District, ledger: Curator, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving_portfolio(district, ledger, tmp_path) as made:
        yield made


async def test_exhibits_stand_in_her_order_and_shares_tell_no_secret(served: Served, ledger: Curator) -> None:
    ledger.version(POSTER)
    second, essay = ledger.version(POSTER), ledger.version(ESSAY)
    first = ledger.choose(ANA, POSTER, second, DRAWING, named("unknown"))
    other = ledger.choose(ANA, ESSAY, essay, READING)
    early = await served.portfolio(ANA)
    ledger.curate("ExhibitsArranged", ANA, {"exhibits": [other]})
    pin = {"shard": shard_of(TENANT, ANA), "position": 1}
    share = ledger.curate(
        "PortfolioShared",
        ANA,
        {"token": "7e" * 32, "audience": "college", "exhibits": [first], "pins": [pin],
         "expires_at": "2027-01-01T00:00:00.000Z"},
    )  # fmt: skip
    told = await served.portfolio(ANA)
    PortfolioDocument.model_validate(told)
    shown = told["portfolio"]
    assert [exhibit["exhibit"] for exhibit in shown["exhibits"]] == [other, first]
    assert (shown["version"], shown["exhibits"][1]["number"], shown["exhibits"][1]["reason_ref"]) == (4, 2, REF)
    assert [skill.get("code") for skill in shown["exhibits"][1]["shows"]] == ["c.1", None]
    assert [(one["share"], one["revoked"]) for one in shown["shares"]] == [(share, False)]
    assert "7e" * 32 not in str(told)
    ledger.curate("ShareRevoked", ANA, {"share": share})
    ledger.curate("ExhibitWithdrawn", ANA, {"exhibit": first})
    shown = (await served.portfolio(ANA))["portfolio"]
    assert [exhibit["exhibit"] for exhibit in shown["exhibits"]] == [other]
    assert shown["shares"][0]["revoked"]
    pins = ",".join(f"{pin['ledger']}:{pin['shard']}:{pin['position']}" for pin in early["as_of"]["pins"])
    assert (await served.portfolio(ANA, as_of=pins))["portfolio"] == early["portfolio"]


async def test_a_forgotten_learners_exhibits_are_gone_and_her_groups_stay(served: Served, ledger: Curator) -> None:
    version = ledger.version(POSTER)
    ledger.choose(ANA, POSTER, version, DRAWING)
    hers = ledger.choose(BO, POSTER, version, DRAWING)
    await served.portfolio(ANA)
    ledger.forget(ANA)
    kept = (await served.portfolio(BO))["portfolio"]
    assert [exhibit["exhibit"] for exhibit in kept["exhibits"]] == [hers]
    assert (await served.get(f"/v1/learners/{ANA}/portfolio", ANA)).status_code == 410
    assert await served.pool.fetchval("SELECT count(*) FROM portfolio.curated_entry WHERE learner = $1", ANA) == 0


async def test_coverage_says_what_exhibits_show_what_evidence_alone_and_what_not_yet(
    served: Served, ledger: Curator
) -> None:
    framework = framework_document(named("art"), [named("line"), named("colour")])
    ledger.publish(framework)
    version = ledger.version(POSTER)
    ledger.reflect_on(POSTER)
    scored = {"rubric": REF, "work": POSTER, "purpose": "performance", "course": named("art class")}
    ledger.of_learner(
        "RubricScored",
        ANA,
        {**scored, "results": [result(DRAWING, "2", criterion="a"), result(named("line"), "3", criterion="b")]},
    )
    exhibit = ledger.choose(ANA, POSTER, version, DRAWING)
    told = await served.of(ANA, "coverage")
    CoverageDocument.model_validate(told)
    covered = {
        one["competency"]: (one["shown"], one["exhibits"], one["evidence"])
        for framework_ in told["frameworks"]
        for area in framework_["areas"]
        for one in area["competencies"]
    }
    assert covered == {
        READING: ("not_yet", [], 0),
        DRAWING: ("exhibit", [exhibit], 1),
        named("line"): ("evidence", [], 1),
        named("colour"): ("not_yet", [], 0),
    }
    assert told["frameworks"][0]["in_words"] == (
        "Of 2 skills, 1 are shown by exhibits, 0 by evidence alone, 1 not yet."
    )


async def told_together(served: Served) -> None:
    """The portfolio, its coverage and the suggestions are one answer too, as one chooses from them."""
    together = await served.of(ANA, "curation")
    CurationDocument.model_validate(together)
    alone = (await served.get(f"/v1/learners/{ANA}/portfolio", ANA)).json()
    for part in ("coverage", "suggestions"):
        alone |= await served.of(ANA, part)
    assert together == alone


async def test_suggestions_come_from_her_own_record_and_say_why(served: Served, ledger: Curator) -> None:
    def score(work: str, competency: str, earned: str) -> str:
        body = {
            "rubric": REF,
            "work": work,
            "purpose": "performance",
            "results": [result(competency, earned, criterion="a")],
        }
        return ledger.of_learner("RubricScored", ANA, body)

    ledger.now += 1000
    draft = ledger.version(POSTER)
    ledger.reflect_on(POSTER)
    ledger.now += 1000
    score(POSTER, DRAWING, "1.5")
    ledger.now += 1000
    final = ledger.version(POSTER)
    ledger.now += 1000
    score(POSTER, DRAWING, "4")
    voided = score(POSTER, READING, "4")
    ledger.void(ANA, voided)
    told = await served.of(ANA, "suggestions")
    await told_together(served)
    SuggestionsDocument.model_validate(told)
    assert [(one["why"], one["version"], one.get("before")) for one in told["suggestions"]] == [
        ("grown", {"event": final, "number": 2}, {"event": draft, "number": 1}),
        ("strongest", {"event": final, "number": 2}, None),
    ]
    assert told["suggestions"][0]["in_words"] == (
        "Between draft 1 and draft 2 of this work, c.1 grew from 1.5 of 4 to 4 of 4."
    )
    ledger.choose(ANA, POSTER, final, DRAWING)
    assert (await served.of(ANA, "suggestions"))["suggestions"] == []
    assert (await served.get(f"/v1/learners/{ANA}/portfolio/suggestions", BO)).status_code == 404
