"""Re-reads the ledgers' topics from their first record, apart from every consumer group."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from services.audit.domain.telling import told_by_record
from services.audit.domain.verification import VerificationError
from services.audit.ports import Arrived
from shared.ledger.identifiers import Ledger
from shared.runtime.kafka_access import KafkaAccess
from shared.runtime.shards import Shard

WAIT_MS = 200
RECORDS = 1000
START_SECONDS = 20.0
STOP_SECONDS = 3.0


class KafkaTopics:
    """The topics of both ledgers (`topics`: ledger to topic) on one Kafka."""

    def __init__(self, access: KafkaAccess, topics: Mapping[Ledger, str]) -> None:
        self._access, self._topics = access, dict(topics)

    async def open(self, shards: Sequence[Shard]) -> "KafkaReading":
        """Begin to read. Raises VerificationError where Kafka does not answer."""
        partitions = {TopicPartition(self._topics[shard.ledger], shard.number): shard for shard in shards}
        consumer = AIOKafkaConsumer(
            **self._access.options(),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=WAIT_MS,
            fetch_max_bytes=16 * 1024 * 1024,
            request_timeout_ms=20_000,
        )
        reading = KafkaReading(consumer, partitions)
        try:
            await asyncio.wait_for(reading.start(), START_SECONDS)
        except (KafkaError, OSError, TimeoutError) as error:
            await reading.stop()
            raise VerificationError("Kafka does not answer.") from error
        return reading


class KafkaReading:
    """Partitions being read; from one task."""

    def __init__(self, consumer: Any, partitions: Mapping[TopicPartition, Shard]) -> None:
        self._consumer, self._partitions = consumer, partitions
        self._next: dict[Shard, int] = {}
        self._ends: dict[Shard, int] = {}

    async def start(self) -> None:
        await self._consumer.start()
        partitions = list(self._partitions)
        self._consumer.assign(partitions)
        self._next = self._by_shard(await self._consumer.beginning_offsets(partitions))
        self._ends = self._by_shard(await self._consumer.end_offsets(partitions))
        await self._consumer.seek_to_beginning(*partitions)

    async def read(self) -> list[tuple[Shard, list[Arrived]]]:
        """Raises VerificationError where Kafka refuses."""
        try:
            received = await self._consumer.getmany(timeout_ms=WAIT_MS, max_records=RECORDS)
        except KafkaError as error:
            raise VerificationError(f"Kafka does not give its records: {type(error).__name__}.") from error
        batches = []
        for partition, records in received.items():
            shard = self._partitions[partition]
            batches.append((shard, [_arrived(record) for record in records]))
            self._next[shard] = records[-1].offset + 1
            await asyncio.sleep(0)
        return batches

    def ended(self, shard: Shard) -> bool:
        return self._next[shard] >= self._ends[shard]

    async def stop(self) -> None:
        with suppress(Exception):
            await asyncio.wait_for(self._consumer.stop(), STOP_SECONDS)

    def _by_shard(self, offsets: Mapping[TopicPartition, int]) -> dict[Shard, int]:
        return {self._partitions[partition]: offset for partition, offset in offsets.items()}


def _arrived(record: ConsumerRecord) -> Arrived:
    position, told, owner = told_by_record(record.headers, record.value)
    return Arrived(record.offset, position, owner, told)
