"""The watermark: how far a shard's entries are in the tables, moved by compare-and-set in their own transaction.

A consumer that lost its shard (a zombie that wakes up, a partition reassigned) finds its old position gone, and
nothing that it did in that transaction stays. Kafka's own offsets are not used.
"""

from collections.abc import Iterable

import asyncpg

from shared.ledger.identifiers import Ledger
from shared.runtime.shards import Bookmark, Shard

EVIDENCE_FOLDS = 7001
"""The advisory lock between folds (shared) and the definitions they are made under (exclusive)."""


class FencedError(Exception):
    """The watermark is not where this projector left it: another one has taken the shard over."""


async def open_watermarks(connection: asyncpg.Connection, shards: Iterable[Shard]) -> dict[Shard, Bookmark]:
    """Where each of these shards stands; one that has no watermark yet begins at 0."""
    wanted = list(shards)
    ledgers, numbers = [s.ledger for s in wanted], [s.number for s in wanted]
    await connection.execute(
        "INSERT INTO projection.watermark (ledger, shard, position, next_offset, recorded_ms)"
        " SELECT ledger, shard, 0, 0, 0 FROM unnest($1::text[], $2::int[]) AS asked (ledger, shard)"
        " ON CONFLICT DO NOTHING",
        ledgers,
        numbers,
    )
    rows = await connection.fetch(
        "SELECT ledger, shard, position, next_offset FROM projection.watermark"
        " JOIN unnest($1::text[], $2::int[]) AS asked (ledger, shard) USING (ledger, shard)",
        ledgers,
        numbers,
    )
    return {Shard(row["ledger"], row["shard"]): Bookmark(row["position"], row["next_offset"]) for row in rows}


async def move_watermark(  # noqa: PLR0913 - a row, and what it was
    connection: asyncpg.Connection, shard: Shard, old: int, new: int, *, next_offset: int | None, recorded_ms: int
) -> None:
    """Move the shard from `old` to `new`, first in its transaction, and take off the mark of a pause.

    `next_offset` None leaves the offset. Raises FencedError where the shard is not at `old`.
    """
    moved = await connection.execute(
        "UPDATE projection.watermark SET position = $4, next_offset = coalesce($5, next_offset), recorded_ms = $6,"
        " paused = NULL WHERE ledger = $1 AND shard = $2 AND position = $3",
        shard.ledger,
        shard.number,
        old,
        new,
        next_offset,
        recorded_ms,
    )
    if moved != "UPDATE 1":
        raise FencedError(f"{shard.ledger} {shard.number} is no longer at position {old}.")


async def mark_paused(connection: asyncpg.Connection, shard: Shard, position: int, reason: str | None) -> None:
    """Let everyone see why the shard does not move from `position` (None: it does); without effect where it did."""
    await connection.execute(
        "UPDATE projection.watermark SET paused = $4"
        " WHERE ledger = $1 AND shard = $2 AND position = $3 AND paused IS DISTINCT FROM $4",
        shard.ledger,
        shard.number,
        position,
        reason,
    )


async def wait_turn(connection: asyncpg.Connection, ledger: Ledger) -> None:
    """Take the lock between folds and definitions, until the transaction ends.

    So a fold sees the definitions complete up to their watermark: needs READ COMMITTED, where each statement sees
    what was committed before it, not before the transaction.
    """
    lock = "pg_advisory_xact_lock_shared" if ledger == "evidence" else "pg_advisory_xact_lock"
    await connection.execute(f"SELECT {lock}({EVIDENCE_FOLDS})")
