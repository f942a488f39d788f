"""How fast the ledger appends, beside COPY of 10,000 rows into an equal table.

python -m tests.performance.append
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from uuid import UUID, uuid4

import asyncpg

from deploy.setup.databases import Database, make_databases
from services.evidence.domain.commands import Appended, Command, Guard, NewEvent
from services.evidence.postgres.ledger import PostgresLedger
from shared.contracts.bodies import AttemptRecorded, LearnerEnrolled, Result
from shared.contracts.events import EVENTS, encode
from shared.ledger.identifiers import SHARDS
from shared.ledger.streams import evidence_stream, learner_stream
from shared.runtime.migrate import migrate_in_loop
from tests.performance import Figure
from tests.support.servers import PASSWORD, running_postgres, unique_prefix

LEARNERS = 2_000
ROWS = 10_000
FACTS = 40_000
SINGLES = 8_000
LIMIT = "COPY of 10,000 rows into an equal table"


async def measure(database: Database) -> list[Figure]:
    """Rows a second, for facts about enrolled learners. `database` is a migrated evidence database, all to itself."""
    pool = await asyncpg.create_pool(database.app, min_size=1, max_size=2)
    try:
        bench = _Bench(database, pool)
        await bench.enrol()
        copied = [await bench.copy()]
        rates: list[tuple[str, float]] = []
        for lanes in (2, 4):
            for batch in (500, 20):
                rate = await bench.append(FACTS // (1 if batch > 100 else 2), batch=batch, clients=8, lanes=lanes)
                rates.append((f"append, batches of {batch}, 8 clients, {lanes} lanes", rate))
                copied.append(await bench.copy())
        rates.append(("append, one at a time, 64 clients, 2 lanes", await bench.append(SINGLES, batch=1, clients=64)))
        copied.append(await bench.copy())
    finally:
        await pool.close()
    limit = sorted(copied)[len(copied) // 2]
    return [Figure(name, rate, "rows/s", LIMIT, limit) for name, rate in rates]


class _Bench:
    def __init__(self, database: Database, pool: asyncpg.Pool) -> None:
        self._database = database
        self._pool = pool
        self._tenant = str(uuid4())
        self._actor = str(uuid4())
        self._learners = [str(uuid4()) for _ in range(LEARNERS)]

    async def enrol(self) -> None:
        contract = EVENTS["LearnerEnrolled"]
        commands = []
        for learner in self._learners:
            body = encode(LearnerEnrolled(learner=learner, school=self._actor))
            event = NewEvent(str(uuid4()), contract.type, contract.schema, learner, learner_stream(learner), None, body)
            commands.append(Command(event.id, self._actor, "evidence", (event,)))
        ledger = self._ledger(2)
        await ledger.append(commands)
        await ledger.close()

    async def append(self, facts: int, *, batch: int, clients: int, lanes: int = 2) -> float:
        commands = [self._attempt(number) for number in range(facts)]
        batches = iter([commands[first : first + batch] for first in range(0, facts, batch)])
        ledger = self._ledger(lanes)
        await ledger.append([self._attempt(number) for number in range(SHARDS["evidence"])])  # connects every lane

        async def client() -> None:
            for part in batches:
                outcomes = await ledger.append(part)
                assert all(isinstance(outcome, Appended) for outcome in outcomes)

        try:
            return facts / await _seconds(lambda: asyncio.gather(*(client() for _ in range(clients))))
        finally:
            await ledger.close()

    async def copy(self) -> float:
        """Rows a second of one COPY into a table with the same columns and indexes, as the tables' owner."""
        connection = await asyncpg.connect(self._database.migrator)
        try:
            await connection.execute("DROP TABLE IF EXISTS public.equal")
            await connection.execute("CREATE TABLE public.equal (LIKE ledger.stored_entry INCLUDING ALL)")
            columns = [
                *("position", "occurred_at", "recorded_at", "shard", "version", "epoch", "kind", "id", "owner"),
                *("actor", "ledger", "stream", "request_digest", "body"),
            ]
            rows = list(self._rows())
            return ROWS / await _seconds(
                lambda: connection.copy_records_to_table("equal", schema_name="public", records=rows, columns=columns)
            )
        finally:
            await connection.close()

    def _rows(self) -> Iterator[Sequence[object]]:
        now = time.time_ns() // 1_000_000
        for number in range(ROWS):
            event = self._attempt(number).events[0]
            owner, actor = UUID(event.owner), UUID(self._actor)
            shard, position = number % SHARDS["evidence"], number // SHARDS["evidence"] + 1
            yield (
                *(position, now, now, shard, 1, 1, 1, UUID(event.id), owner, actor),
                *("evidence", None, None, event.body),
            )

    def _attempt(self, number: int) -> Command:
        contract = EVENTS["AttemptRecorded"]
        learner = self._learners[number * 7919 % LEARNERS]
        result = Result(competency=self._actor, earned="3.5", possible="4")
        body = AttemptRecorded(learner=learner, task=self._actor, purpose="performance", results=(result,))
        id_ = str(uuid4())
        now = time.time_ns() // 1_000_000
        event = NewEvent(id_, contract.type, contract.schema, learner, evidence_stream(id_), now, encode(body))
        return Command(id_, self._actor, "evidence", (event,), (), (Guard(learner, learner_stream(learner), "open"),))

    def _ledger(self, lanes: int) -> PostgresLedger:
        return PostgresLedger(self._database.app, self._pool, tenant=self._tenant, appended=lambda: None, lanes=lanes)


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await work()
    return time.perf_counter() - begun


async def figures() -> list[Figure]:
    """Measure on a server and database of its own."""
    async with running_postgres() as server:
        database = (await make_databases(server, unique_prefix(), PASSWORD, ("evidence",)))["evidence"]
        await migrate_in_loop("evidence", database.migrator)
        return await measure(database)
