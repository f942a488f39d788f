"""Refolds go on where they were after a kill, and never write over what a live fold has just written."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from services.mastery.folds import FoldsInProcess
from services.mastery.postgres.refold_queue import WaitingRefolds
from services.mastery.postgres.refolding import Refolding
from shared.runtime.connections import borrowed
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.definitions.view import DefinitionsView
from tests.integration.mastery.test_states import ANA, READING, WRITING, adopt, given
from tests.support.ledger_writer import named, policy_document, result
from tests.support.mastery import Applied, by_oracle, entries_of, stored
from tests.support.servers import District
from tests.support.waiting import until

ROOT = Path(__file__).parents[3]
LEARNERS = 150


@pytest.mark.faults
async def test_a_refold_that_is_killed_goes_on_where_it_was(pool: asyncpg.Pool, district: District) -> None:
    ledger = given()
    for number in range(LEARNERS):
        ledger.attempt(named(f"learner {number}"), result(READING, "2"), result(WRITING, "3"))
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold(chunk=500)
    adopt(ledger, "district", policy_document("ascertain.highest@1", cut="2"))
    await applied.more()
    dones: list[int] = []
    for _ in range(2):
        begun = dones[-1] if dones else 0
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.refolding_child", district.databases["mastery"].app, "1"),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        try:
            await until(partial(done_beyond, pool, begun), "the child refolds")
        finally:
            child.send_signal(signal.SIGKILL)
            await child.wait()
        await until(lambda: nobody_refolds(pool), "the killed child's session is gone")
        [refold] = await WaitingRefolds(pool).waiting()
        dones.append(refold.done)
        ours = sum(row["method"] == "ascertain.highest@1" for row in (await stored(pool)).values())
        assert ours == refold.done < 2 * LEARNERS
    assert dones[0] < dones[1]
    parts = await pool.fetchval("SELECT count(*) FROM mastery.refold_part")
    assert await applied.refold(chunk=1) == 2 * LEARNERS - dones[1] + parts  # and in each a look that finds the end
    assert await stored(pool) == by_oracle(ledger)


async def test_a_refold_waits_for_a_live_fold_of_the_same_shard_and_keeps_what_it_brought(pool: asyncpg.Pool) -> None:
    ledger = given()
    ledger.attempt(ANA, result(READING, "1"))
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold()
    adopt(ledger, "district", policy_document("ascertain.highest@1"))
    await applied.more()
    ledger.attempt(ANA, result(READING, "4"))
    late = entries_of(ledger)[-1:]
    async with borrowed(pool) as connection:
        fold = connection.transaction()
        await fold.start()
        for projection in applied.projections:
            await projection.apply(connection, late)
        refold = asyncio.create_task(Refolding(pool, DefinitionsReader()).step())
        await until(lambda: someone_waits(pool), "the refold waits for the shard")
        await fold.commit()
    assert await refold
    assert (await stored(pool))[ANA, READING]["status"] == "mastered"
    assert await stored(pool) == by_oracle(ledger)


async def test_a_live_fold_waits_for_a_refold_of_its_shard(pool: asyncpg.Pool) -> None:
    """Refolds read the contributions and write the outcome: no fold may come between."""
    ledger = given()
    ledger.attempt(ANA, result(READING, "1"))
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold()
    adopt(ledger, "district", policy_document("ascertain.highest@1"))
    await applied.more()
    ledger.attempt(ANA, result(READING, "4"))
    halting = Halting()
    refold = asyncio.create_task(Refolding(pool, halting).step())
    await halting.halfway.wait()
    fold = asyncio.create_task(applied.more())
    await until(lambda: someone_waits(pool), "the fold waits for the refold")
    halting.go_on.set()
    await asyncio.gather(refold, fold)
    assert await stored(pool) == by_oracle(ledger)


@pytest.mark.long
@pytest.mark.faults
async def test_several_workers_come_to_what_a_plain_fold_says_also_where_their_processes_are_killed(
    pool: asyncpg.Pool,
) -> None:
    ledger = given()
    for number in range(LEARNERS):
        ledger.attempt(named(f"learner {number}"), result(READING, "2"), result(WRITING, "3"))
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold(chunk=500)
    adopt(ledger, "district", policy_document("ascertain.highest@1", cut="2"))
    await applied.more()
    folds = partial(FoldsInProcess, many=0)
    refolding = asyncio.create_task(Refolding(pool, DefinitionsReader(), chunk=1, workers=3, folds=folds).run())
    try:
        for beyond in (0, 60):
            await until(partial(done_beyond, pool, beyond), "the workers refold")
            assert folding()
            for process in folding():
                os.kill(process, signal.SIGKILL)
        await until(partial(nothing_waits, pool), "everything is refolded", seconds=60)
    finally:
        refolding.cancel()
        with suppress(asyncio.CancelledError):
            await refolding
    assert not folding()
    assert await stored(pool) == by_oracle(ledger)


class Halting(DefinitionsReader):
    """Stops a refold between its lock and its reading, for as long as the test needs."""

    def __init__(self) -> None:
        super().__init__()
        self.halfway, self.go_on = asyncio.Event(), asyncio.Event()

    async def view(self, connection: asyncpg.Connection) -> DefinitionsView:
        self.halfway.set()
        await self.go_on.wait()
        return await super().view(connection)


async def done_beyond(pool: asyncpg.Pool, before: int) -> bool:
    refolds = await WaitingRefolds(pool).waiting()
    return bool(refolds) and refolds[0].done >= before + 20


async def nothing_waits(pool: asyncpg.Pool) -> bool:
    return not await WaitingRefolds(pool).waiting()


def folding() -> list[int]:
    """The processes that fold for this one."""
    children = [int(pid) for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()]
    return [pid for pid in children if b"services.mastery.folds" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def nobody_refolds(pool: asyncpg.Pool) -> bool:
    count = await pool.fetchval("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'refolding child'")
    return not count


async def someone_waits(pool: asyncpg.Pool) -> bool:
    return bool(await pool.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
