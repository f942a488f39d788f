"""`mastery.state` on a real Kafka: the newest of every state, also behind a publisher that had lost its turn."""

import json
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.kafka import KafkaServer
from deploy.setup.topics import make_state_topic
from services.mastery.kafka import KafkaStateTopic
from services.mastery.postgres.state_outbox import StateOutbox
from shared.contracts.states import StateChanged
from shared.ledger.decimals import scaled
from shared.ledger.identifiers import shard_of
from shared.runtime.publisher import Publisher
from shared.runtime.relay import Relay
from shared.runtime.shards import Shard
from tests.integration.mastery.test_from_kafka import LEARNERS, some_evidence
from tests.integration.mastery.test_states import ANA, READING, WRITING, adopt, given
from tests.support.corner import running
from tests.support.ledger_writer import TENANT, LedgerWriter, policy_document, result
from tests.support.mastery import Applied, Said, mastery_pool, stored
from tests.support.servers import District
from tests.support.waiting import until

SHARD = shard_of(TENANT, ANA)


@dataclass
class Place:
    """A district's states and their topic. `outbox` is a new process's each time that it is asked for."""

    kafka: KafkaServer
    topic: str
    pool: asyncpg.Pool
    writer: LedgerWriter
    applied: Applied
    outboxes: list[StateOutbox] = field(default_factory=list)

    def outbox(self) -> StateOutbox:
        self.outboxes.append(StateOutbox(self.pool, TENANT, KafkaStateTopic(self.kafka.access, self.topic)))
        return self.outboxes[-1]

    async def published(self, outbox: StateOutbox) -> None:
        """Let the relay run until the topic has every change."""

        async def done() -> bool:
            return not await outbox.behind()

        async with running(Relay(outbox, self.kafka.access, poll=0.05, retry_longest=0.5)):
            await until(done, "every change is on the topic")

    async def records(self, *shards: int) -> list[ConsumerRecord]:
        """What the topic has, or these partitions of it, in order."""
        places = [TopicPartition(self.topic, number) for number in shards or range(64)]
        found: list[ConsumerRecord] = []
        async with AIOKafkaConsumer(**self.kafka.access.options(), auto_offset_reset="earliest") as consumer:
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            while any([await consumer.position(place) < ends[place] for place in places]):
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    found += batch
        return found

    async def put(self, records: Sequence[ConsumerRecord]) -> None:
        """Send records again, behind everything, as a publisher does that lost its turn without knowing."""
        async with AIOKafkaProducer(**self.kafka.access.options()) as producer:
            for record in records:
                await producer.send_and_wait(
                    self.topic, record.value, record.key, record.partition, record.timestamp, list(record.headers)
                )


@pytest.fixture
async def place(kafka: KafkaServer, district: District, topic_prefix: str) -> AsyncIterator[Place]:
    topic = await make_state_topic(kafka.access, topic_prefix)
    async with mastery_pool(district) as pool:
        made = Place(kafka, topic, pool, writer := given(), Applied(pool, writer))
        yield made
        for outbox in made.outboxes:
            await outbox.give_up()


def kept(records: Sequence[ConsumerRecord]) -> dict[bytes, ConsumerRecord]:
    """What compaction leaves: of every key the last record, whatever its `seq`."""
    return {record.key: record for record in records}


def newest(records: Sequence[ConsumerRecord]) -> dict[bytes, ConsumerRecord]:
    """What a reader knows: of every key the record with the greatest `seq`."""
    known: dict[bytes, ConsumerRecord] = {}
    for record in records:
        if record.key not in known or seq(record) > seq(known[record.key]):
            known[record.key] = record
    return known


def seq(record: ConsumerRecord) -> int:
    return int(dict(record.headers)["ce_seq"])


def said(records: dict[bytes, ConsumerRecord]) -> Said:
    """What these records say, in the oracle's terms; each keeps its contract."""
    states = [StateChanged.model_validate(json.loads(record.value)) for record in records.values() if record.value]
    return {
        (state.learner, state.competency): {
            "status": state.status,
            "level": state.level,
            "scope": state.scope,
            "policy": state.policy,
            "method": state.method,
            "digest": state.digest,
            "counted": state.counted,
            "value": None if state.value is None else scaled(state.value),
            "pins": {"evidence": None, "definitions": None} | {pin.ledger: pin.position for pin in state.pins},
        }
        for state in states
    }


async def test_the_topic_tells_every_change_in_order_and_its_newest_are_the_states(place: Place) -> None:
    outbox, chance = place.outbox(), random.Random(5)
    for _ in range(3):
        some_evidence(place.writer, chance, 60)
        adopt(place.writer, "district", policy_document("ascertain.highest@1", cut=chance.choice("1234")))
        await place.applied.more()
        await place.applied.refold()
        await place.published(outbox)
    place.writer.forget(LEARNERS[2])
    await place.applied.more()
    await place.published(outbox)
    records = await place.records()
    for shard in {record.partition for record in records}:
        own = [record for record in records if record.partition == shard]
        assert [seq(record) for record in own] == list(range(1, len(own) + 1))
    assert said(kept(records)) == said(newest(records)) == await stored(place.pool)
    for record in records:
        learner, _, competency = record.key.decode().partition("/")
        headers = {name: value.decode() for name, value in record.headers}
        assert (shard_of(TENANT, learner), headers["ce_subject"]) == (record.partition, f"state/{learner}/{competency}")
        assert (record.value is None) == (headers["ce_type"] == "ascertain.StateDropped")
    dropped = [record for record in records if record.value is None]
    assert {record.key.decode().partition("/")[0] for record in dropped} == {LEARNERS[2]}


