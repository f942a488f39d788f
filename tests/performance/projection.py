"""How fast a projection runs, beside getmany and the decoding of the same records' bodies.

python -m tests.performance.projection
"""

import time

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.ledger.entry import Entry
from tests.performance import Figure
from tests.performance.answers import grown
from tests.support.corner import Corner, running, standing_corner
from tests.support.counting import Counting
from tests.support.waiting import until

RECORDS = 32_000
OWNERS = 320


async def measure(corner: Corner) -> list[Figure]:
    """Records a second from Kafka into the tables. `corner` is all to itself, its topics empty."""
    entries = await grown(corner, OWNERS, RECORDS // OWNERS)
    await corner.publish(entries)
    rates, limits = [], []
    for _ in range(3):
        limits.append(await _bare(corner, len(entries)))
        await corner.pool.execute("UPDATE projection.watermark SET position = 0, next_offset = 0")
        await corner.pool.execute("DELETE FROM projection.owner")
        await corner.pool.execute("DELETE FROM counting.owner")
        rates.append(await _projected(corner, len(entries)))
    rate, limit = sorted(rates)[1], sorted(limits)[1]
    return [Figure("projection, 64 shards", rate, "records/s", "getmany and orjson decoding of the same", limit)]


class Tallying(Counting):
    """Decodes as the limit does."""

    def _number(self, entry: Entry) -> int:
        return len(orjson.loads(entry.body)["results"])


async def _projected(corner: Corner, count: int) -> float:
    """From the moment that the group has given out its shards."""
    projector = corner.projector(Tallying())

    async with running(projector):
        await until(lambda: projector.advance.applied > 0, "the first batch is applied", seconds=60)
        begun, before = time.perf_counter(), projector.advance.applied
        await until(lambda: projector.advance.applied >= count, "all is applied", seconds=120)
        return (count - before) / (time.perf_counter() - begun)


async def _bare(corner: Corner, count: int) -> float:
    topic = corner.topics["evidence"]
    seen = 0
    async with AIOKafkaConsumer(bootstrap_servers=corner.bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(topic, shard) for shard in range(64)])
        begun = None
        before = 0
        while seen < count:
            for records in (await consumer.getmany(timeout_ms=200, max_records=2000)).values():
                for record in records:
                    orjson.loads(record.value)
                seen += len(records)
            if begun is None and seen:
                begun, before = time.perf_counter(), seen
        assert begun is not None
        return (count - before) / (time.perf_counter() - begun)


async def figures() -> list[Figure]:
    """Measure in a corner of its own."""
    async with standing_corner() as corner:
        return await measure(corner)
