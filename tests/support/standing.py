"""Databases that stand for a whole test session: migrated once, lent to one test after the other, emptied in between.

To make a database and to migrate it takes about a second of a processor, to empty it a fiftieth of that. Whoever is
lent one finds it as its migrations left it. One whose shape a test has changed is dropped, and not lent again.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from deploy.setup.databases import Server, drop_databases, make_databases
from shared.runtime.migrate import migrate_in_loop
from tests.support.servers import PASSWORD, District, unique_prefix

SHAPE = """
WITH parts(part) AS (
    SELECT concat_ws(' ', 'relation', oid, relname, relnamespace, relkind, relowner, relacl, reloptions)
    FROM pg_class WHERE oid >= 16384
    UNION ALL SELECT concat_ws(' ', 'column', attrelid, attnum, xmin) FROM pg_attribute WHERE attrelid >= 16384
    UNION ALL SELECT concat_ws(' ', 'trigger', oid, tgrelid, tgname, tgfoid, tgtype, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', 'schema', oid, xmin) FROM pg_namespace
    UNION ALL SELECT concat_ws(' ', 'type', oid, xmin) FROM pg_type WHERE oid >= 16384
    UNION ALL SELECT concat_ws(' ', 'function', oid, xmin) FROM pg_proc WHERE oid >= 16384
    UNION ALL SELECT concat_ws(' ', 'constraint', oid, xmin) FROM pg_constraint WHERE oid >= 16384
    UNION ALL SELECT concat_ws(' ', 'default', oid, xmin) FROM pg_attrdef
    UNION ALL SELECT concat_ws(' ', 'rule', oid, xmin) FROM pg_rewrite WHERE oid >= 16384
    UNION ALL SELECT concat_ws(' ', 'rights', oid, xmin) FROM pg_default_acl
    UNION ALL SELECT concat_ws(' ', 'database', oid, datdba, datacl)
    FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT concat_ws(' ', 'setting', setdatabase, setrole, setconfig) FROM pg_db_role_setting
)
SELECT md5(string_agg(part, chr(10) ORDER BY part)) FROM parts
"""
"""A digest over all that a migration can make and rows cannot change."""

TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
"""
SEQUENCES = """
SELECT format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value), last_value IS NOT NULL
FROM pg_sequences
"""
ALWAYS = """
SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
WHERE tgenabled = 'A' AND tgrelid::regclass::text = ANY($1)
"""
END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Left:
    """A database as its migrations left it: its shape, its rows as text, and where its sequences stood."""

    shape: str
    rows: Mapping[str, Sequence[str]]
    sequences: Mapping[str, tuple[int, bool]]

    @classmethod
    async def of(cls, connection: asyncpg.Connection) -> "Left":
        tables = dict.fromkeys((row[0] for row in await connection.fetch(TABLES)), 1000)
        return cls(await connection.fetchval(SHAPE), await _rows(connection, tables), await _sequences(connection))

    async def put_back(self, connection: asyncpg.Connection) -> bool:
        """Make it so again, for a superuser. False where its shape is another now; then nothing is done."""
        await connection.execute(END_OTHERS)
        if await connection.fetchval(SHAPE) != self.shape:
            return False
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            if changed := await self._changed(connection):
                async with _unguarded(connection, changed):
                    await connection.execute(f"TRUNCATE {', '.join(changed)} CASCADE")
                    for table in await self._changed(connection):
                        await connection.execute(
                            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE"
                            f" SELECT (row::{table}).* FROM unnest($1::text[]) AS row",
                            self.rows[table],
                        )
            for name, stood in (await _sequences(connection)).items():
                if stood != self.sequences[name]:
                    await connection.execute("SELECT setval($1::text::regclass, $2, $3)", name, *self.sequences[name])
        return True

    async def _changed(self, connection: asyncpg.Connection) -> list[str]:
        now = await _rows(connection, {table: len(rows) for table, rows in self.rows.items()})
        return [table for table, rows in now.items() if rows != self.rows[table]]


async def _rows(connection: asyncpg.Connection, tables: Mapping[str, int]) -> dict[str, Sequence[str]]:
    """The rows of each table as text; of one with more than the number beside it, one more than those."""
    each = (
        f"SELECT '{table}', coalesce(array_agg(r::text ORDER BY r::text), '{{}}')"
        f" FROM (SELECT r FROM {table} r LIMIT {most + 1}) AS r(r)"
        for table, most in tables.items()
    )
    return {row[0]: row[1] for row in await connection.fetch(" UNION ALL ".join(each))}


async def _sequences(connection: asyncpg.Connection) -> dict[str, tuple[int, bool]]:
    return {row[0]: (row[1], row[2]) for row in await connection.fetch(SEQUENCES)}


@asynccontextmanager
async def _unguarded(connection: asyncpg.Connection, tables: Sequence[str]) -> AsyncIterator[None]:
    """Without the triggers of these tables that fire even for whoever puts back what was there."""
    guards = await connection.fetch(ALWAYS, tables)
    for table, guard in guards:
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
    yield
    for table, guard in guards:
        await connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard}")


Prepare = Callable[[District], Awaitable[None]]


async def migrated(district: District) -> None:
    for name, database in district.databases.items():
        service, room = ("evidence", "vault") if name == "keys" else (name, "postgres")
        await migrate_in_loop(service, database.migrator, room=room)


@dataclass(frozen=True, slots=True)
class _Kept:
    district: District
    left: Mapping[str, Left]


class Standing:
    """The databases of one server that stand."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._free: dict[tuple[Sequence[str], Prepare], list[_Kept]] = defaultdict(list)

    @asynccontextmanager
    async def lent(self, services: Sequence[str], prepare: Prepare = migrated) -> AsyncIterator[District]:
        """Databases of these services, as `prepare` leaves new ones, with nothing in them that any test wrote."""
        free = self._free[tuple(services), prepare]
        kept = free.pop() if free else await self._made(services, prepare)
        try:
            yield kept.district
        finally:
            if await self._put_back(kept):
                free.append(kept)
            else:
                await drop_databases(self._server, kept.district.prefix, services)

    async def _made(self, services: Sequence[str], prepare: Prepare) -> _Kept:
        prefix = unique_prefix()
        district = District(prefix, await make_databases(self._server, prefix, PASSWORD, services))
        await prepare(district)
        left = {}
        for name, database in district.databases.items():
            async with self._superuser(database.name) as connection:
                left[name] = await Left.of(connection)
        return _Kept(district, left)

    async def _put_back(self, kept: _Kept) -> bool:
        for name, database in kept.district.databases.items():
            async with self._superuser(database.name) as connection:
                if not await kept.left[name].put_back(connection):
                    return False
        return True

    @asynccontextmanager
    async def _superuser(self, database: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self._server.dsn(database))
        try:
            yield connection
        finally:
            await connection.close()