async def test_one_publishes_and_another_takes_its_turn(place: Place) -> None:
    first, second = place.outbox(), place.outbox()
    place.writer.attempt(ANA, result(READING, "4"))
    await place.applied.more()
    assert list(await first.behind()) == [Shard("evidence", SHARD)]
    assert await second.behind() == {}
    await first.give_up()
    assert list(await second.behind()) == [Shard("evidence", SHARD)]
    assert await first.behind() == {}
    await second.give_up()


async def grown(place: Place, outbox: StateOutbox) -> list[ConsumerRecord]:
    """Three changes of Ana's reading, and one of her writing, on the topic; the records."""
    for earned in ("1", "2", "4"):
        place.writer.attempt(ANA, result(READING, earned))
        await place.applied.more()
        await place.published(outbox)
    place.writer.attempt(ANA, result(WRITING, "2"))
    await place.applied.more()
    await place.published(outbox)
    return await place.records(SHARD)


async def test_what_a_stale_publisher_put_behind_newer_states_is_mended_by_the_next_change(place: Place) -> None:
    outbox = place.outbox()
    records = await grown(place, outbox)
    await place.put(records[:2])
    assert seq(kept(await place.records(SHARD))[records[0].key]) == 2  # compaction would now keep the old one
    place.writer.attempt(ANA, result(WRITING, "4"))
    await place.applied.more()
    await place.published(outbox)
    after = await place.records(SHARD)
    assert said(kept(after)) == said(newest(after)) == await stored(place.pool)
    assert outbox.healed == 1


async def test_it_is_mended_also_where_nothing_changes_any_more(place: Place) -> None:
    outbox = place.outbox()
    records = await grown(place, outbox)
    await place.put(records[:1])
    await outbox.tend()
    await place.published(outbox)
    after = await place.records(SHARD)
    assert said(kept(after)) == said(newest(after)) == await stored(place.pool)
    length = len(after)
    await outbox.tend()  # and it is not mended for ever
    await place.published(outbox)
    assert len(await place.records(SHARD)) == length


class Overtaken(KafkaStateTopic):
    """A topic to which a change comes while its ends are looked at: published, and not acknowledged yet."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.kafka.access, place.topic)
        self._place = place

    async def ends(self) -> Mapping[int, int]:
        place, shard = self._place, Shard("evidence", SHARD)
        place.writer.attempt(ANA, result(READING, "3"))
        await place.applied.more()
        [(cursor, outbox)] = [(await one.behind(), one) for one in place.outboxes]
        publisher = Publisher(place.kafka.access, outbox.topics)
        await publisher.publish("evidence", SHARD, await outbox.records(shard, cursor[shard], 10, 1_000_000))
        await publisher.drop()
        return await super().ends()


async def test_a_change_that_is_just_being_published_is_not_taken_for_another_s(place: Place) -> None:
    place.outboxes.append(outbox := StateOutbox(place.pool, TENANT, Overtaken(place)))
    await grown(place, outbox)
    await outbox.tend()
    assert (await outbox.behind()).keys() == {Shard("evidence", SHARD)}, "the relay still has to say that it is there"
    place.writer.attempt(ANA, result(READING, "4"))
    await place.applied.more()
    await place.published(outbox)
    records = await place.records(SHARD)
    assert said(kept(records)) == said(newest(records)) == await stored(place.pool)
    assert outbox.healed == 0


async def test_a_stale_publisher_does_not_bring_back_who_is_forgotten(place: Place) -> None:
    outbox = place.outbox()
    records = await grown(place, outbox)
    place.writer.forget(ANA)
    await place.applied.more()
    await place.published(outbox)
    await place.put(records)
    await outbox.tend()
    await place.published(outbox)
    after = await place.records(SHARD)
    assert said(kept(after)) == said(newest(after)) == {}
    assert all(record.value is None for record in after[len(records) + 2 + len(records) :])


async def test_what_is_older_than_what_is_kept_is_told_anew(place: Place) -> None:
    outbox = place.outbox()
    records = await grown(place, outbox)
    await place.pool.execute("DELETE FROM published.state_change WHERE shard = $1 AND seq <= 4", SHARD)
    await place.put(records[:2])
    await outbox.tend()
    await place.published(outbox)
    after = await place.records(SHARD)
    assert said(kept(after)) == said(newest(after)) == await stored(place.pool)


async def test_into_a_topic_made_anew_every_state_is_told(place: Place, topic_prefix: str) -> None:
    outbox = place.outbox()
    await grown(place, outbox)
    await delete(place)
    await make_state_topic(place.kafka.access, topic_prefix)
    await outbox.tend()
    await place.published(outbox)
    records = await place.records(SHARD)
    assert said(kept(records)) == await stored(place.pool)
    assert min(seq(record) for record in records) > 4  # the numbers go on


async def delete(place: Place) -> None:
    """Delete the topic, and wait until nobody knows it any more."""
    admin = AIOKafkaAdminClient(**place.kafka.access.options())
    await admin.start()
    try:
        await admin.delete_topics([place.topic])

        async def gone() -> bool:
            [described] = await admin.describe_topics([place.topic])
            return bool(described["error_code"] != 0)

        await until(gone, "the topic is gone")
    finally:
        await admin.close()
