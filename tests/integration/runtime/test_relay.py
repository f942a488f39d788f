"""The relay against real Kafka: every entry in order, a full copy each, cursors moved after the acknowledgement."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from time import time

import pytest
from aiokafka import ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.local.kafka import KafkaServer
from deploy.local.ports import LOOPBACK, free_port
from deploy.setup.topics import LEDGER_PARTITIONS, LEDGER_SETTINGS, make_topics
from shared.ledger.entry import Entry
from shared.ledger.records import entry_from_record
from shared.runtime.kafka_access import KafkaAccess
from shared.runtime.kafka_source import PartitionsDifferError
from shared.runtime.ledger_outbox import LedgerOutbox
from shared.runtime.relay import Relay
from shared.runtime.relay_age import unrelayed
from shared.runtime.wake import Wake
from tests.support.corner import SHARD, Corner, corner_of, running
from tests.support.real_ledger import owners_of
from tests.support.servers import District
from tests.support.waiting import until

NOISE = Random(1).randbytes(60_000).hex().encode()
"""Text that lz4 cannot make small."""


async def cursor(corner: Corner, shard: int = 0) -> int:
    position: int = await corner.relay_pool.fetchval(
        "SELECT position FROM ledger.cursor WHERE ledger = 'evidence' AND shard = $1", shard
    )
    return position


async def relayed(corner: Corner, position: int, shard: int = 0, seconds: float = 30) -> None:
    async def reached() -> bool:
        return await cursor(corner, shard) == position

    await until(reached, f"the cursor is at {position}", seconds=seconds)


def positions(records: Sequence[ConsumerRecord]) -> list[int]:
    return [entry_from_record(record.headers, record.value).position for record in records]


async def test_a_record_is_a_full_copy_of_its_entry(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(0, 3), 700)
    async with running(corner.relay()):
        await relayed(corner, 2100)
    records = await corner.on_topic()
    assert [entry_from_record(record.headers, record.value) for record in records] == entries
    assert [record.timestamp for record in records] == [entry.recorded_at for entry in entries]
    assert [record.key.decode() for record in records] == [entry.owner for entry in entries]


async def test_woken_after_an_append_it_does_not_wait_for_its_poll(corner: Corner) -> None:
    wake = Wake()
    async with running(corner.relay(wake=wake.listener(), poll=600.0)):
        await corner.ledger.grow(owners_of(0, 1), 1)
        wake.ring()
        await relayed(corner, 1)
        await corner.ledger.grow(owners_of(0, 1), 3)
        wake.ring()
        await relayed(corner, 4)


async def test_two_relays_may_repeat_but_neither_skip_nor_reorder(corner: Corner) -> None:
    async with running(corner.relay(poll=0.01), corner.relay(poll=0.01)):
        for _ in range(20):
            await corner.ledger.grow(owners_of(0, 2), 20)
        await relayed(corner, 800)
    found = positions(await corner.on_topic())
    assert _first_seen(found) == list(range(1, 801))


async def test_a_cursor_put_back_repeats(corner: Corner) -> None:
    await corner.ledger.grow(owners_of(0, 2), 20)
    async with running(corner.relay()):
        await relayed(corner, 40)
        await corner.relay_pool.execute("UPDATE ledger.cursor SET position = 10")
        await corner.relay_pool.execute("UPDATE ledger.cursor SET position = 0 WHERE shard <> 0")
        await relayed(corner, 40)
    assert positions(await corner.on_topic()) == [*range(1, 41), *range(11, 41)]


@pytest.mark.parametrize(
    ("settings", "culprit"),
    [
        pytest.param({"max.message.bytes": "20000"}, {"body": b'{"n":0,"x":"' + NOISE + b'"}'}, id="too large"),
        pytest.param({"message.timestamp.after.max.ms": "3600000"}, {"ahead": 86_400_000}, id="ahead of its time"),
    ],
)
async def test_what_kafka_refuses_is_told_and_leaves_no_hole(
    kafka: KafkaServer, two_databases: District, topic_prefix: str, settings: dict[str, str], culprit: dict[str, object]
) -> None:
    """The refused one stops its shard, with entries behind it; other shards flow; once it is accepted, so does this."""
    topics = await make_topics(kafka.access, topic_prefix, LEDGER_PARTITIONS, {**LEDGER_SETTINGS, **settings})
    async with corner_of(kafka.bootstrap, two_databases, topic_prefix, topics=False) as corner:
        before = [corner.ledger.make(owner) for _ in range(10) for owner in owners_of(0, 2)]
        refused = _culprit(corner, culprit)
        behind = [corner.ledger.make(owner) for _ in range(10) for owner in owners_of(0, 2)]
        await corner.ledger.append([*before, refused, *behind])
        others = await corner.ledger.grow(owners_of(1, 2), 10)
        async with running(relay := corner.relay()):
            await until(
                lambda: relay.reasons().get(SHARD, "").startswith("Kafka refuses the next entry"), "the jam is told"
            )
            await relayed(corner, len(others), shard=1)
            assert await cursor(corner) == 20
            assert positions(await corner.on_topic()) == list(range(1, 21))
            await _accept_all(kafka.bootstrap, topics)
            await relayed(corner, 41)
            await until(lambda: not relay.reasons(), "the jam is over")
        assert positions(await corner.on_topic()) == list(range(1, 42))


async def test_what_another_relay_has_published_is_no_longer_said_to_wait(corner: Corner) -> None:
    await corner.ledger.grow(owners_of(0, 1), 1)
    unreachable = Relay(
        LedgerOutbox(corner.relay_pool, corner.topics), KafkaAccess(f"{LOOPBACK}:{free_port()}"), poll=0.05, deliver=0.5
    )
    async with running(unreachable):
        await until(lambda: unreachable.reasons().get(SHARD), "it says what it waits for")
        async with running(corner.relay()):
            await until(lambda: not unreachable.reasons(), "it has nothing to wait for")
    assert await cursor(corner) == 1


async def test_a_topic_with_another_count_of_partitions_is_refused_loudly(
    kafka: KafkaServer, two_databases: District, topic_prefix: str
) -> None:
    await make_topics(kafka.access, topic_prefix, {"evidence.ledger": 63, "definitions.ledger": 1})
    async with corner_of(kafka.bootstrap, two_databases, topic_prefix, topics=False) as corner:
        await corner.ledger.grow(owners_of(0, 1), 1)
        with pytest.raises(PartitionsDifferError, match=r"has 63 partitions where the ledger has 64 shards"):
            await asyncio.wait_for(corner.relay().run(), 20)
        with pytest.raises(PartitionsDifferError, match=r"has 63 partitions where the ledger has 64 shards"):
            await asyncio.wait_for(corner.projector().run(), 20)
        assert await cursor(corner) == 0


async def test_a_count_changed_under_way_is_refused_too(corner: Corner) -> None:
    await corner.ledger.grow(owners_of(0, 1), 1)
    projector = corner.projector(source=corner.source(metadata_age=0.5))
    running_projector = asyncio.create_task(projector.run())
    await until(projector.positions, "the projector reads")
    admin = AIOKafkaAdminClient(bootstrap_servers=corner.bootstrap)
    await admin.start()
    await admin.create_partitions({corner.topics["evidence"]: NewPartitions(65)})
    await admin.close()
    with pytest.raises(PartitionsDifferError, match=r"has 65 partitions where the ledger has 64 shards"):
        await asyncio.wait_for(running_projector, 20)


def _culprit(corner: Corner, culprit: dict[str, object]) -> Entry:
    body = culprit.get("body")
    entry = corner.ledger.make(owners_of(0, 1)[0], body if isinstance(body, bytes) else None)
    ahead = culprit.get("ahead")
    return replace(entry, recorded_at=int(time() * 1000) + ahead) if isinstance(ahead, int) else entry


async def _accept_all(bootstrap: str, topics: Sequence[str]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, topic, dict(LEDGER_SETTINGS)) for topic in topics]
        )
    finally:
        await admin.close()


def _first_seen(found: Sequence[int]) -> list[int]:
    return list(dict.fromkeys(found))


async def test_the_age_of_what_waits_for_its_topic_is_told(corner: Corner) -> None:
    first, *_ = await corner.ledger.grow(owners_of(0, 1), 5)
    await corner.ledger.grow(owners_of(1, 1), 1)
    await corner.relay_pool.execute("UPDATE ledger.cursor SET position = 2 WHERE ledger = 'evidence' AND shard = 0")
    now = first.recorded_at / 1000 + 100
    late = await unrelayed(corner.relay_pool, clock=lambda: now)
    assert [(each.shard.number, each.relayed, each.head, round(each.age, 3)) for each in late] == [
        (0, 2, 5, 99.998),
        (1, 0, 1, 99.995),
    ]
