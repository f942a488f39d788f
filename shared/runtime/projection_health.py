"""How each shard of a service stands, for `/health`: head, applied, lag in events and seconds, and why it waits."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import asyncpg

from shared.ledger.identifiers import Ledger
from shared.ledger.instants import Instant
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.shards import Shard, shards_of
from shared.runtime.trouble import is_trouble

RECENT = 60_000
"""Milliseconds of lag up to which the last applied entry's own time is exact enough."""


@dataclass(frozen=True, slots=True)
class ShardHealth:
    """One shard. `head` is None while the ledger does not answer; lag is then None too, not 0."""

    shard: int
    head: int | None
    applied: int
    lag_events: int | None
    lag_seconds: float | None
    paused: str | None = None


@dataclass(frozen=True, slots=True)
class ProjectionHealth:
    """All shards by ledger, and how many owners are in quarantine."""

    shards: dict[Ledger, list[ShardHealth]]
    quarantined: int

    @property
    def degraded(self) -> bool:
        """Whether anything needs a person: a shard that waits with a reason, or an owner in quarantine."""
        return self.quarantined > 0 or any(s.paused for shards in self.shards.values() for s in shards)

    @property
    def lag_seconds(self) -> float | None:
        """The longest lag of any shard; None where one is not known."""
        lags = [s.lag_seconds for shards in self.shards.values() for s in shards]
        known = [lag for lag in lags if lag is not None]
        return max(known, default=0.0) if len(known) == len(lags) else None

    def document(self) -> dict[str, Any]:
        """As `/health` shows it: `shards` by ledger and `quarantined`; what is None is left out."""
        return {
            "shards": {
                ledger: [{k: v for k, v in asdict(shard).items() if v is not None} for shard in shards]
                for ledger, shards in self.shards.items()
            },
            "quarantined": self.quarantined,
        }


class HealthWatch:
    """Looks at watermarks, quarantine and the ledger's heads, in any process of a service. Remembers for `fresh` s."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        reader: LedgerReader,
        ledgers: Iterable[Ledger] = ("evidence", "definitions"),
        *,
        fresh: float = 1.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._pool = pool
        self._reader = reader
        self._ledgers: tuple[Ledger, ...] = tuple(ledgers)
        self._fresh = fresh
        self._clock = clock
        self._looked_at = float("-inf")
        self._last: ProjectionHealth | None = None
        self._since: dict[Shard, tuple[int, Instant]] = {}

    async def look(self) -> ProjectionHealth:
        """How everything stands, at most `fresh` seconds ago. Raises what this service's own database raises."""
        if self._last is None or time.monotonic() - self._looked_at >= self._fresh:
            self._last = await self._looked()
            self._looked_at = time.monotonic()
        return self._last

    async def _looked(self) -> ProjectionHealth:
        heads: dict[Shard, int] | None
        try:
            heads = await self._reader.heads()
        except Exception as error:
            if not is_trouble(error):
                raise
            heads = None
        rows = await self._pool.fetch("SELECT ledger, shard, position, recorded_ms, paused FROM projection.watermark")
        marks = {Shard(row["ledger"], row["shard"]): row for row in rows}
        quarantined = await self._pool.fetchval("SELECT count(*) FROM projection.quarantine")
        return ProjectionHealth(
            {
                ledger: [await self._one(shard, marks.get(shard), heads) for shard in shards_of(ledger)]
                for ledger in self._ledgers
            },
            quarantined,
        )

    async def _one(self, shard: Shard, row: asyncpg.Record | None, heads: dict[Shard, int] | None) -> ShardHealth:
        applied, recorded = (row["position"], row["recorded_ms"]) if row else (0, 0)
        paused = row["paused"] if row else None
        if heads is None:
            return ShardHealth(shard.number, None, applied, None, None, paused)
        head = heads.get(shard, 0)
        seconds = await self._lag(shard, head, applied, recorded)
        return ShardHealth(shard.number, head, applied, max(0, head - applied), seconds, paused)

    async def _lag(self, shard: Shard, head: int, applied: int, recorded: Instant) -> float | None:
        """Seconds since the first entry that is not applied was recorded; 0 where all are."""
        if head <= applied:
            return 0.0
        now = int(self._clock() * 1000)
        if now - recorded <= RECENT:  # the next one is no older
            return max(0, now - recorded) / 1000
        known = self._since.get(shard)
        if known is None or known[0] != applied + 1:
            try:
                page = await self._reader.entries(shard, after=applied, limit=1)
            except Exception as error:
                if not is_trouble(error):
                    raise
                return None
            if not page.entries:
                return None
            known = self._since[shard] = (applied + 1, page.entries[0].recorded_at)
        return max(0, now - known[1]) / 1000
