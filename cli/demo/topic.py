"""Reads one record from a ledger's topic, as any downstream consumer could."""

from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from cli.errors import CommandError
from shared.ledger.entry import Entry
from shared.ledger.records import entry_from_record
from shared.runtime.kafka_access import KafkaAccess

PATIENCE = 10_000
"""Milliseconds to wait for a record that the ledger has accepted."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record as it lies on the topic, and the entry that its headers and value alone give back."""

    record: ConsumerRecord[bytes, bytes]
    entry: Entry


async def find_record(access: KafkaAccess, topic: str, shard: int, position: int) -> Found:
    """The record at a position of a shard. Raises CommandError where it does not arrive in time."""
    consumer = AIOKafkaConsumer(**access.options(), enable_auto_commit=False, auto_offset_reset="earliest")
    partition = TopicPartition(topic, shard)
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        while batch := (await consumer.getmany(partition, timeout_ms=PATIENCE)).get(partition, []):
            for record in batch:
                entry = entry_from_record(record.headers, record.value or b"")
                if entry.position == position:
                    return Found(record, entry)
    finally:
        await consumer.stop()
    raise CommandError(f"{topic} has no record of shard {shard}, position {position}, after {PATIENCE // 1000} s.")
