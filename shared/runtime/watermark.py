"""The watermark: how far a shard's entries are in the tables, moved by compare-and-set in their own transaction.

A consumer that lost its shard (a zombie that wakes up, a partition reassigned) finds its old position gone, and
nothing that it did in that transaction stays. Kafka's own offsets are not used.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import asyncpg

from shared.ledger.identifiers import Ledger
from shared.runtime.shards import Bookmark, Shard

EVIDENCE_FOLDS = 7001
"""The advisory lock between folds (shared) and the definitions they are made under (exclusive)."""


class FencedError(Exception):
    """The watermark is not where this projector left it: another one has taken the shard over."""


class Move(NamedTuple):
    """One shard's watermark from position `old` to `new`; `next_offset` None leaves the offset."""

    shard: Shard
    old: int
    new: int
    next_offset: int | None
    recorded_ms: int


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


async def move_watermarks(connection: asyncpg.Connection, moves: Sequence[Move]) -> None:
    """Move these shards, all different, first in their transaction, and take off the mark of a pause.

    Raises FencedError where one of them is not where it was: then none may be moved.
    """
    moved = await connection.execute(
        "UPDATE projection.watermark AS mark SET position = move.new, paused = NULL,"
        " next_offset = coalesce(move.next_offset, mark.next_offset), recorded_ms = move.recorded_ms"
        " FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])"
        " AS move (ledger, shard, old, new, next_offset, recorded_ms)"
        " WHERE mark.ledger = move.ledger AND mark.shard = move.shard AND mark.position = move.old",
        [move.shard.ledger for move in moves],
        [move.shard.number for move in moves],
        *[list(column) for column in list(zip(*moves, strict=True))[1:]],
    )
    if moved != f"UPDATE {len(moves)}":
        wanted = ", ".join(f"{move.shard.ledger} {move.shard.number} at position {move.old}" for move in moves[:3])
        raise FencedError(f"Not every shard is where it was: {wanted}{' …' if len(moves) > 3 else ''}.")


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
