"""What a projector and the tables that it fills tell by numbers: readers for `measuring.Measures`."""

from shared.runtime.access.lag import AccessLag
from shared.runtime.measuring import Reader, Reading
from shared.runtime.metrics import (
    ACCESS_AGE,
    APPLIED,
    FENCED,
    HEAD,
    LACKING,
    LAG_EVENTS,
    LAG_SECONDS,
    PASSED_OVER,
    PAUSED,
    PROJECTED,
    PROJECTION_BATCH,
    PROJECTION_SECONDS,
    QUARANTINED,
    REFILLED,
)
from shared.runtime.projection_health import HealthWatch, ShardHealth
from shared.runtime.projector import Projector


def projector_measures(projector: Projector, lag: AccessLag) -> tuple[Reader, ...]:
    """How a projector and what runs beside it get on, in this process."""

    async def read(reading: Reading) -> None:
        advance = projector.advance
        reading.number(PROJECTED, advance.applied)
        reading.number(REFILLED, advance.refilled)
        reading.number(PASSED_OVER, advance.passed_over)
        reading.number(FENCED, projector.fenced)
        reading.number(LACKING, projector.lacking)
        reading.histogram(PROJECTION_BATCH, advance.sizes)
        reading.histogram(PROJECTION_SECONDS, advance.times)

    async def read_access(reading: Reading) -> None:
        if (age := lag.age) is not None:
            reading.number(ACCESS_AGE, age)

    return read, read_access


def table_measures(watch: HealthWatch, *, heads: bool = False) -> Reader:
    """How far a service's tables have come, and what waits; with `heads` how far the ledger has (evidence alone)."""

    async def read(reading: Reading) -> None:
        health = await watch.look()
        reading.number(QUARANTINED, health.quarantined)
        for ledger, shards in health.shards.items():
            reading.number(PAUSED, sum(shard.paused is not None for shard in shards), ledger)
            for shard in shards:
                reading.number(APPLIED, shard.applied, ledger, str(shard.shard))
                if heads and shard.head is not None:
                    reading.number(HEAD, shard.head, ledger, str(shard.shard))
            _read_lag(reading, ledger, shards)

    return read


def _read_lag(reading: Reading, ledger: str, shards: list[ShardHealth]) -> None:
    events = [shard.lag_events for shard in shards if shard.lag_events is not None]
    seconds = [shard.lag_seconds for shard in shards if shard.lag_seconds is not None]
    if len(events) == len(shards):
        reading.number(LAG_EVENTS, sum(events), ledger)
    if len(seconds) == len(shards):
        reading.number(LAG_SECONDS, max(seconds, default=0.0), ledger)
