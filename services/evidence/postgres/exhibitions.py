"""The port `Exhibitions`: exhibitions and their ballots, read from the ledger itself."""

from collections.abc import Sequence

import asyncpg

from services.evidence.domain.ballots import Found
from services.evidence.postgres.reading import fetched
from shared.ledger.entry import Entry, type_name
from shared.runtime.ledger_table import COLUMNS, entry_of_row

# By the index on what its name ends in; the very condition of that index stands beside it.
_BALLOT = (
    "SELECT owner::text, version FROM ledger.stream"
    " WHERE right(stream, 64) = $1 AND stream LIKE 'ballot/%' AND stream = 'ballot/' || owner || '/' || $1"
)

_ENTRIES = f"SELECT {COLUMNS} FROM ledger.entry WHERE owner = $1::text::uuid ORDER BY position"  # noqa: S608 - of constants

_TOLD = (
    f"SELECT {COLUMNS} FROM ledger.entry WHERE owner = $1::text::uuid AND type = ANY ($2)"  # noqa: S608 - of constants
    " ORDER BY position"
)

_CLOSED = (
    "SELECT owner::text FROM ledger.stream"
    " WHERE owner = ANY ($1::uuid[]) AND stream = 'exhibition/' || owner AND ledger = 'evidence' AND closed"
)


class PostgresExhibitions:
    """Reads as the role of the service."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def ballot(self, ballot: str) -> Found | None:
        """See `Exhibitions.ballot`."""
        rows = await fetched(self._pool, _BALLOT, ballot)
        return Found(ballot, rows[0]["owner"], rows[0]["version"]) if rows else None

    async def entries(self, exhibition: str) -> list[Entry]:
        """See `Exhibitions.entries`."""
        return [entry_of_row(row) for row in await fetched(self._pool, _ENTRIES, exhibition)]

    async def told(self, exhibition: str, events: Sequence[str]) -> list[Entry]:
        """See `Exhibitions.told`."""
        rows = await fetched(self._pool, _TOLD, exhibition, [type_name(event) for event in events])
        return [entry_of_row(row) for row in rows]

    async def closed(self, exhibitions: Sequence[str]) -> list[str]:
        """See `Exhibitions.closed`."""
        return [row["owner"] for row in await fetched(self._pool, _CLOSED, list(exhibitions))]
