"""The port `Applied`, from the watermarks."""

from collections.abc import Collection

from shared.rulebook.known import Pin
from shared.runtime.freshness import Freshness
from shared.runtime.shards import Shard


class Watermarks:
    """Waits with `Freshness`; what spans several pins of a shard is the greatest of them."""

    def __init__(self, freshness: Freshness) -> None:
        self._freshness = freshness

    async def reached(self, pins: Collection[Pin]) -> bool:
        """See `Applied.reached`."""
        return await self._freshness.reached(
            {Shard(ledger, shard): position for ledger, shard, position in sorted(pins)}
        )
