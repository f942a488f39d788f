"""A what-if says what adopting would come to, touches nothing, goes on after a kill, and tells nobody too much."""

import asyncio
import os
import random
import signal
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.mastery.domain.what_ifs import KEPT_A_PERSON, KEPT_AGE
from services.mastery.postgres.what_if_forgetting import WhatIfForgetting
from services.mastery.postgres.what_if_work import WhatIfWork
from shared.ledger.identifiers import shard_of
from shared.runtime.briefed_child import BriefedChild
from tests.integration.mastery.test_states import ANA, LETTERS, NORTH, READING, _something, adopt
from tests.support.ledger_writer import TENANT, LedgerWriter, policy_document, result
from tests.support.mastery import Applied, stored
from tests.support.mastery_http import Mastery
from tests.support.waiting import until
from tests.support.what_ifs import DISTRICT, Here, a_class, a_district, asked, folded, learners, seen, worked

SCOPES = ["district", f"school/{NORTH}", f"framework/{LETTERS['id']}", f"competency/{READING}", f"learner/{ANA}"]


async def everything(pool: asyncpg.Pool) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but those of what-ifs."""
    tables = await pool.fetch(
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables"
        " WHERE schemaname IN ('mastery', 'published', 'projection', 'definitions')"
    )
    return {
        row["name"]: sorted(map(tuple, await pool.fetch(f"SELECT t::text FROM {row['name']} AS t"))) for row in tables
    }


@pytest.mark.parametrize("seed", range(3))
async def test_it_says_what_the_states_become_once_the_policy_is_adopted(
    pool: asyncpg.Pool, tmp_path: Path, seed: int
) -> None:
    chance, ledger = random.Random(seed), LedgerWriter()
    applied = Applied(pool, ledger)
    for _ in range(120):
        _something(ledger, chance)
    await applied.more()
    await applied.refold(chunk=100)
    for scope in chance.sample(SCOPES, 2):
        policy = policy_document(
            chance.choice(["ascertain.highest@1", "ascertain.latest@1", "canvas.n_mastery@1", "marzano.power_law@1"]),
            cut=chance.choice(["2", "3", "4"]),
            counts=chance.choice([["performance"], ["performance", "practice"]]),
            pieces=chance.choice([1, 2]),
            redo=chance.choice(["replaces", "adds"]),
            override=chance.choice([None, "until_evidence"]),
            title=f"{seed} {scope}",
        )
        if policy["method"] == "canvas.n_mastery@1":
            policy["parameters"] = {"calculation_int": 2}
        mode = chance.choice(["recompute", "keep_attained"])
        before = await stored(pool)
        async with a_district(pool, ledger, tmp_path / scope.replace("/", " ")) as mastery:
            what_if = (await asked(mastery, policy=policy, scope=scope, mode=mode))["id"]
            untouched = await everything(pool)
            await worked(pool, block=300)
            assert await everything(pool) == untouched
            document = await seen(mastery, what_if)
            lists = {c: await learners(mastery, what_if, c) for c in {competency for _, competency in before}}
        ledger.now += 1
        adopt(ledger, scope, policy, mode)
        await applied.more()
        await applied.refold(chunk=100)
        after = await stored(pool)
        moved = {
            key: (stand(before[key]), stand(after[key])) for key in before if stand(before[key]) != stand(after[key])
        }
        assert {
            (each["learner"], competency): (tuple(each["before"].values()), tuple(each["after"].values()))
            for competency, found in lists.items()
            for each in found
        } == moved
        told = {
            (each["competency"], *move["before"].values(), *move["after"].values()): move["number"]
            for each in document["result"]["competencies"]
            for move in each["moves"]
        }
        concerned = [key for key in before if before[key] != after[key] or after[key]["scope"] == scope]
        assert document["result"]["states"] >= len(concerned)
        assert document["result"]["changed"] == len(moved)
        for competency in lists:
            of = [pair for key, pair in moved.items() if key[1] == competency]
            for pair in set(of):
                assert told[(competency, *pair[0], *pair[1])] == of.count(pair)
        await pool.execute("DELETE FROM access.grants")


def stand(row: dict[str, Any]) -> tuple[str, str | None]:
    return row["status"], row["level"]


async def test_a_killed_workers_part_is_taken_by_another_and_cells_add_up(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    names = a_class(ledger, 30)
    await folded(pool, ledger)
    what_if = (await asked(mastery))["id"]
    work = WhatIfWork(pool, workers=2, trier=Killed, block=200)
    running = asyncio.create_task(work.run())
    try:
        await until(lambda: _is(mastery, what_if, "done"), "it is done", seconds=60)
    finally:
        running.cancel()
        await asyncio.wait([running])
    document = await seen(mastery, what_if)
    assert Killed.killed, "nothing was killed"
    assert (document["result"]["states"], document["result"]["changed"]) == (60, 30)
    assert {each["learner"] for each in await learners(mastery, what_if, READING)} == set(names)
    assert document["progress"] == {"parts": len({pin["shard"] for pin in document["as_of"]["pins"][1:]})} | {
        "done": document["progress"]["parts"],
        "states": 60,
    }


class Killed(BriefedChild):
    """A process of its own, the first of which is killed amid its part."""

    killed = 0

    def __init__(self) -> None:
        super().__init__("services.mastery.trials")

    async def ask(self, of: Any, *, revision: int, brief: Any) -> Any:
        answer = await super().ask(of, revision=revision, brief=brief)
        if isinstance(of, bytes) and not Killed.killed:
            process = self._child._process
            assert process is not None
            Killed.killed = process.pid
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
        return answer


async def _is(mastery: Mastery, id_: str, state: str) -> bool:
    return bool((await seen(mastery, id_))["state"] == state)


async def test_it_gives_way_to_refolds_and_begins_anew_where_definitions_move_on(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    a_class(ledger, 6)
    applied = Applied(pool, ledger)
    await applied.more()
    what_if = (await asked(mastery))["id"]
    assert not await WhatIfWork(pool, trier=Here).step(), "a refold waits, and goes first"
    await applied.refold()
    work = WhatIfWork(pool, trier=Here)
    assert await work.step()  # divided
    assert await work.step()  # a part
    adopt(ledger, "district", policy_document("ascertain.latest@1", cut="4"))
    await applied.more()
    assert not await work.step()
    await applied.refold()
    await worked(pool)
    document = await seen(mastery, what_if)
    [definitions, *_] = document["as_of"]["pins"]
    assert definitions["position"] == max(
        raw["envelope"]["position"] for raw in ledger.entries if raw["envelope"]["ledger"] == "definitions"
    )
    assert (document["result"]["states"], document["result"]["changed"]) == (12, 12)


async def test_a_refold_that_is_asked_for_meanwhile_goes_first(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    a_class(ledger, 1)
    applied = await folded(pool, ledger)
    await asked(mastery)
    asked_for: list[bool] = []

    async def between(_shard: int) -> None:
        if not asked_for:
            asked_for.append(True)
            adopt(ledger, "district", policy_document("ascertain.latest@1", cut="4"))
            await applied.more()

    work = WhatIfWork(pool, trier=lambda: Here(between), block=1)
    assert await work.step()
    assert not await work.step()
    assert await pool.fetchval("SELECT count(*) FROM what_if.cell") == 0


async def test_it_is_cancelled_amid_a_part_and_leaves_nothing(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    a_class(ledger, 1)
    await folded(pool, ledger)
    what_if = (await asked(mastery))["id"]

    async def between(_shard: int) -> None:
        if await pool.fetchval("SELECT state = 'running' FROM what_if.asked"):
            assert (await mastery.send("DELETE", f"/v1/what-ifs/{what_if}", DISTRICT)).status_code == 204

    await worked(pool, trier=lambda: Here(between), block=1)
    assert (await mastery.get(f"/v1/what-ifs/{what_if}", DISTRICT)).status_code == 404
    await worked(pool)
    for table in ("asked", "part", "cell", "changed"):
        assert await pool.fetchval(f"SELECT count(*) FROM what_if.{table}") == 0
    assert (await asked(mastery))["state"] == "waiting"


async def test_why_is_told_as_it_was_known_then(pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery) -> None:
    [learner] = a_class(ledger, 1)
    applied = await folded(pool, ledger)
    what_if = (await asked(mastery))["id"]
    await worked(pool)
    [before] = await learners(mastery, what_if, READING)
    ledger.now += 1
    ledger.attempt(learner, result(READING, "4"))
    adopt(ledger, "district", policy_document("ascertain.latest@1", cut="4"))
    await applied.more()
    await applied.refold()
    assert await learners(mastery, what_if, READING) == [before]


async def test_a_forgotten_learner_drops_out_of_what_is_kept_and_of_what_is_under_way(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    gone, *others = a_class(ledger, 4)
    applied = Applied(pool, ledger)
    applied.projections.append(WhatIfForgetting())
    await applied.more()
    await applied.refold()
    kept = (await asked(mastery))["id"]
    await worked(pool)
    under_way = (await asked(mastery))["id"]
    forgotten: list[bool] = []

    async def between(shard: int) -> None:
        """She is forgotten after her part was read."""
        if shard == shard_of(TENANT, gone) and not forgotten:
            forgotten.append(True)
            ledger.forget(gone)
            await applied.more()

    await worked(pool, trier=lambda: Here(between), block=1)
    assert forgotten == [True]
    for what_if in (kept, under_way):
        document = await seen(mastery, what_if)
        assert document["result"]["changed"] == 3
        assert {each["learner"] for each in await learners(mastery, what_if, READING)} == set(others)
    rows = await pool.fetch("SELECT learners FROM what_if.changed")
    assert all(UUID(gone).bytes not in row["learners"] for row in rows)


async def test_results_are_kept_for_a_while_and_few_of_them(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    ids = []
    for _ in range(KEPT_A_PERSON + 2):
        ids.append((await asked(mastery))["id"])
        await worked(pool)
    statuses = [(await mastery.get(f"/v1/what-ifs/{id_}", DISTRICT)).status_code for id_ in ids]
    assert statuses == [404] * 2 + [200] * KEPT_A_PERSON
    await pool.execute("UPDATE what_if.asked SET ended_ms = ended_ms - $1", KEPT_AGE + 1)
    await worked(pool)
    assert (await mastery.get(f"/v1/what-ifs/{ids[-1]}", DISTRICT)).status_code == 404
