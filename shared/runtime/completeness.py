"""Whether everything recorded by an instant is in the tables: what an answer as of an instant has to know.

`recorded_at` never runs backwards in a shard and positions have no gap, so a shard from which a later entry is applied
has all entries up to the instant. Where none is, the ledger's own head says what there was.
"""

import asyncio
from collections.abc import Collection, Mapping

import asyncpg

from shared.ledger.instants import Instant
from shared.runtime.clock import Clock, now
from shared.runtime.freshness import Freshness, Pins
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.shards import Shard
from shared.runtime.trouble import is_trouble

SETTLED: Instant = 500
"""Milliseconds after which an entry is seen by whoever reads the heads: it takes its time under the head's lock, just
before it is committed; and the clocks of the ledger and of this service may differ by a part of it."""

LONGEST = 5.0
"""Seconds to wait for the heads at most."""

_BEHIND = """
    SELECT ledger, shard FROM unnest($1::text[], $2::int[]) AS asked (ledger, shard)
    LEFT JOIN projection.watermark AS mark USING (ledger, shard)
    WHERE coalesce(mark.recorded_ms, 0) <= $3
"""


class Completeness:
    """Asked before an answer as of an instant is read. Remembers the heads: they serve for every earlier instant."""

    def __init__(self, pool: asyncpg.Pool, reader: LedgerReader, freshness: Freshness, clock: Clock = now) -> None:
        self._pool, self._reader, self._freshness, self._clock = pool, reader, freshness, clock
        self._looked: Instant = 0
        self._heads: Pins = {}
        self._looking = asyncio.Lock()

    async def known_at(self, shards: Collection[Shard], at: Instant) -> bool:
        """Wait until the tables have every entry of these shards that was recorded by `at`, which is past.

        False where they had not in a few seconds, or the ledger did not say how far it goes.
        """
        rows = await self._pool.fetch(_BEHIND, [s.ledger for s in shards], [s.number for s in shards], at)
        behind = [Shard(row["ledger"], row["shard"]) for row in rows]
        if not behind:
            return True
        heads = await self._heads_after(at + SETTLED)
        return heads is not None and await self._freshness.reached({shard: heads.get(shard, 0) for shard in behind})

    async def _heads_after(self, instant: Instant) -> Mapping[Shard, int] | None:
        """The heads as they were at an instant or later; None where the ledger does not answer."""
        async with self._looking:
            if self._looked >= instant:
                return self._heads
            await asyncio.sleep(max(0, instant - self._clock()) / 1000)
            looked = self._clock()
            try:
                async with asyncio.timeout(LONGEST):
                    self._heads = await self._reader.heads()
            except Exception as error:
                if not isinstance(error, TimeoutError) and not is_trouble(error):
                    raise
                return None
            self._looked = looked
            return self._heads
