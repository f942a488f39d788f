"""What differs between two versions of a service's tables, owner by owner, at equal positions.

Both versions lie in one database, so one snapshot shows both at one moment. A row belongs to an owner, and an owner
whose last entry is the same on both sides must have the same rows on both; where it is not, one side is only about to
get there, and the owner is looked at again.
"""

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import asyncpg

from shared.runtime.connections import snapshot
from shared.runtime.versions.names import NEXT, naming

PAUSE = 0.25
"""Seconds between two looks."""

MOST_NAMED = 20
"""Differing owners that a report names; all are counted."""

_OWNERS = ("owner", "learner", "exhibition", "work")
_APART = frozenset({"since"})
"""Columns that tell of this version's own making, not of the record."""

_COLUMNS = """
    SELECT table_schema AS schema, table_name AS name, array_agg(column_name::text ORDER BY ordinal_position) AS columns
    FROM information_schema.columns WHERE table_schema = ANY ($1) GROUP BY 1, 2 ORDER BY 1, 2
"""
_SETTLED = """
    SELECT (SELECT position FROM projection.watermark WHERE ledger = 'definitions')
    IS NOT DISTINCT FROM (SELECT position FROM projection{0}.watermark WHERE ledger = 'definitions')
"""
_AT_EQUAL_POSITIONS = """
    SELECT asked.owner FROM unnest($1::text[]) AS asked (owner)
    WHERE NOT EXISTS (
        (SELECT ledger, shard, last_position FROM projection.owner WHERE owner = asked.owner::uuid
         EXCEPT SELECT ledger, shard, last_position FROM projection{0}.owner WHERE owner = asked.owner::uuid)
        UNION ALL
        (SELECT ledger, shard, last_position FROM projection{0}.owner WHERE owner = asked.owner::uuid
         EXCEPT SELECT ledger, shard, last_position FROM projection.owner WHERE owner = asked.owner::uuid)
    ) AND NOT EXISTS ( -- what a quarantine holds back grows without the owner's last position
        SELECT FROM projection.quarantine AS held
        JOIN projection.watermark AS here USING (ledger, shard)
        JOIN projection{0}.watermark AS there USING (ledger, shard)
        WHERE held.owner = asked.owner::uuid AND here.position <> there.position
    )
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is compared: its owner's column, and the columns that must be the same."""

    schema: str
    name: str
    owner: str
    columns: tuple[str, ...]

    def rows(self, suffix: str, *, some: bool) -> str:
        """The owner and a digest of each row; of `some` owners, those in $1."""
        row = ", ".join(f'"{column}"' for column in self.columns)
        where = f" WHERE {self.owner}::text = ANY ($1)" if some else ""
        return (
            f"SELECT {self.owner}::text AS owner, md5(ROW ({row})::text) FROM {self.schema}{suffix}.{self.name}{where}"  # noqa: S608 - of the catalogue
        )


@dataclass(slots=True)
class Parity:
    """How two versions compare. `rows` counts those of the filled one; `differing` maps an owner to the tables in which
    hers differ, `open` are the owners that never stood still for long enough.
    """

    rows: int = 0
    differing: dict[str, list[str]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    @property
    def equal(self) -> bool:
        return not self.differing and not self.open

    def sentences(self) -> list[str]:
        """The report, for people."""
        if self.equal:
            return [f"Equal at equal positions: {self.rows:,} rows compared."]
        said = [
            f"{self.rows:,} rows compared: {len(self.differing)} owners differ, {len(self.open)} never stood still."
        ]
        said += [f"{owner}: {', '.join(sorted(own))}" for owner, own in sorted(self.differing.items())[:MOST_NAMED]]
        return said


async def compared(
    pool: asyncpg.Pool,
    schemas: Collection[str],
    *,
    pending: str | None = None,
    patience: float = 60.0,
) -> Parity:
    """Compare the version that serves with the one being filled. `pool` means the one that serves.

    `pending` is a query whether something that a definition asked for is still to be done. Owners that have not come to
    equal positions for `patience` seconds are left open.
    """
    parity = Parity()
    waiting: set[str] | None = None
    unsettled = [] if pending is None else [pending, naming(pending, schemas, NEXT)]
    end = time.monotonic() + patience
    while waiting is None or waiting:
        doubtful = await _look(pool, schemas, parity, waiting, unsettled)
        if doubtful is not None:
            if waiting is None or len(doubtful) < len(waiting):
                end = time.monotonic() + patience
            waiting = doubtful
        if time.monotonic() > end:
            parity.open = set(waiting or ())
            if waiting is None:
                parity.open.add("everyone: the definitions did not come to equal positions")
            break
        await asyncio.sleep(PAUSE if waiting or waiting is None else 0)
    return parity


async def _look(
    pool: asyncpg.Pool,
    schemas: Collection[str],
    parity: Parity,
    of: Collection[str] | None,
    unsettled: Sequence[str],
) -> set[str] | None:
    """Compare everyone, or those who were doubtful; who still is. None where the definitions are not equally far."""
    async with snapshot(pool) as connection:
        if not await connection.fetchval(_SETTLED.format(NEXT)):
            return None
        if any([await connection.fetchval(query) for query in unsettled]):
            return None
        unlike: dict[str, list[str]] = {}
        for table in await tables(connection, schemas):
            if of is None:
                parity.rows += await connection.fetchval(f"SELECT count(*) FROM {table.schema}{NEXT}.{table.name}")  # noqa: S608
            for owner in await _unlike(connection, table, of):
                unlike.setdefault(owner, []).append(f"{table.schema}.{table.name}")
        equal = await connection.fetch(_AT_EQUAL_POSITIONS.format(NEXT), list(unlike))
        certain = {row["owner"] for row in equal}
        parity.differing |= {owner: own for owner, own in unlike.items() if owner in certain}
        return unlike.keys() - certain


async def tables(connection: asyncpg.Connection, schemas: Collection[str]) -> Sequence[Table]:
    """The tables of these schemas whose rows have owners; the others only help."""
    found = []
    for row in await connection.fetch(_COLUMNS, list(schemas)):
        owner = next((name for name in _OWNERS if name in row["columns"]), None)
        if owner is not None:
            columns = tuple(name for name in row["columns"] if name not in _APART)
            found.append(Table(row["schema"], row["name"], owner, columns))
    return found


async def _unlike(connection: asyncpg.Connection, table: Table, of: Collection[str] | None) -> set[str]:
    """The owners whose rows of a table are not the same on both sides."""
    here, there = (table.rows(suffix, some=of is not None) for suffix in ("", NEXT))
    arguments = [] if of is None else [list(of)]
    rows = await connection.fetch(
        f"SELECT DISTINCT owner FROM (({here} EXCEPT ALL {there}) UNION ALL ({there} EXCEPT ALL {here})) AS unlike",  # noqa: S608
        *arguments,
        timeout=600,
    )
    return {row["owner"] for row in rows}
