"""How far each owner's rows have come. An entry applies to its owner only above that, whoever brings it."""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

import asyncpg

from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger


async def last_positions(connection: asyncpg.Connection, entries: Iterable[Entry]) -> dict[str, int]:
    """The last position applied of each owner of these entries, of one ledger; those never seen are left out."""
    rows = await connection.fetch(
        "SELECT known.owner::text, last_position FROM projection.owner AS known"
        " JOIN unnest($1::text[], $2::int[], $3::text[]::uuid[]) AS asked (ledger, shard, owner)"
        " USING (ledger, shard, owner)",
        *_columns({(entry.ledger, entry.shard, entry.owner) for entry in entries}),
    )
    return {row["owner"]: row["last_position"] for row in rows}


async def note_positions(connection: asyncpg.Connection, applied: Iterable[Entry]) -> None:
    """Note the greatest position of each owner among these entries as applied. Never moves one back."""
    lasts: dict[tuple[Ledger, int, str], int] = {}
    for entry in applied:
        lasts[entry.ledger, entry.shard, entry.owner] = entry.position
    await connection.execute(
        "INSERT INTO projection.owner AS known (ledger, shard, owner, last_position)"
        " SELECT * FROM unnest($1::text[], $2::int[], $3::text[]::uuid[], $4::bigint[])"
        " ON CONFLICT (ledger, shard, owner) DO UPDATE SET last_position = excluded.last_position"
        " WHERE known.last_position < excluded.last_position",
        *_columns(lasts),
        list(lasts.values()),
    )


def _columns(owners: Collection[tuple[Ledger, int, str]]) -> list[list[object]]:
    return [[owner[column] for owner in owners] for column in range(3)]


def by_owner(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The entries of each owner, in their order; owners in the order of their first entry."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.owner, []).append(entry)
    return groups


def stretches(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Entries of one owner that follow each other, stretch by stretch: an owner may have several."""
    return [list(stretch) for _, stretch in groupby(entries, key=lambda entry: entry.owner)]
