"""Of a learner who is forgotten mastery keeps only that, and nothing that comes later brings anything back."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from services.mastery.http.documents import MasteryDocument
from shared.runtime.ledger_table import LedgerTable
from tests.integration.mastery.test_states import ANA, BO, NORTH, READING, WRITING, adopt, given
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result
from tests.support.mastery import Applied, by_oracle, entries_of, stored
from tests.support.mastery_http import Mastery, serving

ADMINISTRATOR, TEACHER = named("administrator"), named("teacher")


@pytest.fixture
def ledger() -> LedgerWriter:
    ledger = given()
    for learner in (ANA, BO):
        ledger.enrol(learner, NORTH)
        ledger.attempt(learner, result(READING, "4"), result(WRITING, "2"))
    return ledger


@pytest.fixture
async def mastery(pool: asyncpg.Pool, ledger: LedgerWriter, tmp_path: Path) -> AsyncIterator[Mastery]:
    async with serving(pool, LedgerTable(pool), tmp_path, lambda: ledger.now) as made:
        await pool.execute(
            "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, 'administrator', 'district', $1)",
            ADMINISTRATOR,
        )
        yield made


async def test_states_go_and_who_may_still_ask_is_told(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    applied = Applied(pool, ledger)
    await applied.more()
    before = (await mastery.get(f"/v1/learners/{ANA}/mastery", ANA)).headers["ascertain-position"]
    assert len((await mastery.learner(ANA))["states"]) == 2
    ledger.attempt(ANA, result(READING, "3"))
    ledger.forget(ANA)
    await applied.more()  # both in one batch
    assert await kept_of(pool, ANA) == 0
    for person in (ANA, ADMINISTRATOR):
        for query in ({}, {"as_of": before}):
            answer = await mastery.get(f"/v1/learners/{ANA}/mastery", person, **query)
            assert answer.status_code == 200
            assert (answer.json()["states"], answer.json()["forgotten"]) == ([], True)
            MasteryDocument.model_validate(answer.json())
            path = f"/v1/learners/{ANA}/competencies/{READING}/explanation"
            gone = await mastery.get(path, person, **query)
            assert (gone.status_code, gone.json()["type"]) == (410, "urn:ascertain:problem:gone")
    assert (await mastery.get(f"/v1/learners/{ANA}/mastery", TEACHER)).status_code == 404
    assert (await mastery.door(f"/mastery/learners/{ANA}/states")).json()["states"] == []
    assert {state["learner"] for state in (await mastery.door("/mastery/states")).json()["states"]} == {BO}
    assert "forgotten" not in await mastery.learner(BO)


async def test_no_refold_and_no_rebuild_brings_anything_back(pool: asyncpg.Pool, ledger: LedgerWriter) -> None:
    applied = Applied(pool, ledger)
    await applied.more()
    adopt(ledger, "district", policy_document("ascertain.highest@1", cut="2"))
    await applied.more()  # a refold of everyone waits
    ledger.forget(ANA)
    ledger.attempt(BO, result(READING, "1"))
    await applied.more()
    await applied.refold()
    expected = {key: state for key, state in by_oracle(ledger).items() if key[0] == BO}
    assert await stored(pool) == expected
    for table in ("projection.watermark", "projection.owner", "mastery.state", "mastery.learner", "mastery.forgotten"):
        await pool.execute(f"DELETE FROM {table}")
    rebuilt = Applied(pool, ledger)
    definitions = [entry for entry in entries_of(ledger) if entry.ledger == "definitions"]
    await pool.execute(
        "INSERT INTO projection.watermark (ledger, shard, position, next_offset, recorded_ms)"
        " VALUES ('definitions', 0, $1, 0, 0)",
        definitions[-1].position,
    )
    for entry in entries_of(ledger):  # the smallest batches: everything of hers is folded before she is forgotten
        if entry.ledger == "evidence":
            await rebuilt.apply([entry])
    assert await stored(pool) == expected
    assert await kept_of(pool, ANA) == 0


async def test_who_is_held_back_is_forgotten_all_the_same(pool: asyncpg.Pool, ledger: LedgerWriter) -> None:
    applied = Applied(pool, ledger)
    await applied.more()
    ledger.attempt(ANA, {"competency": "no id", "earned": "1", "possible": "4"})
    await applied.more()
    assert await pool.fetchval("SELECT count(*) FROM projection.quarantine") == 1
    assert await kept_of(pool, ANA) > 0
    ledger.forget(ANA)
    await applied.more()
    assert await kept_of(pool, ANA) == 0
    assert await pool.fetchval("SELECT count(*) FROM projection.quarantine") == 0


async def kept_of(pool: asyncpg.Pool, learner: str) -> int:
    """Rows of the learner in the schema `mastery`, but for that she is forgotten."""
    tables = await pool.fetch(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'mastery' AND column_name = 'learner' AND table_name NOT IN ('forgotten', 'refold')"
    )
    assert tables
    found = [
        await pool.fetchval(f"SELECT count(*) FROM mastery.{row['table_name']} WHERE learner = $1", learner)
        for row in tables
    ]
    return sum(found)
