"""The port `Applied`: asks the projector of this process to look at once, and waits for it."""

from collections.abc import Mapping

import asyncpg

from shared.runtime.freshness import Freshness
from shared.runtime.shards import Shard
from shared.runtime.wake import Wake


class PostgresApplied:
    """Where the projector runs in another process, it looks by itself soon enough for the same wait.

    It is rung only here, not at every append: most of what is appended changes nothing in these tables, and to follow
    each piece of evidence with a transaction of its own takes more than recording it.
    """

    def __init__(self, pool: asyncpg.Pool, projector: Wake) -> None:
        self._freshness = Freshness(pool)
        self._projector = projector

    async def reached(self, pins: Mapping[Shard, int]) -> bool:
        """See `Applied.reached`."""
        self._projector.ring()
        return await self._freshness.reached(pins)
