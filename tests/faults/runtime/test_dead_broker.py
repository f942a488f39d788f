"""Kafka is killed and comes back: writes wait in the ledger, nothing is skipped, and every stop is bounded."""

import asyncio
import time

import pytest

from deploy.local.kafka import KafkaServer
from tests.integration.runtime.test_projector import applied
from tests.integration.runtime.test_relay import cursor, positions, relayed
from tests.support.corner import SHARD, Corner, running
from tests.support.real_ledger import owners_of
from tests.support.waiting import until

pytestmark = pytest.mark.faults


@pytest.mark.long
async def test_the_relay_goes_on_where_it_was_once_the_broker_is_back(own_kafka: KafkaServer, mortal: Corner) -> None:
    entries = await mortal.ledger.grow(owners_of(0, 3), 20)
    async with running(relay := mortal.relay(deliver=1.0, stop=0.5), mortal.projector()):
        await applied(mortal, entries)
        await own_kafka.kill()
        for _ in range(10):  # writes are accepted all the while
            entries += await mortal.ledger.grow(owners_of(0, 3), 10)
            await asyncio.sleep(0)
        reason = await until(lambda: relay.reasons().get(SHARD), "the relay says what it waits for")
        assert reason.startswith("Kafka does not answer")
        await until(lambda: relay.lost >= 3, "it has given up several times")
        assert await cursor(mortal) == 60
        await own_kafka.start()
        await relayed(mortal, len(entries), seconds=60)
        await applied(mortal, entries, seconds=60)
        entries += await mortal.ledger.grow(owners_of(0, 3), 10)
        await applied(mortal, entries, seconds=60)
        await until(lambda: not relay.reasons(), "nothing is waited for any more")
    found = positions(await mortal.on_topic())
    assert list(dict.fromkeys(found)) == list(range(1, len(entries) + 1))


async def test_with_the_broker_dead_everything_stops_within_seconds(own_kafka: KafkaServer, mortal: Corner) -> None:
    """[tried]: aiokafka's own stop may never return while the broker is dead and a batch is under way."""
    entries = await mortal.ledger.grow(owners_of(0, 1), 5)
    relay = asyncio.create_task(mortal.relay(deliver=30.0, stop=0.5).run())
    projector = asyncio.create_task(mortal.projector().run())
    await applied(mortal, entries)
    await own_kafka.kill()
    await mortal.ledger.grow(owners_of(0, 1), 5)
    await asyncio.wait([relay], timeout=1)  # a batch is under way, and never acknowledged
    begun = time.monotonic()
    for task in (relay, projector):
        task.cancel()
    await asyncio.gather(relay, projector, return_exceptions=True)
    assert time.monotonic() - begun < 20  # not the 30 that a delivery may take
