"""Reads the topic `evidence.ledger` as any subscriber does.

With the ASCERTAIN_KAFKA… that `./ascertain subscriber add` prints, and without them from the embedded stack of this
folder (`cli/kafka.py`).
"""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from confluent_kafka import Consumer, KafkaException, TopicPartition

from cli.errors import CommandError
from cli.kafka import kafka_named
from shared.runtime.kafka_access import KafkaAccess

TOPIC = "evidence.ledger"

PATIENCE = 30.0
"""Seconds to wait for a record that the topic has."""


def records_of(owner: str) -> Iterator[tuple[dict[str, str], bytes]]:
    """Headers and value of each record of an owner, once each and in order.

    Raises CommandError where Kafka cannot be read, where the topic is empty, and where a position is missing.
    """
    access, prefix = kafka_named()
    yield from records_in(access, prefix + TOPIC, owner)


def records_in(access: KafkaAccess, topic: str, owner: str) -> Iterator[tuple[dict[str, str], bytes]]:
    """As `records_of`, in a topic that is named.

    They all lie in one partition, which follows from the district's id: that is in every record (DESIGN §2.2, §11).
    """
    consumer = Consumer({**access.librdkafka(), "group.id": access.user or "recount", "enable.auto.commit": "false"})
    try:
        partitions = consumer.list_topics(topic, PATIENCE).topics[topic].partitions
        tenant = _tenant(consumer, topic, list(partitions))
        shard = hashlib.sha256(UUID(tenant).bytes + UUID(owner).bytes).digest()[7] & 63
        yield from _of_owner(consumer, TopicPartition(topic, shard, 0), owner)
    except KafkaException as error:
        raise CommandError(f"{topic} cannot be read: {error.args[0]}") from error
    finally:
        consumer.close()


def _of_owner(consumer: Any, partition: TopicPartition, owner: str) -> Iterator[tuple[dict[str, str], bytes]]:
    _, end = consumer.get_watermark_offsets(partition, PATIENCE)
    consumer.assign([partition])
    offset = last = 0
    while offset < end:
        for record in _consumed(consumer):
            headers = {name: value.decode() for name, value in record.headers()}
            offset, position = record.offset() + 1, int(headers["ce_position"])
            if position > last + 1:
                raise CommandError(f"{partition.topic} {partition.partition} lacks what follows position {last}.")
            if position > last and record.key().decode() == owner:  # what comes again is passed over
                yield headers, record.value()
            last = max(last, position)


def _tenant(consumer: Any, topic: str, partitions: list[int]) -> str:
    """The district's id, from whichever record comes first."""
    ends = {one: consumer.get_watermark_offsets(TopicPartition(topic, one), PATIENCE)[1] for one in partitions}
    some = next((one for one, end in ends.items() if end), None)
    if some is None:
        raise CommandError(f"{topic} is empty.")
    consumer.assign([TopicPartition(topic, some, 0)])
    return str(dict(_consumed(consumer)[0].headers())["ce_tenant"], "ascii")


def _consumed(consumer: Any) -> list[Any]:
    """Some records. Raises CommandError where none come in time."""
    found = consumer.consume(5_000, timeout=1.0) or consumer.consume(1, timeout=PATIENCE)
    if not found:
        raise CommandError(f"{TOPIC} gives nothing more, though it should.")
    for record in found:
        if record.error() is not None:
            raise CommandError(f"{TOPIC} cannot be read: {record.error().str()}")
    return list(found)
