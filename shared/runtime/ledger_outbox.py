"""The ledger as its own outbox: its entries, and the cursors that say how many of them are on the topics."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import asyncpg

from shared.ledger.entry import Entry
from shared.ledger.identifiers import SHARDS, Ledger
from shared.ledger.records import Headers, headers_written, record_key
from shared.runtime.gathered import Gathered
from shared.runtime.ledger_table import COLUMNS, entry_of_row
from shared.runtime.measuring import Histogram
from shared.runtime.metrics import RELAY_BATCH
from shared.runtime.outbox import OutRecord
from shared.runtime.relay_age import Unrelayed, unrelayed
from shared.runtime.shards import Shard
from shared.runtime.trails import Trails

AT_ONCE = 8
"""Pages read at once: to decode more rows in one go would block the loop."""

ENVELOPE_BYTES = 1000
"""About what a record has beside its body."""


_Page: TypeAlias = tuple[Ledger, int, int, int, int]
"""A ledger and a shard, the cursor, and how many rows and bytes at most."""

_Move: TypeAlias = tuple[Ledger, int, int, int]
"""A ledger and a shard, where its cursor was and where it goes."""

_PAGES = f"""
    SELECT {COLUMNS} FROM unnest($1::text[], $2::int[], $3::bigint[], $4::int[], $5::bigint[])
        AS page (of_ledger, of_shard, cursor, most, most_bytes)
    CROSS JOIN LATERAL (
        SELECT *, sum(octet_length(body) + {ENVELOPE_BYTES}) OVER (ORDER BY position) AS bytes FROM ledger.entry
        WHERE ledger = of_ledger AND shard = of_shard AND position > cursor AND position <= cursor + most
    ) AS next WHERE bytes <= most_bytes OR position = cursor + 1 ORDER BY ledger, shard, position
"""  # noqa: S608 - of constants

_MOVE = """
    UPDATE ledger.cursor AS cursor SET position = new
    FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) AS move (ledger, shard, old, new)
    WHERE (cursor.ledger, cursor.shard, position) = (move.ledger, move.shard, old)
    RETURNING cursor.ledger, cursor.shard
"""


def out_record(entry: Entry, further: Headers = ()) -> OutRecord:
    """The entry as it goes to its topic, with `further` headers behind its own."""
    return OutRecord(record_key(entry), entry.body, entry.recorded_at, headers_written(entry, further))


class LedgerOutbox:
    """An `Outbox` of both ledgers. `pool` is the relay role's; `trails` has the traces of entries that are traced.

    `sizes` are those of the batches that were acknowledged, by ledger.
    """

    def __init__(self, pool: asyncpg.Pool, topics: Mapping[Ledger, str], trails: Trails | None = None) -> None:
        self._pool, self._trails = pool, trails
        self._pages = Gathered(self._read, most=AT_ONCE)
        self._moves = Gathered(self._move)
        self.topics = topics
        self.sizes: Mapping[str, Histogram] = {ledger: Histogram(RELAY_BATCH) for ledger in SHARDS}

    async def behind(self) -> dict[Shard, int]:
        rows = await self._pool.fetch(
            "SELECT ledger, shard, c.position FROM ledger.cursor c JOIN ledger.head h USING (ledger, shard)"
            " WHERE h.position > c.position"
        )
        return {Shard(row["ledger"], row["shard"]): row["position"] for row in rows}

    async def records(self, shard: Shard, cursor: int, most: int, most_bytes: int) -> Sequence[OutRecord]:
        entries = [entry_of_row(row) for row in await self._pages.ask((*shard, cursor, most, most_bytes))]
        if entries and entries[-1].position != cursor + len(entries):
            raise RuntimeError(f"The ledger has a gap in {shard.ledger} {shard.number} after position {cursor}.")
        if self._trails is not None:
            return [out_record(entry, self._trails.headers(entry)) for entry in entries]
        return [out_record(entry) for entry in entries]

    async def moved(self, shard: Shard, old: int, new: int, offset: int) -> bool:  # noqa: ARG002 - others mind it
        self.sizes[shard.ledger].observe(new - old)
        if self._trails is not None:
            self._trails.acknowledged(shard, new)
        return await self._moves.ask((*shard, old, new))

    async def late(self) -> Sequence[Unrelayed]:
        return await unrelayed(self._pool)

    async def _read(self, asked: Sequence[_Page]) -> Sequence[Sequence[asyncpg.Record]]:
        """The rows of each page, of different shards."""
        pages: dict[tuple[Ledger, int], list[asyncpg.Record]] = {(ledger, shard): [] for ledger, shard, *_ in asked}
        for row in await self._pool.fetch(_PAGES, *map(list, zip(*asked, strict=True))):
            pages[row["ledger"], row["shard"]].append(row)
        return list(pages.values())

    async def _move(self, moves: Sequence[_Move]) -> Sequence[bool]:
        """Whether each of these cursors, of different shards, was where it was thought to be."""
        moved = {tuple(row) for row in await self._pool.fetch(_MOVE, *map(list, zip(*moves, strict=True)))}
        return [(ledger, shard) in moved for ledger, shard, *_ in moves]
