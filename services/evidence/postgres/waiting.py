"""The port `Waits`: what waits in evidence's own tables."""

import asyncpg

from services.evidence.ports import Waiting

BATCH_STATES = ("previewing", "held", "releasing")


class WaitingRows:
    """Counts batches of grades, and keys that are to be destroyed."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def waiting(self) -> Waiting:
        """See `Waits.waiting`."""
        rows = await self._pool.fetch(
            "SELECT state, count(*) FROM release.batch WHERE state <> 'released' GROUP BY state"
        )
        keys = await self._pool.fetchval("SELECT count(*) FROM forgetting.destruction WHERE destroyed_ms IS NULL")
        return Waiting(dict.fromkeys(BATCH_STATES, 0) | {row["state"]: row["count"] for row in rows}, keys)
