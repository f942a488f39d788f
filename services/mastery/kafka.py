"""The topic `mastery.state`, looked at apart from every consumer group: where it ends, and what lies in it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.ledger.identifiers import SHARDS
from shared.runtime.kafka_access import KafkaAccess

SECONDS = 20.0
"""For Kafka to answer in."""


class KafkaStateTopic:
    """Every look has a consumer of its own: they are rare."""

    def __init__(self, access: KafkaAccess, name: str) -> None:
        self._access, self.name = access, name

    async def ends(self) -> Mapping[int, int]:
        """Raises KafkaError, OSError or TimeoutError where Kafka does not answer."""
        partitions = [TopicPartition(self.name, number) for number in range(SHARDS["evidence"])]
        async with asyncio.timeout(SECONDS), self._consumer() as consumer:
            ends = await consumer.end_offsets(partitions)
        return {partition.partition: end for partition, end in ends.items()}

    async def lowest(self, partition: int, first: int, end: int) -> int | None:
        """Raises as `ends`."""
        place = TopicPartition(self.name, partition)
        found: list[int] = []
        async with asyncio.timeout(SECONDS), self._consumer() as consumer:
            consumer.assign([place])
            consumer.seek(place, first)
            while await consumer.position(place) < end:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += [_seq(dict(record.headers)) for record in records if record.offset < end]
        return min(found, default=None)

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[Any]:
        consumer = AIOKafkaConsumer(**self._access.options(), group_id=None, enable_auto_commit=False)
        try:
            await consumer.start()
            yield consumer
        finally:
            with suppress(Exception):
                await asyncio.wait_for(consumer.stop(), SECONDS)


def _seq(headers: Mapping[str, bytes]) -> int:
    try:
        return int(headers["ce_seq"])
    except (KeyError, ValueError):
        return 1
