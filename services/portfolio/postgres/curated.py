"""The events of learners' portfolios: written as they are, and read to be folded."""

from collections.abc import Mapping, Sequence

import asyncpg
import orjson

from shared.contracts.events import decode
from shared.contracts.portfolios import (
    ExhibitChosen,
    ExhibitsArranged,
    ExhibitWithdrawn,
    PortfolioShared,
    ShareRevoked,
)
from shared.contracts.upcasting import current_bytes
from shared.contracts.values import Contract
from shared.ledger.entry import Entry
from shared.rulebook.curated import CuratedEntry

_CURATED: Mapping[str, type[Contract]] = {
    "ExhibitChosen": ExhibitChosen,
    "ExhibitWithdrawn": ExhibitWithdrawn,
    "ExhibitsArranged": ExhibitsArranged,
    "PortfolioShared": PortfolioShared,
    "ShareRevoked": ShareRevoked,
}

_WRITE = """
    INSERT INTO portfolio.curated_entry (learner, position, event, kind, recorded_ms, body)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::bigint[], $6::bytea[])
"""
_READ = """
    SELECT event::text, kind, position, recorded_ms, body FROM portfolio.curated_entry
    WHERE learner = $1 ORDER BY position
"""


async def write_curated(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Raises what `decode` raises for a body that breaks its contract."""
    rows = [_row(entry) for entry in entries if entry.event in _CURATED]
    if rows:
        await connection.execute(_WRITE, *zip(*rows, strict=True))


async def read_curated(connection: asyncpg.Connection, learner: str) -> list[CuratedEntry]:
    """A learner's, oldest first."""
    return [
        CuratedEntry(row["event"], row["kind"], row["position"], row["recorded_ms"], orjson.loads(row["body"]))
        for row in await connection.fetch(_READ, learner)
    ]


async def drop_curated(connection: asyncpg.Connection, learners: Sequence[str]) -> None:
    await connection.execute("DELETE FROM portfolio.curated_entry WHERE learner = ANY ($1::uuid[])", learners)


def _row(entry: Entry) -> tuple[object, ...]:
    body = decode(entry, _CURATED[entry.event])
    if getattr(body, "learner", None) != entry.owner:
        raise ValueError(f"Entry {entry.id} speaks of another learner than its owner.")
    return (entry.owner, entry.position, entry.id, entry.event, entry.recorded_at, current_bytes(entry))
