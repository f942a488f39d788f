"""What /health says of the shards: true lags, from any process of the service, and never 0 for 'not known'."""

from shared.runtime.projection_health import HealthWatch
from tests.integration.runtime.test_projector import applied
from tests.support.corner import Corner, running
from tests.support.counting import Counting
from tests.support.real_ledger import BEGINS, owners_of
from tests.support.waiting import until


def clock() -> float:
    """An hour after the first entry."""
    return BEGINS / 1000 + 3600


async def test_a_shard_that_is_up_to_date_has_no_lag(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(5, 2), 3)
    async with running(corner.relay(), corner.projector()):
        await applied(corner, entries)
    health = await HealthWatch(corner.pool, corner.door, clock=clock).look()
    assert not health.degraded
    assert health.lag_seconds == 0.0
    document = health.document()
    assert document["quarantined"] == 0
    assert document["shards"]["evidence"][5] == {
        "shard": 5, "head": 6, "applied": 6, "lag_events": 0, "lag_seconds": 0.0,
    }  # fmt: skip
    assert len(document["shards"]["evidence"]) == 64
    assert len(document["shards"]["definitions"]) == 1


async def test_lag_counts_from_the_first_entry_that_is_not_applied(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(5, 1), 4)
    await corner.publish(entries[:2])
    async with running(corner.projector(stalled=600.0)):
        await applied(corner, entries[:2])
        shard = (await HealthWatch(corner.pool, corner.door, clock=clock).look()).shards["evidence"][5]
    assert (shard.head, shard.applied, shard.lag_events) == (4, 2, 2)
    assert shard.lag_seconds == 3600 - 0.003


async def test_reasons_and_quarantine_are_shown_in_every_process(corner: Corner) -> None:
    counting = Counting()
    entries = await corner.ledger.grow(owners_of(5, 2), 3)
    stranger = corner.ledger.make(owners_of(6, 1)[0], event="MoonPhaseObserved")
    await corner.ledger.append([stranger])
    counting.poison = {entries[-1].position}
    watch = HealthWatch(corner.pool, corner.door, fresh=0.0)
    async with running(corner.relay(), corner.projector(counting)):
        await until(lambda: corner.paused(6), "the shard is paused")

        async def held() -> bool:
            return (await watch.look()).quarantined == 1

        await until(held, "the owner is in quarantine")
    health = await watch.look()
    assert health.degraded
    assert (health.shards["evidence"][6].paused or "").startswith("upgrade me")


async def test_without_the_ledger_a_lag_is_not_known_rather_than_none(corner: Corner) -> None:
    corner.door.shut = True
    health = await HealthWatch(corner.pool, corner.door).look()
    assert health.lag_seconds is None
    assert health.document()["shards"]["evidence"][0] == {"shard": 0, "applied": 0}
