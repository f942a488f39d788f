"""A small projection of the tests' own: counts and adds up what each owner's entries say, in real tables."""

import asyncio
from collections.abc import Sequence

import asyncpg

from shared.ledger.canonical import parse
from shared.ledger.entry import Entry
from shared.runtime.owners import by_owner

TABLES = """
CREATE SCHEMA counting;
CREATE TABLE counting.owner (owner uuid PRIMARY KEY, entries bigint, total bigint, positions bigint[]);
GRANT USAGE ON SCHEMA counting TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON counting.owner TO {app};
"""


class Counting:
    """`positions` keeps the order in which entries were applied. A body without a whole number `n` cannot be handled.

    `poison` are positions that cannot be handled either. Entries of the owner `slow` wait until they `may_go_on`.
    """

    def __init__(self) -> None:
        self.poison: set[int] = set()
        self.slow: str | None = None
        self.may_go_on = asyncio.Event()

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Nothing is fetched."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        owners = by_owner(entries)
        if self.slow in owners:
            await self.may_go_on.wait()
        await connection.execute(
            "INSERT INTO counting.owner AS o"
            " SELECT owner, entries, total, '{}' FROM unnest($1::text[]::uuid[], $2::bigint[], $3::bigint[])"
            " AS new (owner, entries, total) ON CONFLICT (owner)"
            " DO UPDATE SET entries = o.entries + excluded.entries, total = o.total + excluded.total",
            list(owners),
            [len(own) for own in owners.values()],
            [sum(self._number(entry) for entry in own) for own in owners.values()],
        )
        await connection.executemany(
            "UPDATE counting.owner SET positions = positions || $2::bigint[] WHERE owner = $1::text::uuid",
            [(owner, [entry.position for entry in own]) for owner, own in owners.items()],
        )

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        await connection.execute("DELETE FROM counting.owner WHERE owner = $1::text::uuid", owner)

    def _number(self, entry: Entry) -> int:
        body = parse(entry.body)
        if isinstance(body, dict) and "results" in body:
            return 1
        if not isinstance(body, dict) or not isinstance(body.get("n"), int) or entry.position in self.poison:
            raise ValueError(f"{entry.body[:20]!r} says no number")
        return int(body["n"])  # type: ignore[arg-type]


def expected(entries: Sequence[Entry]) -> dict[str, tuple[int, int, list[int]]]:
    """What the tables must hold after exactly these entries: how many of each owner, their sum, their positions."""
    totals: dict[str, tuple[int, int, list[int]]] = {}
    for entry in sorted(entries, key=lambda e: e.position):
        count, total, positions = totals.get(entry.owner, (0, 0, []))
        totals[entry.owner] = (count + 1, total + int(entry.body.split(b":")[1][:-1]), [*positions, entry.position])
    return totals


async def counted(pool: asyncpg.Pool) -> dict[str, tuple[int, int, list[int]]]:
    rows = await pool.fetch("SELECT owner::text, entries, total, positions FROM counting.owner")
    return {row["owner"]: (row["entries"], row["total"], row["positions"]) for row in rows}
