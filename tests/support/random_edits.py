"""Random edits of tables as a superuser would make them, each told with where a verification must find it.

Every column of a table is edited, whatever columns it has: a value of its type is changed in some way that the table
itself takes.
"""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from tests.support.tampering import Tampered

Place = tuple[str, int, int]
Pair = tuple[str, str]

_DIGITS = "0123456789abcdef"
TRIES = 60


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done, where it must be found, and where else it may show: places in the ledger, or states."""

    words: str
    must: frozenset[Any]
    may: frozenset[Any] = frozenset()


@dataclass(slots=True)
class Editor:
    """Edits rows of one table that are not near each other: of each `apart` at most one in a round."""

    tampered: Tampered
    chance: random.Random
    where: Callable[[asyncpg.Record], Any]
    apart: Callable[[asyncpg.Record], Any]
    _touched: set[Any] = field(default_factory=set)

    async def column(self, name: str) -> Edit:
        """Change one column of a random row."""
        kind, needed = await self._kind(name)
        for _ in range(TRIES):
            row = await self._row()
            emptied = not needed and row[name] is not None and self.chance.random() < 0.2
            value = None if emptied else self._other(row[name], kind)
            if value == row[name]:
                continue
            with suppress(asyncpg.IntegrityConstraintViolationError, asyncpg.DataError):
                await self.tampered.edit(row, f"{name} = $2", value)
                self._touched.add(self.apart({**row, name: value}))  # type: ignore[arg-type]
                words = f"{name} of {self.where(row)} was {row[name]!r}, is {value!r}"
                return self._done(words, [row], {**row, name: value})
        raise AssertionError(f"The table takes no other {name} anywhere.")

    async def delete(self) -> Edit:
        row = await self._row()
        await self.tampered.delete(row)
        return self._done(f"{self.where(row)} deleted", [row])

    async def swap(self, keys: Sequence[str]) -> Edit:
        """Two rows change their content; `keys` stay where they are."""
        one, other = await self._row(), await self._row()
        await self.tampered.delete(one)
        await self.tampered.delete(other)
        for row, content in ((one, other), (other, one)):
            await self.tampered.insert({**content, **{key: row[key] for key in keys}})
        return self._done(f"{self.where(one)} and {self.where(other)} swapped", [one, other])

    async def forge(self, columns: Sequence[str]) -> Edit:
        """Another row in the place of one: each of the columns is changed."""
        row = await self._row()
        new = dict(row)
        for name in columns:
            kind, _ = await self._kind(name)
            new[name] = self._other(row[name], kind)
        await self.tampered.delete(row)
        await self.tampered.insert(new)
        return self._done(f"{self.where(row)} forged: {new}", [row])

    async def insert(self, columns: dict[str, Callable[[asyncpg.Record], Any]]) -> Edit:
        """A further row like one that is there, but for these columns."""
        row = await self._row()
        new = {**row, **{name: made(row) for name, made in columns.items()}}
        await self.tampered.insert(new)
        self._touched.add(self.apart(new))  # type: ignore[arg-type]
        place = self.where(new)  # type: ignore[arg-type]
        return Edit(f"{place} inserted", frozenset({place}))

    def random_id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128))

    async def _row(self) -> asyncpg.Record:
        rows = await self.tampered.rows(seed=self.chance.getrandbits(32))
        row = next(row for row in rows if self.apart(row) not in self._touched)
        self._touched.add(self.apart(row))
        return row

    async def _kind(self, name: str) -> tuple[str, bool]:
        schema, _, table = self.tampered.table.partition(".")
        [row] = await self.tampered.connection.fetch(
            "SELECT data_type, is_nullable FROM information_schema.columns"
            " WHERE table_schema = $1 AND table_name = $2 AND column_name = $3",
            *(schema, table, name),
        )
        return row["data_type"], row["is_nullable"] == "NO"

    def _other(self, value: Any, kind: str) -> Any:
        match kind:
            case "uuid":
                return self.random_id()
            case "smallint" | "integer" | "bigint":
                by = self.chance.randint(1, 40)  # most columns take nothing below 1
                return value - by if value and value > by and self.chance.random() < 0.5 else (value or 0) + by
            case "bytea":
                return self._flipped(value) if value else self.chance.randbytes(32)
            case "boolean":
                return not value
            case _:
                return self._misspelt(value)

    def _flipped(self, value: bytes) -> bytes:
        at = self.chance.randrange(len(value))
        return value[:at] + bytes([value[at] ^ self.chance.randint(1, 255)]) + value[at + 1 :]

    def _misspelt(self, value: str | None) -> str:
        if value in {"evidence", "definitions"}:
            return "definitions" if value == "evidence" else "evidence"
        if not value:
            return f"evidence/{self.random_id()}"
        at = self.chance.randrange(len(value))
        return value[:at] + self.chance.choice(_DIGITS.replace(value[at], "")) + value[at + 1 :]

    def _done(self, words: str, rows: Sequence[asyncpg.Record], after: dict[str, Any] | None = None) -> Edit:
        may = frozenset() if after is None else frozenset({self.where(after)})  # type: ignore[arg-type]
        return Edit(f"{self.tampered.table}: {words}", frozenset(self.where(row) for row in rows), may)


async def columns_of(connection: asyncpg.Connection, table: str) -> list[str]:
    """The table's columns, in their order."""
    schema, _, name = table.partition(".")
    rows = await connection.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2"
        " ORDER BY ordinal_position",
        *(schema, name),
    )
    return [row["column_name"] for row in rows]
