"""Heads order a shard's appends: nothing is ever seen out of order, and time never runs backwards (DESIGN §2.3, §2.4).

Luck has no part in these tests: one appender is held inside its transaction until another is seen to wait for it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest

from deploy.setup.databases import Database
from services.evidence.domain.commands import Appended, Command, Expectation
from services.evidence.postgres.facts import FACTS, facts_call
from services.evidence.postgres.ledger import PostgresLedger
from services.evidence.postgres.open_learners import OpenLearners
from services.evidence.postgres.prepared import prepare
from services.evidence.postgres.shards import shards_of_owners
from shared.ledger.identifiers import SHARDS
from shared.ledger.streams import learner_stream
from tests.support.appending import TENANT, command, enrolment, event, learner_is, owner_in
from tests.support.waiting import until

LEARNER, NEIGHBOUR, ELSEWHERE = owner_in(5), owner_in(5), owner_in(40)
SHARD_OF = shards_of_owners(TENANT)["evidence"]


@pytest.fixture(autouse=True)
async def begun(ledger: PostgresLedger) -> None:
    """A district's very first append, and the first of each kind, also wait for one another; here that is past."""
    learner = owner_in(63)
    await ledger.append([command(event(learner)), command(enrolment(learner))])


class Held:
    """An appender that has appended and not yet committed."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def append(self, *facts: Command) -> asyncpg.Record:
        prepared = [prepare(fact, SHARD_OF) for fact in facts]
        row = await self._connection.fetchrow(FACTS, *facts_call(TENANT, prepared, OpenLearners()).arguments)
        assert row is not None
        assert row["positions"] is not None
        return row

    async def is_waited_for(self) -> bool:
        # pg_locks, for pg_stat_activity shows a transaction always what it saw there first
        return bool(
            await self._connection.fetchval(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
        )

    async def waiting(self, count: int) -> bool:
        """Whether so many others wait, for us or for one another."""
        waiting: int = await self._connection.fetchval("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
        return waiting == count

    async def clock(self) -> int:
        """The server's clock, in whole milliseconds."""
        now: int = await self._connection.fetchval("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint")
        return now


@asynccontextmanager
async def holding(database: Database) -> AsyncIterator[Held]:
    """Within: what is appended is not committed. After: it is."""
    connection = await asyncpg.connect(database.app)
    try:
        async with connection.transaction():
            yield Held(connection)
    finally:
        await connection.close()


async def positions_above(app: asyncpg.Connection, last: int) -> list[int]:
    rows = await app.fetch(
        "SELECT position FROM ledger.entry WHERE ledger = 'evidence' AND shard = 5 AND position > $1 ORDER BY position",
        last,
    )
    return [row["position"] for row in rows]


async def test_a_reader_of_position_above_the_last_never_loses_a_late_commit(
    database: Database, ledger: PostgresLedger, app: asyncpg.Connection
) -> None:
    async with holding(database) as early:
        first = await early.append(command(event(LEARNER)))
        late = asyncio.create_task(ledger.append([command(event(NEIGHBOUR))]))
        await until(early.is_waited_for, "the later append waits for the earlier one")
        assert await positions_above(app, 0) == []
        assert not late.done()
        (elsewhere,) = await ledger.append([command(event(ELSEWHERE))])
        assert isinstance(elsewhere, Appended), "other shards go on meanwhile"
    (second,) = await late
    assert isinstance(second, Appended)
    assert (list(first["positions"]), second.events[0].position) == ([1], 2)
    assert await positions_above(app, 0) == [1, 2]


async def test_an_append_that_is_rolled_back_leaves_no_gap(database: Database, ledger: PostgresLedger) -> None:
    connection = await asyncpg.connect(database.app)
    transaction = connection.transaction()
    await transaction.start()
    early = Held(connection)
    await early.append(command(event(LEARNER)), command(event(NEIGHBOUR)))
    late = asyncio.create_task(ledger.append([command(event(NEIGHBOUR))]))
    await until(early.is_waited_for, "the later append waits")
    await transaction.rollback()
    await connection.close()
    (outcome,) = await late
    assert isinstance(outcome, Appended)
    assert outcome.events[0].position == 1


async def test_recorded_at_does_not_run_backwards_for_one_who_waited(
    database: Database, ledger: PostgresLedger
) -> None:
    async with holding(database) as early:
        await early.append(command(event(LEARNER)))
        late = asyncio.create_task(ledger.append([command(event(NEIGHBOUR))]))
        await until(early.is_waited_for, "the later append has begun, and waits")
        begun = await early.clock()

        async def later() -> bool:
            return await early.clock() > begun + 20

        await until(later, "the clock has moved on")
        between = await early.append(command(event(LEARNER)))
    (outcome,) = await late
    assert isinstance(outcome, Appended)
    assert outcome.events[0].recorded_at >= between["recorded"][0] > begun


async def test_recorded_at_stands_still_while_the_clock_is_behind(
    ledger: PostgresLedger, migrator: asyncpg.Connection
) -> None:
    """As after a clock was set back, or on a server whose clock is behind its predecessor's."""
    ahead = 4_000_000_000_000
    await migrator.execute("UPDATE ledger.head SET recorded_at = $1 WHERE ledger = 'evidence' AND shard = 5", ahead)
    outcomes = await ledger.append(
        [command(event(LEARNER)), command(enrolment(LEARNER)), command(event(ELSEWHERE, occurred_at=None))]
    )
    recorded = [outcome.events[0].recorded_at for outcome in outcomes if isinstance(outcome, Appended)]
    assert recorded[:2] == [ahead, ahead]
    assert recorded[2] < ahead, "each shard has a time of its own"


