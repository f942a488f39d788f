"""Knows how far the relations may be behind the ledger, also while nothing happens there."""

import asyncio
from collections.abc import Mapping

import asyncpg
import structlog

from shared.ledger.instants import Instant
from shared.runtime.clock import Clock, now
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.shards import Shard
from shared.runtime.trouble import is_trouble

EVERY = 15.0
"""Seconds between two comparisons with the ledger, well below `questions.MAX_LAG`."""

RETRY = 1.0

_log = structlog.get_logger()


class AccessLag:
    """Compares the watermarks with the heads of the ledger, for `Access` to know up to when its tables are complete.

    One of these runs beside every projector. Without it, or while the ledger does not answer, what is known ages,
    and after 15 minutes every question of access is answered with 503.
    """

    def __init__(self, pool: asyncpg.Pool, reader: LedgerReader, clock: Clock = now) -> None:
        self._pool, self._reader, self._clock = pool, reader, clock
        self._complete: Instant | None = None

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                complete = await self.look()
            except Exception as error:
                if not is_trouble(error):
                    raise
                _log.warning("the ledger's heads are not known", error=error)
                await asyncio.sleep(RETRY)
            else:
                await asyncio.sleep(EVERY if complete else RETRY)

    @property
    def age(self) -> float | None:
        """How many seconds old what is known of the relations may be; None before the first look."""
        return None if self._complete is None else max(0, self._clock() - self._complete) / 1000

    async def look(self) -> bool:
        """Compare once; whether everything was complete. Raises what the ledger or the database raises."""
        before = self._clock()
        await self._note(before, await self._reader.heads())
        self._complete = await self._pool.fetchval("SELECT min(complete_ms) FROM access.complete")
        return self._complete is not None and self._complete >= before

    async def _note(self, before: Instant, heads: Mapping[Shard, int]) -> None:
        """A shard whose head is in the tables is complete up to `before` it was read; else up to its last entry."""
        await self._pool.execute(
            "UPDATE access.complete AS known SET looked = true, complete_ms = CASE"
            " WHEN coalesce(mark.position, 0) >= heads.position THEN $4"
            " WHEN known.looked THEN greatest(known.complete_ms, mark.recorded_ms)"
            " ELSE coalesce(mark.recorded_ms, 0) END"
            " FROM unnest($1::text[], $2::int[], $3::bigint[]) AS heads (ledger, shard, position)"
            " LEFT JOIN projection.watermark AS mark USING (ledger, shard)"
            " WHERE known.ledger = heads.ledger AND known.shard = heads.shard",
            [shard.ledger for shard in heads],
            [shard.number for shard in heads],
            list(heads.values()),
            before,
        )
