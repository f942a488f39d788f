"""A topic that is deleted and made anew, under consumers that remember an offset in the old one."""

import pytest

from deploy.setup.topics import make_topics
from shared.runtime.kafka_access import KafkaAccess
from tests.integration.runtime.test_projector import applied
from tests.integration.runtime.test_relay import relayed
from tests.support.corner import Corner, running
from tests.support.real_ledger import owners_of
from tests.support.waiting import until

pytestmark = pytest.mark.faults


async def _made_anew(corner: Corner) -> None:
    await corner.forget_topics()

    async def again() -> bool:
        try:
            await make_topics(KafkaAccess(corner.bootstrap), corner.prefix)
        except Exception:  # noqa: BLE001 - the old ones may not be gone yet
            return False
        return True

    await until(again, "the topics are made anew")


async def test_a_stored_offset_beyond_the_new_end_begins_at_the_earliest(corner: Corner) -> None:
    """[tried]: aiokafka's default would begin at the latest, and skip the whole new topic."""
    entries = await corner.ledger.grow(owners_of(0, 3), 20)
    await corner.publish(entries)
    async with running(corner.projector()):
        await applied(corner, entries)
    await corner.pool.execute("UPDATE projection.watermark SET next_offset = 500 WHERE shard = 0")
    await _made_anew(corner)
    more = await corner.ledger.grow(owners_of(0, 3), 5)
    await corner.publish([*entries, *more])
    async with running(projector := corner.projector(stalled=600.0)):
        await applied(corner, entries + more)
    assert (projector.advance.applied, projector.advance.refilled) == (15, 0)


async def test_a_stored_offset_in_the_middle_of_the_new_topic_skips_nothing(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(0, 3), 20)
    await corner.publish([*entries, *entries[:30]])
    async with running(corner.projector()):
        await applied(corner, entries)
        await corner.pool.execute("UPDATE projection.watermark SET next_offset = 90 WHERE shard = 0")
    await _made_anew(corner)
    more = await corner.ledger.grow(owners_of(0, 3), 20)
    await corner.publish([*entries, *more])  # offset 90 is now position 91, where 61 is next
    async with running(projector := corner.projector()):
        await applied(corner, entries + more)
    assert projector.advance.refilled == 30


@pytest.mark.long
async def test_a_topic_made_anew_under_a_live_projector_and_relay_is_filled_again(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(0, 3), 20)
    async with running(corner.projector(stalled=2.0), corner.relay()):
        await applied(corner, entries)
        await _made_anew(corner)
        await corner.relay_pool.execute("UPDATE ledger.cursor SET position = 0")  # an operator's rebuild
        more = await corner.ledger.grow(owners_of(0, 3), 5)
        await applied(corner, entries + more, seconds=60)
        await relayed(corner, 75, seconds=60)
