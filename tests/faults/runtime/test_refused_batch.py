"""Why at most one batch of a shard may be outstanding: with two, a refused first one leaves a hole in the topic."""

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from deploy.local.kafka import KafkaServer
from deploy.setup.topics import LEDGER_PARTITIONS, LEDGER_SETTINGS, make_topics
from shared.ledger.entry import Entry
from shared.ledger.records import record_headers, record_key
from shared.runtime.ledger_outbox import out_record
from shared.runtime.publisher import BATCH_BYTES, Publisher, PublisherLostError, RefusedError
from shared.runtime.record_batch import RecordBatch
from tests.integration.runtime.test_relay import NOISE, positions
from tests.support.corner import Corner, corner_of
from tests.support.real_ledger import owners_of
from tests.support.servers import District

pytestmark = pytest.mark.faults


def _filled(producer: AIOKafkaProducer, entries: list[Entry]) -> object:
    batch = producer.create_batch()
    for entry in entries:
        batch.append(
            key=record_key(entry), value=entry.body, timestamp=entry.recorded_at, headers=record_headers(entry)
        )
    batch.close()
    return batch


async def _first_too_large(corner: Corner) -> tuple[list[Entry], list[Entry]]:
    owner = owners_of(0, 1)[0]
    return (
        [corner.ledger.make(owner), corner.ledger.make(owner, b'{"n":0,"x":"' + NOISE + b'"}')],
        [corner.ledger.make(owner), corner.ledger.make(owner)],
    )


async def test_two_outstanding_batches_leave_a_hole_and_the_publisher_does_not(
    kafka: KafkaServer, two_databases: District, topic_prefix: str
) -> None:
    await make_topics(kafka.access, topic_prefix, LEDGER_PARTITIONS, {**LEDGER_SETTINGS, "max.message.bytes": "20000"})
    async with corner_of(kafka.bootstrap, two_databases, topic_prefix, topics=False) as corner:
        first, second = await _first_too_large(corner)
        topic = corner.topics["evidence"]

        async with AIOKafkaProducer(
            bootstrap_servers=kafka.bootstrap, enable_idempotence=True, max_batch_size=BATCH_BYTES
        ) as naive:
            sent = [await naive.send_batch(_filled(naive, first), topic, partition=0)]
            sent.append(await naive.send_batch(_filled(naive, second), topic, partition=0))
            with pytest.raises(KafkaError):
                await sent[0]
            await sent[1]
        assert positions(await corner.on_topic()) == [
            3,
            4,
        ]  # the hole: 1 and 2 are lost, though the producer is idempotent

        publisher = Publisher(kafka.access, corner.topics)
        with pytest.raises(RefusedError):
            await publisher.publish("evidence", 0, [out_record(entry) for entry in first])
        with pytest.raises(PublisherLostError):
            await publisher.publish("evidence", 0, [out_record(entry) for entry in second])
        assert positions(await corner.on_topic()) == [3, 4]


async def test_a_batch_of_a_publisher_that_another_shard_has_lost_meanwhile_is_lost_too(
    kafka: KafkaServer, two_databases: District, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with corner_of(kafka.bootstrap, two_databases, topic_prefix) as corner:
        publisher, compress = Publisher(kafka.access, corner.topics), RecordBatch.compress

        async def lost_meanwhile(batch: RecordBatch) -> None:
            await compress(batch)
            await publisher.drop()

        monkeypatch.setattr(RecordBatch, "compress", lost_meanwhile)
        with pytest.raises(PublisherLostError):
            await publisher.publish("evidence", 0, [out_record(corner.ledger.make(owners_of(0, 1)[0]))])
