"""What a flow asks of the ledger about its past. Whole shards and owners are read by `shared.runtime.ledger_table`."""

from collections.abc import Mapping, Sequence

import asyncpg

from services.evidence.ports import LedgerUnavailable
from services.evidence.postgres.failures import is_unavailable
from shared.ledger.entry import Entry
from shared.ledger.identifiers import is_id
from shared.ledger.streams import evidence_stream
from shared.runtime.ledger_table import COLUMNS, entry_of_row

_BY_IDS = f"SELECT {COLUMNS} FROM ledger.entry WHERE id = ANY ($1::text[]::uuid[])"  # noqa: S608 - names of ours

# An entry that opens evidence/{id} does not repeat that name: it is found by its id, what came after by the name.
_BY_STREAM = (
    f"SELECT {COLUMNS} FROM ledger.entry WHERE id = ANY (ARRAY("  # noqa: S608 - names of ours
    "SELECT id FROM ledger.stored_entry WHERE stream = $1"
    " UNION ALL SELECT id FROM ledger.stored_entry WHERE id = $2::text::uuid AND stream IS NULL)) ORDER BY version"
)

_SINCE = (
    f"SELECT {COLUMNS} FROM ledger.entry"  # noqa: S608 - names of ours
    " WHERE ledger = 'evidence' AND owner = $1::text::uuid AND position > $2 ORDER BY position"
)

_CLOSED = (
    "SELECT s.stream FROM unnest($1::text[]::uuid[], $2::text[]) AS asked (owner, stream)"
    " JOIN ledger.stream AS s ON s.owner = asked.owner AND s.stream = asked.stream AND s.ledger = 'evidence'"
    " WHERE s.closed"
)


async def entries_of_ids(pool: asyncpg.Pool, ids: Sequence[str]) -> dict[str, Entry]:
    """The entries that have these ids, by id. Raises LedgerUnavailable; ValueError for what is no id."""
    if not all(is_id(id_) for id_ in ids):
        raise ValueError("An entry's id is a lowercase UUID with hyphens.")
    entries = (entry_of_row(row) for row in await fetched(pool, _BY_IDS, list(ids)))
    return {entry.id: entry for entry in entries}


async def entries_of_stream(pool: asyncpg.Pool, name: str) -> list[Entry]:
    """The entries of a stream in version order. Raises LedgerUnavailable."""
    evidence = name.removeprefix(evidence_stream(""))
    rows = await fetched(pool, _BY_STREAM, name, evidence if evidence != name and is_id(evidence) else None)
    return [entry_of_row(row) for row in rows]


async def entries_since(pool: asyncpg.Pool, owner: str, position: int) -> list[Entry]:
    """The entries of an owner of evidence after a position, in order. Raises LedgerUnavailable."""
    return [entry_of_row(row) for row in await fetched(pool, _SINCE, owner, position)]


async def closed_among(pool: asyncpg.Pool, streams: Mapping[str, str]) -> set[str]:
    """Those of these streams of evidence, names with owners, that are closed. Raises LedgerUnavailable."""
    rows = await fetched(pool, _CLOSED, list(streams.values()), list(streams))
    return {row["stream"] for row in rows}


async def fetched(pool: asyncpg.Pool, statement: str, *arguments: object) -> list[asyncpg.Record]:
    try:
        return await pool.fetch(statement, *arguments)
    except Exception as error:
        if not is_unavailable(error):
            raise
        raise LedgerUnavailable(f"The ledger did not answer ({type(error).__name__}).") from error
