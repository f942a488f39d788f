"""Whoever reads while a version takes another's place sees one of both, whole, and meets no fault."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg
import pytest

from deploy.setup.databases import Server
from shared.runtime.shards import Shard
from shared.runtime.versions.names import NEXT
from shared.runtime.versions.switching import NotYetError, Schemas, switch

SWITCHES = 12
SCHEMAS = Schemas(("projection", "definitions", "mastery"))

_VERSION = """
    CREATE SCHEMA projection{0}; CREATE SCHEMA definitions{0}; CREATE SCHEMA mastery{0};
    CREATE TABLE projection{0}.watermark (ledger text, shard int, position bigint, next_offset bigint);
    CREATE TABLE definitions{0}.content (digest text PRIMARY KEY);
    CREATE TABLE definitions{0}.revision (revision bigint);
    CREATE SEQUENCE definitions{0}.revisions;
    INSERT INTO definitions{0}.revision VALUES (1);
    CREATE TABLE mastery{0}.state AS SELECT '{1}' AS version;
    CREATE TABLE mastery{0}.grade AS SELECT '{1}' AS version;
    CREATE TABLE public.alembic_version{0} (version_num text);
"""


class _Filled:
    """A version that is as far as the one that serves."""

    async def reached(self, positions: Mapping[Shard, int], seconds: float) -> bool:  # noqa: ARG002 - as `Filling`
        return True

    async def forgets(self, here: Mapping[Shard, int], there: Mapping[Shard, int]) -> bool:  # noqa: ARG002 - as `Filling`
        return False

    async def stop(self) -> None:
        """Nothing is under way."""


class _Reader:
    """Reads both tables again and again, in one statement and in two of one snapshot, until stopped."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.seen: set[tuple[str, str]] = set()

    async def read(self, stopped: asyncio.Event) -> None:
        while not stopped.is_set():
            row = await self._connection.fetchrow("SELECT s.version, g.version FROM mastery.state s, mastery.grade g")
            assert row is not None
            self.seen.add((row[0], row[1]))
            async with self._connection.transaction(isolation="repeatable_read", readonly=True):
                state = await self._connection.fetchval("SELECT version FROM mastery.state")
                grade = await self._connection.fetchval("SELECT version FROM mastery.grade")
            self.seen.add((state, grade))
            await asyncio.sleep(0.003)


@asynccontextmanager
async def _connections(postgres: Server, count: int) -> AsyncIterator[Sequence[asyncpg.Connection]]:
    """Connections to a database of their own."""
    superuser = await asyncpg.connect(postgres.dsn())
    await superuser.execute("CREATE DATABASE switched")
    opened = [await asyncpg.connect(postgres.dsn("switched")) for _ in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            await connection.close()
        await superuser.execute("DROP DATABASE switched")
        await superuser.close()


async def _switch(owner: asyncpg.Connection) -> None:
    for _ in range(100):
        try:
            await switch(owner, SCHEMAS, _Filled())  # type: ignore[arg-type]  # only these are asked of a filling
        except NotYetError:
            continue
        return
    pytest.fail("The readers never let go.")


async def test_no_reader_sees_a_mix_of_two_versions(postgres: Server) -> None:
    async with _connections(postgres, 4) as (owner, *others):
        await owner.execute(_VERSION.format("", "0"))
        readers, stopped = [_Reader(connection) for connection in others], asyncio.Event()
        reading = [asyncio.create_task(reader.read(stopped)) for reader in readers]
        try:
            for number in range(1, SWITCHES + 1):
                await owner.execute(_VERSION.format(NEXT, str(number)))
                await _switch(owner)
        finally:
            stopped.set()
            await asyncio.gather(*reading)
    seen = {pair for reader in readers for pair in reader.seen}
    assert [pair for pair in seen if pair[0] != pair[1]] == []
    assert len(seen) > 1, "hardly a version was read while it served"
