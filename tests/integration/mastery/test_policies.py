"""What is in force for a scope and was before, whom another policy would concern, how far a refold has come."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from services.mastery.http.policy_routes import AdoptionLineDocument, PreviewDocument
from tests.integration.mastery.test_states import ANA, BO, LETTERS, NORTH, READING, SECOND, WRITING, adopt, given
from tests.support.ledger_writer import LedgerWriter, policy_document, result
from tests.support.mastery import Applied
from tests.support.mastery_http import Mastery, disclosed_by
from tests.support.what_ifs import DISTRICT, SCHOOL, STRANGER, a_district

HIGHEST = policy_document("ascertain.highest@1", title="The best so far")


@pytest.fixture
def ledger() -> LedgerWriter:
    writer = given()
    writer.enrol(ANA, NORTH)
    writer.attempt(ANA, result(READING, "4"), result(WRITING, "4"))
    writer.attempt(BO, result(READING, "4"))
    return writer


@pytest.fixture
async def mastery(pool: asyncpg.Pool, ledger: LedgerWriter, tmp_path: Path) -> AsyncIterator[Mastery]:
    async with a_district(pool, ledger, tmp_path) as made:
        yield made


async def test_the_line_of_a_scope_and_how_far_its_refold_has_come(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    applied = Applied(pool, ledger)
    ledger.now += SECOND
    adopt(ledger, "district", HIGHEST, "keep_attained")
    await applied.more()
    line = (await mastery.get("/v1/policies", STRANGER)).json()
    AdoptionLineDocument.model_validate(line)
    assert [(one["title"], one["mode"], one["version"]) for one in line["adopted"]] == [
        ("The best so far", "keep_attained", 2),
        ("A policy", "recompute", 1),
    ]
    assert (line["policy"], line["refolded"]) == (HIGHEST, 0)
    await applied.refold()
    assert (await mastery.get("/v1/policies", STRANGER)).json()["refolded"] is None
    nothing = (await mastery.get("/v1/policies", STRANGER, scope=f"school/{NORTH}")).json()
    assert (nothing["adopted"], nothing["policy"], nothing["refolded"]) == ([], None, None)


async def test_a_learners_own_policy_is_seen_by_whoever_may_see_her(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    adopt(ledger, f"learner/{ANA}", HIGHEST)
    await Applied(pool, ledger).more()
    path = "/v1/policies"
    for person, where in ((ANA, path), (DISTRICT, path), (DISTRICT, f"{path}/preview")):
        told = await mastery.get(where, person, scope=f"learner/{ANA}")
        assert disclosed_by(told) == {(ANA, "policy")}
    assert (await mastery.get(path, ANA, scope=f"learner/{ANA}")).json()["policy"] == HIGHEST
    assert disclosed_by(await mastery.get(path, DISTRICT)) == set(), "what holds for everybody tells of nobody"
    assert (await mastery.get(path, STRANGER, scope=f"learner/{ANA}")).status_code == 404
    assert (await mastery.get(path, ANA, scope="learner/x")).status_code == 422


@pytest.mark.parametrize(
    ("scope", "states", "learners", "stays"),
    [
        ("district", 3, 2, [("district", 2, False), (f"learner/{BO}", 1, True)]),
        (f"school/{NORTH}", 2, 1, [("district", 2, False)]),
        (f"framework/{LETTERS['id']}", 3, 2, [("district", 2, False), (f"learner/{BO}", 1, True)]),
        (f"competency/{WRITING}", 1, 1, [("district", 1, False)]),
        (f"learner/{BO}", 1, 1, [(f"learner/{BO}", 1, False)]),
    ],
)
async def test_a_preview_counts_whom_an_adoption_would_concern(  # noqa: PLR0917 - three are fixtures
    pool: asyncpg.Pool,
    ledger: LedgerWriter,
    mastery: Mastery,
    scope: str,
    states: int,
    learners: int,
    stays: list[tuple[str, int, bool]],
) -> None:
    adopt(ledger, f"learner/{BO}", HIGHEST)
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold()
    answer = (await mastery.get("/v1/policies/preview", DISTRICT, scope=scope)).json()
    PreviewDocument.model_validate(answer)
    assert (answer["states"], answer["learners"]) == (states, learners)
    assert [(row["scope"], row["states"], row["stays"]) for row in answer["under"]] == stays
    assert {row["title"] for row in answer["under"]} <= {"A policy", "The best so far"}


async def test_a_preview_is_for_administrators_of_the_scope_alone(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    await Applied(pool, ledger).more()
    path = "/v1/policies/preview"
    assert (await mastery.get(path, SCHOOL, scope=f"school/{NORTH}")).status_code == 200
    for person, scope in ((SCHOOL, "district"), (STRANGER, f"school/{NORTH}"), (ANA, f"learner/{ANA}")):
        assert (await mastery.get(path, person, scope=scope)).status_code == 404
