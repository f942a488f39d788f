"""Owners whose entries cannot be handled wait here, alone; a release folds them again from their first entry."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import asyncpg

from shared.contracts.events import is_known
from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger
from shared.runtime.connections import borrowed
from shared.runtime.forgetting import forget, forgetting_among
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.owners import note_positions
from shared.runtime.projection import Projection
from shared.runtime.shards import Shard
from shared.runtime.trouble import is_trouble, reason_of
from shared.runtime.watermark import wait_turn


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An owner in quarantine: the entry that could not be handled, and the kind of error that it raised."""

    shard: Shard
    owner: str
    position: int
    type: str
    reason: str


class NotReleasedError(Exception):
    """The owner stays in quarantine; the message says why, in words of ours."""


async def quarantine(connection: asyncpg.Connection, entry: Entry, reason: str) -> None:
    """Put the entry's owner into quarantine, for this entry. A first reason is kept."""
    await connection.execute(
        "INSERT INTO projection.quarantine (ledger, shard, owner, position, type, reason)"
        " VALUES ($1, $2, $3::text::uuid, $4, $5, $6) ON CONFLICT DO NOTHING",
        entry.ledger,
        entry.shard,
        entry.owner,
        entry.position,
        entry.type,
        reason,
    )


async def let_go(connection: asyncpg.Connection, shard: Shard, owner: str) -> None:
    """Take an owner out of quarantine, whose rows are as they should be."""
    await connection.execute(
        "DELETE FROM projection.quarantine WHERE ledger = $1 AND shard = $2 AND owner = $3::text::uuid",
        shard.ledger,
        shard.number,
        owner,
    )


async def quarantined_among(connection: asyncpg.Connection, ledger: Ledger, owners: Iterable[str]) -> set[str]:
    """Those of these owners that are in quarantine."""
    rows = await connection.fetch(
        "SELECT owner::text FROM projection.quarantine WHERE ledger = $1 AND owner = ANY ($2::text[]::uuid[])",
        ledger,
        list(owners),
    )
    return {row["owner"] for row in rows}


async def quarantined(connection: asyncpg.Connection) -> list[Quarantined]:
    """Everyone in quarantine, those longest in it first."""
    rows = await connection.fetch(
        "SELECT ledger, shard, owner::text, position, type, reason FROM projection.quarantine ORDER BY since, owner"
    )
    return [
        Quarantined(Shard(row["ledger"], row["shard"]), row["owner"], row["position"], row["type"], row["reason"])
        for row in rows
    ]


async def release(  # noqa: PLR0913 - where, by what, whom
    pool: asyncpg.Pool,
    projections: Sequence[Projection],
    reader: LedgerReader,
    ledger: Ledger,
    owner: str,
    *,
    known: Callable[[Entry], bool] = is_known,
) -> int:
    """Fold a quarantined owner again from its first entry up to the watermark, in one transaction, and let it go.

    Safe while the shard is live: the shard's watermark is held meanwhile, and what comes later applies above the
    owner's new last position. Returns how many entries were applied. Raises NotReleasedError where the owner is not
    in quarantine, or where an entry still cannot be handled; what `is_trouble` knows passes through.
    """
    entries = await reader.owner(ledger, owner)
    async with borrowed(pool) as connection, connection.transaction():
        shard, position = await _held(connection, ledger, owner)
        await wait_turn(connection, ledger)
        entries += await reader.owner(ledger, owner, after=entries[-1].position if entries else 0)
        entries = [entry for entry in entries if entry.position <= position]
        if (stranger := next((entry for entry in entries if not known(entry)), None)) is not None:
            raise NotReleasedError(f"This version does not know {stranger.schema}, at position {stranger.position}.")
        try:
            await _fold_again(connection, projections, owner, entries)
        except Exception as error:
            if is_trouble(error):
                raise
            raise NotReleasedError(f"An entry still cannot be handled: {reason_of(error)}.") from error
        if entries:
            await note_positions(connection, entries[-1:])
        await let_go(connection, shard, owner)
    return len(entries)


async def _held(connection: asyncpg.Connection, ledger: Ledger, owner: str) -> tuple[Shard, int]:
    """The quarantined owner's shard and its watermark, which does not move until the transaction ends."""
    row = await connection.fetchrow(
        "SELECT mark.shard, mark.position FROM projection.watermark AS mark"
        " JOIN projection.quarantine AS held USING (ledger, shard)"
        " WHERE mark.ledger = $1 AND held.owner = $2::text::uuid FOR UPDATE OF mark",
        ledger,
        owner,
    )
    if row is None:
        raise NotReleasedError("This owner is not in quarantine.")
    return Shard(ledger, row["shard"]), row["position"]


async def _fold_again(
    connection: asyncpg.Connection, projections: Sequence[Projection], owner: str, entries: Sequence[Entry]
) -> None:
    if (forgetting := forgetting_among(entries)) is not None:
        await forget(connection, projections, forgetting)
        return
    for projection in projections:
        await projection.forget_owner(connection, owner)
        if entries:
            await projection.prepare(entries)
            await projection.apply(connection, entries)
