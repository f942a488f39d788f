"""`GET /v1/states`: with its pages and then the changes, a reader knows every state, also when both overlap."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.mastery.http.states_routes import StatesDocument
from shared.ledger.decimals import scaled
from shared.runtime.ledger_table import LedgerTable
from tests.integration.mastery.test_from_kafka import LEARNERS, some_evidence
from tests.integration.mastery.test_states import ANA, NORTH, READING, given
from tests.support.ledger_writer import LedgerWriter, named, result
from tests.support.mastery import Applied, stored
from tests.support.mastery_http import Mastery, serving

AUDITOR, SCHOOL_AUDITOR = named("auditor"), named("school auditor")


@pytest.fixture
def ledger() -> LedgerWriter:
    return given()


@pytest.fixture
async def mastery(pool: asyncpg.Pool, ledger: LedgerWriter, tmp_path: Path) -> AsyncIterator[Mastery]:
    async with serving(pool, LedgerTable(pool), tmp_path, lambda: ledger.now) as made:
        for person, scope in ((AUDITOR, "district"), (SCHOOL_AUDITOR, f"school/{NORTH}")):
            await pool.execute(
                "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, 'auditor', $2, $1)", person, scope
            )
        yield made


async def test_pages_then_changes_are_every_state_whatever_happens_between(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    chance, applied = random.Random(7), Applied(pool, ledger)
    some_evidence(ledger, chance, 150)
    await applied.more()
    known: dict[tuple[str, str], tuple[int, dict[str, Any] | None]] = {}
    begun: dict[int, int] = {}
    onward: str | None = None
    for number in range(100):
        answer = await mastery.get("/v1/states", AUDITOR, limit="7", **({"after": onward} if onward else {}))
        page = answer.json()
        StatesDocument.model_validate(page)
        begun = begun or {each["shard"]: each["seq"] for each in page["seqs"]}
        known |= {(state["learner"], state["competency"]): (state["seq"], state) for state in page["states"]}
        onward = page["next"]
        if onward is None:
            break
        some_evidence(ledger, chance, 4)  # meanwhile the district goes on, and forgets
        if number == 3:
            ledger.forget(LEARNERS[9])
        await applied.more()
    for row in await pool.fetch("SELECT * FROM published.state_change ORDER BY shard, seq"):
        key = (str(row["learner"]), str(row["competency"]))
        if row["seq"] > known.get(key, (begun[row["shard"]], None))[0]:
            known[key] = (row["seq"], None if row["status"] is None else dict(row))
    states = {key: state for key, (_, state) in known.items() if state is not None}
    expected = await stored(pool)
    assert states.keys() == expected.keys()
    assert {key: state["digest"] for key, state in states.items()} == {
        key: row["digest"] for key, row in expected.items()
    }
    assert {key: _value(state["value"]) for key, state in states.items()} == {
        key: row["value"] for key, row in expected.items()
    }
    assert begun.keys() == set(range(64))


def _value(value: str | int | None) -> int | None:
    return scaled(value) if isinstance(value, str) else value


async def test_only_who_may_read_all_of_the_district(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    ledger.attempt(ANA, result(READING, "4"))
    await Applied(pool, ledger).more()
    assert len((await mastery.get("/v1/states", AUDITOR)).json()["states"]) == 1
    for person in (SCHOOL_AUDITOR, ANA, named("stranger")):
        answer = await mastery.get("/v1/states", person)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:ascertain:problem:not-found")
    wrong = await mastery.get("/v1/states", AUDITOR, after="1")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "after")
