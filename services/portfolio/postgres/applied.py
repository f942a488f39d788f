"""The port `Applied`, from the watermarks and the ledger's heads."""

from collections.abc import Collection

from shared.ledger.instants import Instant
from shared.rulebook.known import Pin
from shared.runtime.completeness import Completeness
from shared.runtime.freshness import Freshness
from shared.runtime.shards import Shard


class Watermarks:
    """Waits with `Freshness` and `Completeness`; what spans several pins of a shard is the greatest of them."""

    def __init__(self, freshness: Freshness, completeness: Completeness) -> None:
        self._freshness, self._completeness = freshness, completeness

    async def reached(self, pins: Collection[Pin]) -> bool:
        """See `Applied.reached`."""
        return await self._freshness.reached(
            {Shard(ledger, shard): position for ledger, shard, position in sorted(pins)}
        )

    async def known_at(self, shards: Collection[int], at: Instant) -> bool:
        """See `Applied.known_at`."""
        asked = [Shard("evidence", shard) for shard in shards]
        return await self._completeness.known_at([*asked, Shard("definitions", 0)], at)
