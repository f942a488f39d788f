"""What the other tests stand on: the real servers of `tests/support`."""

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.local.kafka import KafkaServer
from deploy.setup.topics import make_topics
from tests.support.servers import District


async def test_the_migrator_owns_its_database_and_the_app_may_only_connect(bare_district: District) -> None:
    evidence = bare_district.databases["evidence"]
    migrator = await asyncpg.connect(evidence.migrator)
    await migrator.execute("CREATE TABLE kept (n int)")
    await migrator.close()
    assert evidence.relay is not None
    for dsn in (evidence.app, evidence.relay):
        other = await asyncpg.connect(dsn)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await other.execute("SELECT * FROM kept")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await other.execute("CREATE TABLE mine (n int)")
        await other.close()


async def test_a_service_cannot_enter_the_database_of_another(bare_district: District) -> None:
    ledger = bare_district.databases["evidence"].name
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(bare_district.databases["audit"].app, database=ledger)


async def test_a_record_with_an_old_time_stays_on_a_ledgers_topic(kafka: KafkaServer, topic_prefix: str) -> None:
    (topic,) = await make_topics(kafka.access, topic_prefix, {"definitions.ledger": 1})
    year_2009 = 1_251_763_200_000
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        await producer.send_and_wait(topic, b"{}" * 131_072, partition=0, timestamp_ms=year_2009)
    async with AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        record = await consumer.getone()
    assert record.timestamp == year_2009
    assert len(record.value) == 256 * 1024
