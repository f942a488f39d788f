"""The port `Exhibitions`: exhibitions and their ballots, read from the ledger itself."""

from collections.abc import Sequence

import asyncpg

from services.evidence.domain.ballots import Found
from services.evidence.domain.exhibitions import Opened, exhibition_of
from services.evidence.flows.exhibiting import questions_of
from services.evidence.ports import Documents
from services.evidence.postgres.reading import entries_of_stream, fetched
from shared.ledger.entry import Entry, type_name
from shared.ledger.streams import exhibition_stream
from shared.runtime.ledger_table import COLUMNS, entry_of_row

# By the index on what its name ends in; the very condition of that index stands beside it.
_BALLOT = (
    "SELECT b.owner::text, b.version, e.closed FROM ledger.stream AS b JOIN ledger.stream AS e"
    " ON e.owner = b.owner AND e.stream = 'exhibition/' || b.owner AND e.ledger = b.ledger"
    " WHERE right(b.stream, 64) = $1 AND b.stream LIKE 'ballot/%' AND b.stream = 'ballot/' || b.owner || '/' || $1"
)

REMEMBERED = 64
"""Exhibitions of which it is remembered what they were opened with: nothing changes that, and each vote asks for it."""

_TOLD = (
    f"SELECT {COLUMNS} FROM ledger.entry WHERE owner = $1::text::uuid AND type = ANY ($2)"  # noqa: S608 - of constants
    " ORDER BY position"
)


class PostgresExhibitions:
    """Reads as the role of the service."""

    def __init__(self, pool: asyncpg.Pool, documents: Documents) -> None:
        self._pool, self._documents = pool, documents
        self._opened: dict[str, Opened] = {}

    async def ballot(self, ballot: str) -> Found | None:
        """See `Exhibitions.ballot`."""
        rows = await fetched(self._pool, _BALLOT, ballot)
        return Found(ballot, rows[0]["owner"], rows[0]["version"], rows[0]["closed"]) if rows else None

    async def opened(self, exhibition: str) -> Opened | None:
        """See `Exhibitions.opened`."""
        known = self._opened.get(exhibition)
        if known is not None:
            return known
        found = exhibition_of(await entries_of_stream(self._pool, exhibition_stream(exhibition)))
        if found is None or found.opened is None or found.plan.questions is None:
            return None
        questions = await questions_of(found.plan.questions, self._documents)
        if len(self._opened) >= REMEMBERED:
            self._opened.clear()
        self._opened[exhibition] = Opened(found.opened.asked, found.plan.works, questions, found.plan.title_ref)
        return self._opened[exhibition]

    async def told(self, exhibition: str, events: Sequence[str]) -> list[Entry]:
        """See `Exhibitions.told`."""
        rows = await fetched(self._pool, _TOLD, exhibition, [type_name(event) for event in events])
        return [entry_of_row(row) for row in rows]
