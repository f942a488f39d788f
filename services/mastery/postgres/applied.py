"""The port `Applied`, from the watermarks and the ledger's heads."""

from collections.abc import Sequence

import asyncpg

from shared.ledger.instants import Instant
from shared.rulebook.known import Pin
from shared.runtime.completeness import Completeness
from shared.runtime.freshness import Freshness, watermarks
from shared.runtime.shards import Shard


class Watermarks:
    """Waits with `Freshness` and `Completeness`; what spans several pins of a shard is the greatest of them."""

    def __init__(self, pool: asyncpg.Pool, freshness: Freshness, completeness: Completeness) -> None:
        self._pool, self._freshness, self._completeness = pool, freshness, completeness

    async def positions(self) -> tuple[Pin, ...]:
        marks = await watermarks(self._pool)
        return tuple(Pin(shard.ledger, shard.number, position) for shard, position in sorted(marks.items()))

    async def reached(self, pins: Sequence[Pin]) -> bool:
        wanted: dict[Shard, int] = {}
        for ledger, shard, position in pins:
            key = Shard(ledger, shard)
            wanted[key] = max(position, wanted.get(key, 0))
        return await self._freshness.reached(wanted)

    async def known_at(self, shard: int, at: Instant) -> bool:
        return await self._completeness.known_at([Shard("evidence", shard), Shard("definitions", 0)], at)
