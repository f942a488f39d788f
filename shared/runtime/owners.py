"""How far each owner's rows have come. An entry applies to its owner only above that, whoever brings it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import asyncpg

from shared.ledger.entry import Entry
from shared.runtime.shards import Shard


async def last_positions(connection: asyncpg.Connection, shard: Shard, owners: Iterable[str]) -> dict[str, int]:
    """The last position applied of each of these owners; those never seen are left out."""
    rows = await connection.fetch(
        "SELECT owner::text, last_position FROM projection.owner"
        " WHERE ledger = $1 AND shard = $2 AND owner = ANY ($3::text[]::uuid[])",
        shard.ledger,
        shard.number,
        list(owners),
    )
    return {row["owner"]: row["last_position"] for row in rows}


async def note_positions(connection: asyncpg.Connection, shard: Shard, positions: Mapping[str, int]) -> None:
    """Note the last position applied of each of these owners. Never moves one back."""
    await connection.execute(
        "INSERT INTO projection.owner AS known (ledger, shard, owner, last_position)"
        " SELECT $1, $2, owner::uuid, position FROM unnest($3::text[], $4::bigint[]) AS applied (owner, position)"
        " ON CONFLICT (ledger, shard, owner) DO UPDATE SET last_position = excluded.last_position"
        " WHERE known.last_position < excluded.last_position",
        shard.ledger,
        shard.number,
        list(positions),
        list(positions.values()),
    )


def by_owner(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The entries of each owner, in their order; owners in the order of their first entry."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.owner, []).append(entry)
    return groups


def stretches(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Entries of one owner that follow each other, stretch by stretch: an owner may have several."""
    return [list(stretch) for _, stretch in groupby(entries, key=lambda entry: entry.owner)]
