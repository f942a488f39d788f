"""Mastery behind real topics: entries are in a real ledger, published as the relay would, and projected."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from deploy.setup.topics import make_topics
from services.mastery.postgres.refolding import Refolding
from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger
from shared.ledger.records import record_headers, record_key
from shared.runtime.database import connect
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.kafka_access import KafkaAccess
from shared.runtime.kafka_source import KafkaSource
from shared.runtime.ledger_table import LedgerTable
from shared.runtime.projection import Projection
from shared.runtime.projector import Projector
from tests.support.ledger_writer import TENANT, LedgerWriter
from tests.support.mastery import entry_of, mastery_pool, projections
from tests.support.real_ledger import RealLedger
from tests.support.servers import District
from tests.support.waiting import until


@dataclass(slots=True)
class Stream:
    """What the writer writes reaches the ledger and its topics with `publish`; `projector` reads it from there."""

    bootstrap: str
    prefix: str
    writer: LedgerWriter
    pool: asyncpg.Pool
    ledger: RealLedger
    door: LedgerTable
    reading: asyncpg.Pool
    _published: int = 0
    _ends: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def topics(self) -> dict[Ledger, str]:
        return {"evidence": f"{self.prefix}evidence.ledger", "definitions": f"{self.prefix}definitions.ledger"}

    async def publish(self, *, times: int = 1) -> None:
        """Append what is new to the ledger, and send it, perhaps several times over."""
        entries = [entry_of(raw) for raw in self.writer.entries[self._published :]]
        self._published += len(entries)
        self._ends |= {(entry.ledger, entry.shard): entry.position for entry in entries}
        await self.ledger.append(entries)
        for _ in range(times):
            await self.send(entries)

    async def send(self, entries: Sequence[Entry]) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap, linger_ms=20, max_batch_size=2**18) as producer:
            sent = [
                await producer.send(
                    self.topics[entry.ledger],
                    entry.body,
                    key=record_key(entry),
                    partition=entry.shard,
                    headers=record_headers(entry),
                    timestamp_ms=entry.recorded_at,
                )
                for entry in entries
            ]
            await asyncio.gather(*sent)

    def projector(self, among: Iterable[Projection] | None = None, **more: Any) -> Projector:
        source = KafkaSource(
            KafkaAccess(self.bootstrap), f"{self.prefix}mastery", self.topics, tenant=TENANT, session_timeout=6.0
        )
        own = projections(self.pool, self.writer) if among is None else list(among)
        return Projector(self.pool, source, own, refill=self.door, **({"retry_longest": 0.5} | more))

    def refolding(self, chunk: int = 50) -> Refolding:
        return Refolding(self.pool, DefinitionsReader(), chunk=chunk)

    async def settled(self, *, seconds: float = 60) -> None:
        """Wait until everything published is applied and every refold done."""
        await until(self._is_settled, "everything is applied and refolded", seconds=seconds)

    async def _is_settled(self) -> bool:
        rows = await self.pool.fetch("SELECT ledger, shard, position FROM projection.watermark")
        marks = {(row["ledger"], row["shard"]): row["position"] for row in rows}
        behind = any(marks.get(shard, 0) < end for shard, end in self._ends.items())
        return not behind and not await self.pool.fetchval("SELECT count(*) FROM mastery.refold")


@asynccontextmanager
async def stream_of(bootstrap: str, district: District, prefix: str, writer: LedgerWriter) -> AsyncIterator[Stream]:
    """The ledger and the mastery database of a migrated district, with topics of their own."""
    evidence = district.databases["evidence"]
    await make_topics(KafkaAccess(bootstrap), prefix)
    async with (
        mastery_pool(district) as pool,
        await connect(evidence.migrator, size=2, name="test") as writing,
        await connect(evidence.app, size=4, name="test") as reading,
    ):
        await writing.execute("INSERT INTO ledger.district (tenant) VALUES ($1)", TENANT)
        yield Stream(bootstrap, prefix, writer, pool, RealLedger(writing), LedgerTable(reading), reading)


@asynccontextmanager
async def at_work(*workers: Projector | Refolding) -> AsyncIterator[None]:
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
