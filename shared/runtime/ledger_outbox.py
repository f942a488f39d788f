"""The ledger as its own outbox: its entries, and the cursors that say how many of them are on the topics."""

from collections.abc import Mapping, Sequence

import asyncpg

from shared.ledger.entry import Entry
from shared.ledger.identifiers import SHARDS, Ledger
from shared.ledger.records import Headers, headers_written, record_key
from shared.runtime.ledger_table import COLUMNS, entry_of_row
from shared.runtime.measuring import Histogram
from shared.runtime.metrics import RELAY_BATCH
from shared.runtime.outbox import OutRecord
from shared.runtime.relay_age import Unrelayed, unrelayed
from shared.runtime.shards import Shard
from shared.runtime.trails import Trails

ENVELOPE_BYTES = 1000
"""About what a record has beside its body."""


def out_record(entry: Entry, further: Headers = ()) -> OutRecord:
    """The entry as it goes to its topic, with `further` headers behind its own."""
    return OutRecord(record_key(entry), entry.body, entry.recorded_at, headers_written(entry, further))


class LedgerOutbox:
    """An `Outbox` of both ledgers. `pool` is the relay role's; `trails` has the traces of entries that are traced.

    `sizes` are those of the batches that were acknowledged, by ledger.
    """

    def __init__(self, pool: asyncpg.Pool, topics: Mapping[Ledger, str], trails: Trails | None = None) -> None:
        self._pool, self._trails = pool, trails
        self.topics = topics
        self.sizes: Mapping[str, Histogram] = {ledger: Histogram(RELAY_BATCH) for ledger in SHARDS}

    async def behind(self) -> dict[Shard, int]:
        rows = await self._pool.fetch(
            "SELECT ledger, shard, c.position FROM ledger.cursor c JOIN ledger.head h USING (ledger, shard)"
            " WHERE h.position > c.position"
        )
        return {Shard(row["ledger"], row["shard"]): row["position"] for row in rows}

    async def records(self, shard: Shard, cursor: int, most: int, most_bytes: int) -> Sequence[OutRecord]:
        rows = await self._pool.fetch(
            f"SELECT {COLUMNS} FROM (SELECT *, sum(octet_length(body) + {ENVELOPE_BYTES}) OVER (ORDER BY position)"  # noqa: S608
            " AS bytes FROM ledger.entry WHERE ledger = $1 AND shard = $2 AND position > $3 AND position <= $3 + $4)"
            " AS next WHERE bytes <= $5 OR position = $3 + 1 ORDER BY position",
            shard.ledger,
            shard.number,
            cursor,
            most,
            most_bytes,
        )
        entries = [entry_of_row(row) for row in rows]
        if entries and entries[-1].position != cursor + len(entries):
            raise RuntimeError(f"The ledger has a gap in {shard.ledger} {shard.number} after position {cursor}.")
        if self._trails is not None:
            return [out_record(entry, self._trails.headers(entry)) for entry in entries]
        return [out_record(entry) for entry in entries]

    async def moved(self, shard: Shard, old: int, new: int, offset: int) -> bool:  # noqa: ARG002 - others mind it
        self.sizes[shard.ledger].observe(new - old)
        if self._trails is not None:
            self._trails.acknowledged(shard, new)
        moved = await self._pool.execute(
            "UPDATE ledger.cursor SET position = $4 WHERE ledger = $1 AND shard = $2 AND position = $3",
            shard.ledger,
            shard.number,
            old,
            new,
        )
        return bool(moved == "UPDATE 1")

    async def late(self) -> Sequence[Unrelayed]:
        return await unrelayed(self._pool)
