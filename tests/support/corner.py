"""A test's own corner of the real servers: a ledger, its topics, and a database that projects them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from deploy.setup.databases import make_databases
from deploy.setup.topics import make_topics
from shared.contracts.events import is_known
from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger
from shared.ledger.records import record_headers, record_key
from shared.runtime.database import connect
from shared.runtime.kafka_access import KafkaAccess
from shared.runtime.kafka_source import KafkaSource
from shared.runtime.ledger_outbox import LedgerOutbox
from shared.runtime.migrate import migrate_in_loop
from shared.runtime.projector import Projector
from shared.runtime.relay import Relay
from shared.runtime.shards import Shard
from tests.support.counting import TABLES, Counting
from tests.support.real_ledger import TENANT, OpenDoor, RealLedger, open_door
from tests.support.servers import PASSWORD, District, running_kafka, running_postgres
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Corner:
    """`pool` is the projecting service's, `relay_pool` the relay role's; `ledger` writes, `door` reads it over HTTP."""

    bootstrap: str
    prefix: str
    ledger: RealLedger
    door: OpenDoor
    pool: asyncpg.Pool
    relay_pool: asyncpg.Pool
    app_pool: asyncpg.Pool
    migrator: str
    dsn: str

    @property
    def topics(self) -> dict[Ledger, str]:
        return {"evidence": f"{self.prefix}evidence.ledger", "definitions": f"{self.prefix}definitions.ledger"}

    def source(self, **more: Any) -> KafkaSource:
        settings: dict[str, Any] = {"tenant": TENANT, "session_timeout": 6.0} | more
        return KafkaSource(KafkaAccess(self.bootstrap), f"{self.prefix}counting", self.topics, **settings)

    def projector(
        self, projection: Counting | None = None, *, known: Callable[[Entry], bool] = is_known, **more: Any
    ) -> Projector:
        settings: dict[str, Any] = {"retry_longest": 0.5} | more
        source = settings.pop("source", None) or self.source()
        return Projector(self.pool, source, [projection or Counting()], refill=self.door, known=known, **settings)

    def relay(self, **more: Any) -> Relay:
        outbox = LedgerOutbox(self.relay_pool, self.topics)
        return Relay(outbox, KafkaAccess(self.bootstrap), **({"retry_longest": 0.5} | more))

    async def publish(self, entries: Iterable[Entry]) -> None:
        """Put entries on their partitions as the relay would, in this order."""
        await self.publish_raw((e.ledger, e.shard, record_key(e), e.body, record_headers(e)) for e in entries)

    async def publish_raw(self, records: Iterable[tuple[Ledger, int, bytes, bytes, Sequence[tuple[str, Any]]]]) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap, enable_idempotence=True) as producer:
            sent = [
                await producer.send(self.topics[ledger], value, key=key, partition=shard, headers=list(headers))
                for ledger, shard, key, value, headers in records
            ]
            for future in sent:
                await future

    async def on_topic(self, shard: int = 0, ledger: Ledger = "evidence") -> list[ConsumerRecord]:
        """All records of one partition."""
        partition = TopicPartition(self.topics[ledger], shard)
        async with AIOKafkaConsumer(bootstrap_servers=self.bootstrap, auto_offset_reset="earliest") as consumer:
            consumer.assign([partition])
            end = (await consumer.end_offsets([partition]))[partition]
            records: list[ConsumerRecord] = []
            while await consumer.position(partition) < end:
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    records += batch
        return records

    async def forget_topics(self) -> None:
        """Delete the topics, and wait until nobody could still write to the old ones."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            await admin.delete_topics(list(self.topics.values()))

            async def gone() -> bool:
                described = await admin.describe_topics(list(self.topics.values()))
                return all(topic["error_code"] != 0 for topic in described)

            await until(gone, "the broker has forgotten the topics")
        finally:
            await admin.close()

    async def forget_records(self, *, before: int, shard: int = 0, ledger: Ledger = "evidence") -> None:
        """Delete a partition's records before an offset, as its retention would."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            await admin.delete_records({TopicPartition(self.topics[ledger], shard): RecordsToDelete(before)})
        finally:
            await admin.close()

    async def watermark(self, shard: int = 0, ledger: Ledger = "evidence") -> int:
        position = await self.pool.fetchval(
            "SELECT position FROM projection.watermark WHERE ledger = $1 AND shard = $2", ledger, shard
        )
        return position or 0

    async def paused(self, shard: int = 0, ledger: Ledger = "evidence") -> str | None:
        reason: str | None = await self.pool.fetchval(
            "SELECT paused FROM projection.watermark WHERE ledger = $1 AND shard = $2", ledger, shard
        )
        return reason


async def tables_of_a_corner(district: District) -> None:
    """Migrate the ledger, and make what counts its entries in place of mastery's own tables."""
    await migrate_in_loop("evidence", district.databases["evidence"].migrator)
    own = district.databases["mastery"]
    sql = (ROOT / "shared/runtime/migrations/0001_projection.sql").read_text() + TABLES
    migrator = await asyncpg.connect(own.migrator)
    await migrator.execute(sql.replace("{app}", f'"{own.name}_app"'))
    await migrator.close()


@asynccontextmanager
async def corner_of(bootstrap: str, district: District, prefix: str, *, topics: bool = True) -> AsyncIterator[Corner]:
    """A corner of a district with the `tables_of_a_corner`: `prefix` begins the names of its topics and group."""
    evidence, own = district.databases["evidence"], district.databases["mastery"]
    assert evidence.relay is not None
    if topics:
        await make_topics(KafkaAccess(bootstrap), prefix)
    pools = [
        await connect(dsn, size=size, name="test")
        for dsn, size in ((evidence.migrator, 2), (evidence.app, 4), (evidence.relay, 8), (own.app, 8))
    ]
    writing, reading, relaying, projecting = pools
    try:
        async with open_door(reading) as door:
            yield Corner(
                bootstrap, prefix, RealLedger(writing), door, projecting, relaying, reading, own.migrator, own.app
            )
    finally:
        for pool in pools:
            pool.terminate()


@asynccontextmanager
async def standing_corner() -> AsyncIterator[Corner]:
    """A corner on servers of its own, for what runs outside the tests."""
    async with running_postgres() as postgres, running_kafka() as kafka:
        district = District("bench", await make_databases(postgres, "bench", PASSWORD, ("evidence", "mastery")))
        await tables_of_a_corner(district)
        async with corner_of(kafka.bootstrap, district, "bench.") as corner:
            yield corner


@asynccontextmanager
async def running(*workers: Projector | Relay) -> AsyncIterator[None]:
    """Run workers meanwhile; one that fails fails the test."""
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


SHARD = Shard("evidence", 0)
