"""The port `Applied`, from the watermarks."""

from collections.abc import Sequence

from shared.rulebook.known import Pin
from shared.runtime.freshness import Freshness
from shared.runtime.shards import Shard


class Watermarks:
    """Waits with `Freshness`; what spans several pins of a shard is the greatest of them."""

    def __init__(self, freshness: Freshness) -> None:
        self._freshness = freshness

    async def reached(self, pins: Sequence[Pin]) -> bool:
        wanted: dict[Shard, int] = {}
        for ledger, shard, position in pins:
            key = Shard(ledger, shard)
            wanted[key] = max(position, wanted.get(key, 0))
        return await self._freshness.reached(wanted)
