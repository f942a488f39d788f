"""How fast the relay publishes, beside bare aiokafka sending the same records in ready batches.

python -m tests.performance.relay
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from shared.ledger.entry import Entry
from shared.ledger.records import Headers, record_headers, record_key
from shared.runtime.publisher import BATCH_BYTES
from shared.runtime.relay import Relay
from tests.performance import Figure
from tests.performance.answers import grown
from tests.support.corner import Corner, running, standing_corner
from tests.support.waiting import until

RECORDS = 128_000
OWNERS = 640

Ready = tuple[bytes, bytes, int, Headers]


async def measure(corner: Corner) -> list[Figure]:
    """Records a second from the ledger's tables to Kafka. `corner` is all to itself, its topics empty."""
    entries = await grown(corner, OWNERS, RECORDS // OWNERS)
    rates, limits = [], []
    for _ in range(3):
        limits.append(await _bare(corner, entries))
        await corner.relay_pool.execute("UPDATE ledger.cursor SET position = 0")
        rates.append(await _relayed(corner, corner.relay(), len(entries)))
    rate, limit = sorted(rates)[1], sorted(limits)[1]
    return [Figure("relay, 64 shards", rate, "records/s", "bare aiokafka send_batch of the same, lz4", limit)]


async def _relayed(corner: Corner, relay: Relay, count: int) -> float:
    async def done() -> bool:
        return bool(await corner.relay_pool.fetchval("SELECT sum(position) FROM ledger.cursor") == count)

    begun = time.perf_counter()
    async with running(relay):
        await until(done, "all is relayed", seconds=120)
        return count / (time.perf_counter() - begun)


async def _bare(corner: Corner, entries: Sequence[Entry]) -> float:
    """The same records, keys and headers ready before the clock starts; one batch outstanding a partition."""
    ready: dict[int, list[Ready]] = {}
    for entry in entries:
        record = (record_key(entry), entry.body, entry.recorded_at, record_headers(entry))
        ready.setdefault(entry.shard, []).append(record)
    async with AIOKafkaProducer(
        bootstrap_servers=corner.bootstrap, enable_idempotence=True, compression_type="lz4", max_batch_size=BATCH_BYTES
    ) as producer:
        await producer.partitions_for(corner.topics["evidence"])
        begun = time.perf_counter()
        await asyncio.gather(*(_send(producer, corner.topics["evidence"], *each) for each in ready.items()))
        return len(entries) / (time.perf_counter() - begun)


async def _send(producer: Any, topic: str, partition: int, records: Sequence[Ready]) -> None:
    waiting = list(reversed(records))
    while waiting:
        batch = producer.create_batch()
        while waiting:
            key, value, timestamp, headers = waiting[-1]
            if batch.append(key=key, value=value, timestamp=timestamp, headers=headers) is None:
                break
            waiting.pop()
        await (await producer.send_batch(batch, topic, partition=partition))


async def figures() -> list[Figure]:
    """Measure in a corner of its own."""
    async with standing_corner() as corner:
        return await measure(corner)
