"""Reading the ledger where it lies: evidence's own database. For its projections, its relay and its doors."""

from collections.abc import Mapping, Sequence

import asyncpg

from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger
from shared.runtime.ledger_reader import MOST, PAGE, Page
from shared.runtime.shards import Shard

COLUMNS = (
    "ledger, shard, position, epoch, tenant, owner, stream, version, id, type, schema, occurred_at, recorded_at,"
    " actor, body, request_digest"
)
"""What `entry_of_row` reads, of the view ledger.entry."""


FULL = 8
"""Shards whose full pages are read at once."""

_PAGES = f"""
    SELECT {COLUMNS} FROM unnest($1::text[], $2::int[], $3::bigint[]) AS page (of_ledger, of_shard, after)
    CROSS JOIN LATERAL (
        SELECT * FROM ledger.entry WHERE ledger = of_ledger AND shard = of_shard AND position > after
        ORDER BY position LIMIT $4
    ) AS next ORDER BY ledger, shard, position
"""  # noqa: S608 - of constants


def entry_of_row(row: asyncpg.Record) -> Entry:
    """The entry of a row of `COLUMNS`, in that order."""
    ledger, shard, position, epoch, tenant, owner, stream, version, id_, type_, schema, occurred, recorded, *rest = row
    actor, body, request_digest = rest
    return Entry(
        ledger,
        shard,
        position,
        epoch,
        str(tenant),
        str(owner),
        stream,
        version,
        str(id_),
        type_,
        schema,
        occurred,
        recorded,
        str(actor),
        body,
        None if request_digest is None else request_digest.hex(),
    )


class LedgerTable:
    """A LedgerReader over the tables themselves."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def entries(self, shard: Shard, *, after: int, limit: int = PAGE) -> Page:
        # the head first: what it counts is there when the entries are read
        head = await self._pool.fetchval(
            "SELECT position FROM ledger.head WHERE ledger = $1 AND shard = $2", shard.ledger, shard.number
        )
        rows = await self._pool.fetch(
            f"SELECT {COLUMNS} FROM ledger.entry WHERE ledger = $1 AND shard = $2 AND position > $3"  # noqa: S608
            " ORDER BY position LIMIT $4",
            shard.ledger,
            shard.number,
            after,
            min(limit, MOST),
        )
        return Page([entry_of_row(row) for row in rows], head or 0)

    async def pages(self, after: Mapping[Shard, int], limit: int) -> Mapping[Shard, Sequence[Entry]]:
        """See `ledger_reader.Pages`. Where many shards are asked for, their pages are smaller."""
        pages: dict[Shard, list[Entry]] = {}
        rows = await self._pool.fetch(
            _PAGES,
            [shard.ledger for shard in after],
            [shard.number for shard in after],
            list(after.values()),
            max(1, min(limit, MOST) // max(1, len(after) // FULL)),
        )
        for entry in map(entry_of_row, rows):
            pages.setdefault(Shard(entry.ledger, entry.shard), []).append(entry)
        return pages

    async def owner(self, ledger: Ledger, owner: str, *, after: int = 0) -> list[Entry]:
        rows = await self._pool.fetch(
            f"SELECT {COLUMNS} FROM ledger.entry WHERE ledger = $1 AND owner = $2::text::uuid AND position > $3"  # noqa: S608
            " ORDER BY position",
            ledger,
            owner,
            after,
        )
        return [entry_of_row(row) for row in rows]

    async def heads(self) -> dict[Shard, int]:
        rows = await self._pool.fetch("SELECT ledger, shard, position FROM ledger.head")
        return {Shard(row["ledger"], row["shard"]): row["position"] for row in rows}
