"""Sweeps texts that no event came to refer to: kept for a request that was then refused, or that never came back."""

from collections.abc import Sequence
from typing import Protocol

import structlog

from services.evidence.vault.tables import Tables, Waiting
from shared.runtime.stepping import keep_stepping

AGE = 24 * 60 * 60.0
"""Seconds, by the database's clock, after which a text that nothing refers to is swept; an append takes less than one
minute, and whoever sends a request again keeps its texts anew.
"""

EVERY = 15 * 60.0
"""Seconds between two sweeps."""

RETRY = 30.0
"""Seconds between two tries at most, where one fails."""

PAGE = 1_000

_log = structlog.get_logger()


class References(Protocol):
    """The ledger, asked by a role that may read it; the vault's own may not."""

    async def referred(self, texts: Sequence[Waiting]) -> set[str]:
        """The references among these that the event named beside each holds in its body."""
        ...


class Sweep:
    """The worker. Several may run. Names are never swept: no event refers to them."""

    def __init__(self, tables: Tables, references: References, *, age: float = AGE) -> None:
        self._tables, self._references, self._age = tables, references, age

    async def run(self) -> None:
        """Sweep again and again, until cancelled. What fails is tried again later, and told."""
        await keep_stepping(self._step, poll=EVERY, waits="texts wait to be swept", longest=RETRY)

    async def sweep(self) -> int:
        """Look at every text that is old enough and was not seen to be referred to; how many were removed.

        Whatever the ledger refers to is noted, and not looked at again: an event is never changed.
        """
        swept, after = 0, None
        while waiting := await self._tables.waiting(older=self._age, after=after, limit=PAGE):
            referred = await self._references.referred(waiting)
            if referred:
                await self._tables.refer(referred)
            lost = [text.ref for text in waiting if text.ref not in referred]
            if lost:
                swept += await self._tables.sweep(lost, older=self._age)
            after = waiting[-1].ref
        return swept

    async def _step(self) -> bool:
        swept = await self.sweep()
        if swept:
            _log.info("texts that nothing refers to were swept", count=swept)
        return False
