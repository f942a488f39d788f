"""How old the oldest entry is that is not on its topic yet: what an operator is to be alarmed by."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from shared.runtime.shards import Shard


@dataclass(frozen=True, slots=True)
class Unrelayed:
    """A shard whose topic lags: its cursor, its head, and the seconds since its next entry was recorded."""

    shard: Shard
    relayed: int
    head: int
    age: float


async def unrelayed(pool: asyncpg.Pool, *, clock: Callable[[], float] = time.time) -> list[Unrelayed]:
    """The shards with entries that are not on their topics, those that wait longest first."""
    rows = await pool.fetch(
        "SELECT ledger, shard, c.position AS relayed, h.position AS head, (SELECT e.recorded_at FROM ledger.entry e"
        " WHERE e.ledger = c.ledger AND e.shard = c.shard AND e.position = c.position + 1) AS recorded_at"
        " FROM ledger.cursor c JOIN ledger.head h USING (ledger, shard) WHERE h.position > c.position"
        " ORDER BY recorded_at"
    )
    now = clock()
    return [
        Unrelayed(
            Shard(row["ledger"], row["shard"]), row["relayed"], row["head"], max(0.0, now - row["recorded_at"] / 1000)
        )
        for row in rows
    ]
