"""The disclosure log in PostgreSQL."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
import structlog

from services.gateway.domain.disclosures import Disclosure, NotedDisclosure
from shared.runtime.clock import Clock
from shared.runtime.problems import unavailable
from shared.runtime.trouble import is_trouble

SECONDS = 5.0
"""How long the log may take; whoever waits for longer is shown nothing."""

_NOTE = """
    INSERT INTO gateway.disclosures (at_ms, learner, person, what, count, purpose)
    SELECT $1, noted.* FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::text[]) AS noted
"""

_PAGE = """
    SELECT number, at_ms, person::text, what, count, purpose FROM gateway.disclosures
    WHERE learner = $1 AND number < $2 ORDER BY number DESC LIMIT $3
"""
_NEWEST = 2**63 - 1

_log = structlog.get_logger()


@dataclass(slots=True)
class _Group:
    """What is written together next, and the answer to all who wait for it."""

    disclosures: list[Disclosure] = field(default_factory=list)
    written: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class StoredDisclosures:
    """Implements ports.Disclosures. One statement at a time: what comes meanwhile is written by the next, together."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock) -> None:
        self._pool, self._clock = pool, clock
        self._next: _Group | None = None
        self._worker: asyncio.Task[None] | None = None

    async def note(self, disclosures: Sequence[Disclosure]) -> None:
        """See `Disclosures.note`."""
        if not disclosures:
            return
        if self._next is None:
            self._next = _Group()
        group = self._next
        group.disclosures += disclosures
        if self._worker is None:
            self._worker = asyncio.create_task(self._write_all())
        try:
            await asyncio.shield(group.written)
        except Exception as error:
            if not is_trouble(error):
                raise
            _log.error("the disclosure log cannot be written", error=error)
            raise unavailable("What is shown to whom cannot be logged at the moment, so nothing is shown.") from error

    async def of_learner(self, learner: str, *, after: int | None, limit: int) -> list[NotedDisclosure]:
        """See `Disclosures.of_learner`."""
        rows = await self._pool.fetch(_PAGE, learner, _NEWEST if after is None else after, limit)
        return [
            NotedDisclosure(
                row["number"],
                row["at_ms"],
                Disclosure(learner, row["person"], row["what"], row["count"], row["purpose"]),
            )
            for row in rows
        ]

    async def _write_all(self) -> None:
        """Write until nobody waits any more."""
        try:
            while self._next is not None:
                group, self._next = self._next, None
                try:
                    await self._write(group.disclosures)
                except Exception as error:  # noqa: BLE001 - told to each who waits
                    group.written.set_exception(error)
                else:
                    group.written.set_result(None)
        finally:
            self._worker = None

    async def _write(self, disclosures: Sequence[Disclosure]) -> None:
        rows = [(each.learner, each.person, each.what, each.count, each.purpose) for each in disclosures]
        async with asyncio.timeout(SECONDS):
            await self._pool.execute(_NOTE, self._clock(), *zip(*rows, strict=True))
