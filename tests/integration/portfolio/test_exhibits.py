"""What a learner chose to show, in her order, to whom; as of when; and after forgetting."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.portfolio.http.documents import PortfolioDocument
from shared.ledger.identifiers import shard_of
from tests.support.ledger_writer import TENANT, framework_document, named
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

    def forget(self, learner: str) -> str:
        return self.of_learner("LearnerForgotten", learner, {"request": named("asked")}, stream=f"learner/{learner}")


@pytest.fixture
def owners() -> tuple[str, ...]:
    return ("portfolio",)


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
