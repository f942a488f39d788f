"""The ledger as its doors read it."""

import asyncpg

from shared.ledger.entry import Entry
from shared.runtime.ledger_table import COLUMNS, LedgerTable, entry_of_row


class PostgresRecord(LedgerTable):
    """Adds to what the service's own workers read the pages that an owner's entries are given out in."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self._own = pool

    async def owned(self, owner: str, *, after: int, limit: int) -> list[Entry]:
        """The entries of an owner above `after`, in position order, at most `limit`. An owner has one ledger."""
        rows = await self._own.fetch(
            f"SELECT {COLUMNS} FROM ledger.entry WHERE owner = $1::text::uuid AND position > $2"  # noqa: S608
            " ORDER BY position LIMIT $3",
            owner,
            after,
            limit,
        )
        return [entry_of_row(row) for row in rows]
