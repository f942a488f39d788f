"""Reaches around every guard of a district's tables, and puts back afterwards what was there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg


@dataclass(frozen=True, slots=True)
class Tampered:
    """A table in a superuser's hands: its triggers are off, and so are the foreign keys to it."""

    connection: asyncpg.Connection
    table: str

    async def rows(self, condition: str = "true", *arguments: object, seed: int = 0) -> list[asyncpg.Record]:
        """Rows in an order drawn from the seed. In the condition, arguments count from $2."""
        return list(
            await self.connection.fetch(
                f"SELECT ctid::text AS place, * FROM {self.table} WHERE {condition} ORDER BY md5(ctid::text || $1)",
                *(str(seed), *arguments),
            )
        )

    async def one(self, condition: str = "true", *arguments: object, seed: int = 0) -> asyncpg.Record:
        return (await self.rows(condition, *arguments, seed=seed))[0]

    async def edit(self, row: asyncpg.Record, change: str, *arguments: object) -> None:
        """Set what `change` says, such as `version = version + 1`, in one row."""
        tag = await self.connection.execute(
            f"UPDATE {self.table} SET {change} WHERE ctid = $1::text::tid",
            *(row["place"], *arguments),
        )
        assert tag == "UPDATE 1", tag

    async def delete(self, row: asyncpg.Record) -> None:
        await self.connection.execute(f"DELETE FROM {self.table} WHERE ctid = $1::text::tid", row["place"])

    async def insert(self, values: dict[str, object]) -> None:
        names = [name for name in values if name != "place"]
        marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
        await self.connection.execute(
            f"INSERT INTO {self.table} ({', '.join(names)}) VALUES ({marks})",
            *(values[name] for name in names),
        )


@asynccontextmanager
async def tampering(connection: asyncpg.Connection, table: str) -> AsyncIterator[Tampered]:
    """Within it the table may be changed at will; at the end it holds what it held before."""
    await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    kept = f"public.kept_{table.replace('.', '_')}"
    await connection.execute(f"CREATE TABLE {kept} AS TABLE {table}")
    try:
        yield Tampered(connection, table)
    finally:
        await connection.execute(f"DELETE FROM {table}")
        await connection.execute(f"INSERT INTO {table} SELECT * FROM {kept}")
        await connection.execute(f"DROP TABLE {kept}")
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
        for guard in await connection.fetch(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = $1::text::regclass AND NOT tgisinternal", table
        ):
            await connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard['tgname']}")
