"""Lanes: appended together without a timer, bounded, and nobody pays for a neighbour (DESIGN §2.5)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from msgspec.structs import replace

from deploy.setup.databases import Database
from services.evidence.domain.commands import Appended, Mismatch, Repeated, Stale
from services.evidence.ports import LedgerBusy
from services.evidence.postgres.ledger import PostgresLedger
from tests.support.appending import command, event, open_ledger, owner_in
from tests.support.waiting import until

LEARNER, NEAR, FAR = owner_in(2), owner_in(3), owner_in(60)


@asynccontextmanager
async def jammed(database: Database, app: asyncpg.Connection, *, waiters: int = 1) -> AsyncIterator[None]:
    """Hold the heads of all shards. Within, the first call of each lane is let in and waits; the others queue."""
    connection = await asyncpg.connect(database.migrator)
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM ledger.head ORDER BY ledger, shard FOR NO KEY UPDATE")
            yield

            async def waiting() -> bool:
                return bool(await app.fetchval("SELECT count(*) = $1 FROM pg_locks WHERE NOT granted", waiters))

            await until(waiting, "the first call waits at the heads")
    finally:
        await connection.close()


async def transactions(app: asyncpg.Connection) -> list[int]:
    """How many entries each transaction appended, in order."""
    rows = await app.fetch("SELECT count(*) AS n FROM ledger.stored_entry GROUP BY xmin::text ORDER BY min(position)")
    return [row["n"] for row in rows]


async def test_what_arrives_during_a_call_is_appended_together_in_the_next(
    database: Database, ledger: PostgresLedger, app: asyncpg.Connection
) -> None:
    async with jammed(database, app):
        first = asyncio.create_task(ledger.append([command(event(LEARNER))]))
        await asyncio.sleep(0)  # its lane has begun
        others = [asyncio.create_task(ledger.append([command(event(LEARNER))])) for _ in range(40)]
        await asyncio.sleep(0)
    outcomes = [outcome for task in (first, *others) for outcome in await task]
    assert all(isinstance(outcome, Appended) for outcome in outcomes)
    assert len(await transactions(app)) == 2


async def test_lanes_do_not_wait_for_each_other(database: Database, app: asyncpg.Connection) -> None:
    async with open_ledger(database) as ledger:
        await ledger.append([command(event(LEARNER)), command(event(FAR))])
        connection = await asyncpg.connect(database.migrator)
        async with connection.transaction():
            await connection.execute("SELECT FROM ledger.head WHERE shard = 2 FOR NO KEY UPDATE")
            jammed_lane = asyncio.create_task(ledger.append([command(event(LEARNER))]))
            outcomes = await ledger.append([command(event(FAR))])
            assert isinstance(outcomes[0], Appended)
            assert not jammed_lane.done()
        await connection.close()
        assert isinstance((await jammed_lane)[0], Appended)


async def test_a_call_that_spans_lanes_is_judged_in_order(ledger: PostgresLedger) -> None:
    near, far = event(NEAR), event(FAR)
    both = command(near, far)
    late = command(event(NEAR, stream=near.stream, closes=True))
    outcomes = await ledger.append(
        [command(replace(far, owner=LEARNER)), both, late, command(near), command(replace(far, owner=LEARNER))]
    )
    first, second, third, fourth, fifth = outcomes
    assert isinstance(first, Appended)
    assert second == Mismatch(far.id)
    assert not isinstance(third, Appended | Stale), "its stream was never opened"
    assert isinstance(fourth, Appended)
    assert fifth == Repeated(first.events)


async def test_the_relay_is_woken_when_something_was_appended_and_only_then(database: Database) -> None:
    rings: list[None] = []
    async with open_ledger(database, appended=lambda: rings.append(None)) as ledger:
        asked = command(event(LEARNER))
        await ledger.append([asked])
        assert len(rings) == 1
        await ledger.append([asked, command(replace(asked.events[0], body=b"{}"))])
        assert len(rings) == 1
        await ledger.append([command(event(owner_in(shard))) for shard in range(64)])
        assert len(rings) == 3, "once a lane"


async def test_a_full_house_is_told_at_once_and_nothing_is_appended(
    database: Database, app: asyncpg.Connection
) -> None:
    async with open_ledger(database, waiting=10) as ledger:
        async with jammed(database, app):
            nine = [command(event(LEARNER)) for _ in range(9)]
            under_way = asyncio.create_task(ledger.append(nine))
            await asyncio.sleep(0)
            refused = [command(event(NEAR)), command(event(FAR))]
            with pytest.raises(LedgerBusy):
                await ledger.append(refused)
            fits = asyncio.create_task(ledger.append(refused[:1]))
            await asyncio.sleep(0)
        assert len(await under_way) == 9
        await fits
        assert refused[1].id not in await ledger.entries([refused[1].id])
        assert all(isinstance(outcome, Appended) for outcome in await ledger.append(refused[1:]))
        many = await ledger.append([command(event(FAR)) for _ in range(30)])
        assert len(many) == 30, "a call larger than the house is served when the house is empty"


async def test_a_call_that_the_database_cannot_take_fails_its_caller_alone(
    database: Database, ledger: PostgresLedger, app: asyncpg.Connection
) -> None:
    """Whatever a flow lets slip, here an instant beyond any column, its neighbours are appended all the same."""
    impossible = command(event(LEARNER, occurred_at=2**70))
    async with jammed(database, app):
        first = asyncio.create_task(ledger.append([command(event(LEARNER))]))
        await asyncio.sleep(0)
        before, wrong, after = (
            asyncio.create_task(ledger.append([asked]))
            for asked in (command(event(LEARNER)), impossible, command(event(LEARNER)))
        )
        await asyncio.sleep(0)
    with pytest.raises(asyncpg.DataError):
        await wrong
    for task in (first, before, after):
        (outcome,) = await task
        assert isinstance(outcome, Appended)


async def test_a_caller_that_gave_up_before_its_turn_is_dropped(
    database: Database, ledger: PostgresLedger, app: asyncpg.Connection
) -> None:
    given_up, kept = command(event(LEARNER)), command(event(LEARNER))
    async with jammed(database, app):
        first = asyncio.create_task(ledger.append([command(event(LEARNER))]))
        await asyncio.sleep(0)
        leaving, staying = (asyncio.create_task(ledger.append([asked])) for asked in (given_up, kept))
        await asyncio.sleep(0)
        leaving.cancel()
    await first
    await staying
    assert set(await ledger.entries([given_up.id, kept.id])) == {kept.id}


async def test_closing_appends_what_is_under_way_and_takes_nothing_more(
    database: Database, app: asyncpg.Connection
) -> None:
    async with open_ledger(database) as ledger:
        async with jammed(database, app):
            # more than one call of them, so that some are not even with their lane yet
            asked = [command(event(LEARNER)) for _ in range(1_100)]
            under_way = asyncio.create_task(ledger.append(asked))
            await until(lambda: ledger._lanes._waiting == len(asked), "the lanes have taken them")
            closing = asyncio.create_task(ledger.close())
            await asyncio.sleep(0)
            with pytest.raises(LedgerBusy):
                await ledger.append([command(event(NEAR))])
        assert all(isinstance(outcome, Appended) for outcome in await under_way)
        await closing

    async def gone() -> bool:
        return not await app.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = 'evidence append' AND datname = current_database()"
        )

    await until(gone, "the lanes' connections have ended")
