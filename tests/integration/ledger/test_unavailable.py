"""PostgreSQL killed amid appends: what is not known is said to be so, and a retry settles it (I1, I2, F4)."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from deploy.errors import ProgramError
from deploy.local.postgres import PostgresServer
from deploy.setup.databases import Database, make_databases
from services.evidence.domain.commands import Appended, Command, Outcome, Repeated
from services.evidence.ports import LedgerUnavailable
from services.evidence.postgres.ledger import PostgresLedger
from shared.ledger.streams import learner_stream
from shared.runtime.migrate import migrate_in_loop
from tests.support.appending import command, enrolment, event, learner_is, open_ledger, owner_in
from tests.support.servers import PASSWORD, quick_place, running_postgres, unique_prefix
from tests.support.waiting import until

pytestmark = pytest.mark.faults


@pytest.fixture
async def server() -> AsyncIterator[PostgresServer]:
    """A server of the test's own, to be killed."""
    async with running_postgres(quick_place()) as server:
        yield server


@pytest.fixture
async def database(server: PostgresServer) -> Database:
    database = (await make_databases(server, unique_prefix(), PASSWORD, ("evidence",)))["evidence"]
    await migrate_in_loop("evidence", database.migrator)
    return database


async def start_again(server: PostgresServer) -> None:
    """The killed postmaster's backends may live a moment longer, and hold what the next one needs."""

    async def started() -> bool:
        try:
            await server.start()
        except ProgramError:
            return False
        return True

    await until(started, "PostgreSQL is back")


async def settled(ledger: PostgresLedger, asked: Sequence[Command]) -> list[Outcome]:
    """Sent again under the same ids until there is an answer."""
    while True:
        try:
            return await ledger.append(asked)
        except LedgerUnavailable:
            await asyncio.sleep(0.05)


async def test_a_command_in_the_middle_of_its_append_is_unknown_and_its_retry_has_one_effect(
    server: PostgresServer, database: Database
) -> None:
    learner = owner_in(9)
    asked = [command(event(learner)), command(event(learner), event(owner_in(40)))]
    async with open_ledger(database) as ledger:
        await ledger.append([command(enrolment(learner))])
        watcher = await asyncpg.connect(database.app)
        holder = await asyncpg.connect(database.migrator)
        await holder.execute("BEGIN; SELECT FROM ledger.head WHERE shard = 9 FOR NO KEY UPDATE")
        under_way = asyncio.create_task(ledger.append(asked))

        async def waiting() -> bool:
            return bool(await watcher.fetchval("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted"))

        await until(waiting, "the append is under way")
        await server.kill()
        with pytest.raises(LedgerUnavailable):
            await under_way
        for broken in (holder, watcher):
            broken.terminate()
        await start_again(server)
        outcomes = await settled(ledger, asked)
        assert all(isinstance(outcome, Appended) for outcome in outcomes)
        assert [type(outcome) for outcome in await ledger.append(asked)] == [Repeated, Repeated]


async def test_whatever_moment_the_server_dies_at_every_command_has_one_effect(
    server: PostgresServer, database: Database
) -> None:
    """Clients append and retry without pause while PostgreSQL is killed; nothing is lost, doubled or out of order."""
    learners = [owner_in(shard) for shard in (0, 9, 9, 40, 63)]
    moments = random.Random(11)
    sent: list[Command] = []
    receipts: dict[str, int] = {}
    unknown = 0
    stop = False

    async def client(ledger: PostgresLedger, number: int) -> None:
        nonlocal unknown
        while not stop:
            learner = learners[number % len(learners)]
            asked = [
                command(event(learner), guards=[learner_is("open", learner)]),
                command(enrolment(learner)),
                command(*(event(other) for other in learners)),
            ]
            sent.extend(asked)
            try:
                outcomes = await ledger.append(asked)
            except LedgerUnavailable:
                unknown += 1
                outcomes = await settled(ledger, asked)
            for outcome in outcomes:
                assert isinstance(outcome, Appended | Repeated)
                receipts.update({placed.id: placed.position for placed in outcome.events})

    async with open_ledger(database) as ledger:
        await ledger.append([command(enrolment(learner)) for learner in learners])
        clients = [asyncio.create_task(client(ledger, number)) for number in range(8)]
        try:
            for _ in range(4):
                enough = len(receipts) + 60

                def appended(enough: int = enough) -> bool:
                    return len(receipts) > enough

                await until(appended, "the clients append")
                await asyncio.sleep(moments.random() / 20)  # the moment is what is tried
                await server.kill()
                await start_again(server)
        finally:
            stop = True
            await asyncio.gather(*clients)
        assert unknown > 0, "no append was under way when the server died"
        await _compare(database, sent, receipts, learners)


async def _compare(
    database: Database, sent: Sequence[Command], receipts: dict[str, int], learners: Sequence[str]
) -> None:
    connection = await asyncpg.connect(database.app)
    rows = await connection.fetch("SELECT * FROM ledger.entry ORDER BY shard, position")
    heads = await connection.fetch("SELECT shard, position FROM ledger.head WHERE ledger = 'evidence'")
    await connection.close()
    asked = {one.id for commands in sent for one in commands.events}
    stored = {str(row["id"]): row["position"] for row in rows}
    enrolled = len(learners)
    assert receipts.items() <= stored.items(), "nothing that was acknowledged is lost"
    assert len(stored) == len(rows), "nothing is doubled"
    assert len(stored.keys() - asked) == enrolled, "nothing is invented but the first enrolments"
    assert asked <= stored.keys(), "every client saw its commands through"
    for head in heads:
        positions = [row["position"] for row in rows if row["shard"] == head["shard"]]
        assert positions == list(range(1, head["position"] + 1))
    for learner in learners:
        versions = [row["version"] for row in rows if row["stream"] == learner_stream(learner)]
        assert versions == list(range(1, len(versions) + 1))


async def test_a_ledger_may_be_opened_before_its_database_is_there(server: PostgresServer, database: Database) -> None:
    async with open_ledger(database) as ledger:
        await server.kill()
        with pytest.raises(LedgerUnavailable):
            await ledger.append([command(event(owner_in(1)))])
        with pytest.raises(LedgerUnavailable):
            await ledger.entries([owner_in(1)])
        with pytest.raises(LedgerUnavailable):
            await ledger.stream("learner/nobody")
        await start_again(server)
        (outcome,) = await settled(ledger, [command(event(owner_in(1)))])
        assert isinstance(outcome, Appended)
