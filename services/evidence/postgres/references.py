"""Which texts the ledger's events refer to: asked for the vault, whose own role may not read the ledger."""

from collections.abc import Sequence
from typing import Protocol

import asyncpg

# A reference stands in a body as a JSON string, whose quotes keep it from being found within another.
_REFERRED = (
    "SELECT asked.ref FROM unnest($1::uuid[], $2::text[]) AS asked (event, ref)"
    " JOIN ledger.stored_entry AS e ON e.id = asked.event"
    """ WHERE position(convert_to('"' || asked.ref || '"', 'UTF8') IN e.body) > 0"""
)


class Referring(Protocol):
    """A text's reference, and the event that is to refer to it."""

    @property
    def ref(self) -> str: ...

    @property
    def event(self) -> str: ...


class LedgerReferences:
    """Reads as the role of the service."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def referred(self, texts: Sequence[Referring]) -> set[str]:
        """The references among these that the event named beside each holds in its body."""
        rows = await self._pool.fetch(_REFERRED, [text.event for text in texts], [text.ref for text in texts])
        return {row["ref"] for row in rows}