@pytest.mark.parametrize("how", ["guard", "expectation"])
async def test_what_is_asked_of_another_shard_is_true_when_the_command_is_appended(
    database: Database, ledger: PostgresLedger, how: str
) -> None:
    """While a learner's stream is being closed elsewhere, a command that needs it open must wait, and then fail."""
    await ledger.append([command(enrolment(NEIGHBOUR))])
    connection = await asyncpg.connect(database.migrator)
    try:
        async with connection.transaction():
            held = Held(connection)
            await held.append(command(event(LEARNER)))  # holds the head of the shard in which both streams lie
            await connection.execute("UPDATE ledger.stream SET closed = true, version = version + 1")
            asked = (
                command(event(ELSEWHERE), guards=[learner_is("open", NEIGHBOUR)])
                if how == "guard"
                else command(event(ELSEWHERE), expects=[Expectation(NEIGHBOUR, learner_stream(NEIGHBOUR), 1)])
            )
            late = asyncio.create_task(ledger.append([asked]))
            await until(held.is_waited_for, "the command waits for the shard that its condition lies in")
        (outcome,) = await late
        assert not isinstance(outcome, Appended)
    finally:
        await connection.close()


async def test_appends_over_the_same_shards_in_any_order_never_wait_for_each_other(database: Database) -> None:
    """Heads are locked in one order, whoever calls: a deadlock would come back as LedgerUnavailable."""
    async with _ledgers(database, 4) as ledgers:
        for _ in range(10):
            calls = []
            for number, ledger in enumerate(ledgers):
                shards = list(range(0, 60, 2))[:: (-1) ** number]
                group = command(*(event(owner_in(shard)) for shard in shards))
                calls.append(ledger.append([command(event(owner_in(shard))) for shard in shards] + [group]))
            outcomes = await asyncio.gather(*calls)
            assert all(isinstance(outcome, Appended) for answers in outcomes for outcome in answers)


@pytest.mark.parametrize("how", ["facts", "group"])
async def test_the_same_ids_in_any_order_in_several_shards_never_wait_for_each_other(
    database: Database, how: str
) -> None:
    """Two callers want the same three ids, each in a shard of its own, in opposite orders.

    The one in the middle is held by a third until both are seen to wait. If each had by then taken the outer id that
    comes first to it, they would wait for each other for ever.
    """
    low, middle, high = sorted(str(uuid4()) for _ in range(3))
    connection = await asyncpg.connect(database.app)
    transaction = connection.transaction()
    await transaction.start()
    third = Held(connection)
    await third.append(command(event(ELSEWHERE, id_=middle)))
    async with _ledgers(database, 2) as ledgers:
        calls = []
        for ledger, shard, order in zip(ledgers, (1, 2), ((low, middle, high), (high, middle, low)), strict=True):
            learner = owner_in(shard)
            events = [event(learner, id_=id_) for id_ in order]
            asked = [command(*events)] if how == "group" else [command(one) for one in events]
            calls.append(asyncio.create_task(ledger.append(asked)))
        await until(lambda: third.waiting(2), "both wait")
        await transaction.rollback()
        await connection.close()
        outcomes = await asyncio.gather(*calls)
    kinds = [{type(outcome).__name__ for outcome in answers} for answers in outcomes]
    assert {"Appended"} in kinds
    assert {"Mismatch"} in kinds


async def test_time_and_versions_rise_with_position_under_many_callers(
    database: Database, app: asyncpg.Connection
) -> None:
    learners = [owner_in(shard) for shard in (5, 5, 5, 40)]
    async with _ledgers(database, 4) as ledgers:
        for _ in range(10):
            await asyncio.gather(
                *(ledger.append([command(enrolment(learner))]) for ledger in ledgers for learner in learners),
                *(ledger.append([command(event(learner)) for learner in learners]) for ledger in ledgers),
                *(ledger.append([command(*(event(learner) for learner in learners))]) for ledger in ledgers),
            )
    rows = await app.fetch("SELECT * FROM ledger.entry WHERE shard <> 63 ORDER BY ledger, shard, position")
    assert len(rows) == 10 * 4 * (4 + 4 + 4)
    for shard in range(SHARDS["evidence"]):
        entries = [row for row in rows if row["shard"] == shard]
        assert [row["position"] for row in entries] == list(range(1, len(entries) + 1))
        assert [row["recorded_at"] for row in entries] == sorted(row["recorded_at"] for row in entries)
    for learner in learners:
        versions = [row["version"] for row in rows if row["stream"] == learner_stream(learner)]
        assert versions == list(range(1, 41))


@asynccontextmanager
async def _ledgers(database: Database, count: int) -> AsyncIterator[list[PostgresLedger]]:
    """Ledgers of several processes, each with lanes of its own."""
    ledgers = [
        PostgresLedger(
            database.app,
            await asyncpg.create_pool(database.app, min_size=1, max_size=1),
            tenant=TENANT,
            appended=lambda: None,
        )
        for _ in range(count)
    ]
    try:
        yield ledgers
    finally:
        for ledger in ledgers:
            await ledger.close()
            await ledger._pool.close()
