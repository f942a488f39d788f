"""Puts one version of a service's tables in another's place, in one transaction, and takes it back.

Who applies moves a watermark first, who folds holds EVIDENCE_FOLDS, and who reads a state reads the watermark in the
same transaction: so with the watermarks and that lock in hand nobody is half-way through either version. A projector
that waited finds its compare-and-set on the other version's watermark: it goes on there, or reads where it is.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import asyncpg

from shared.runtime.shards import Shard
from shared.runtime.versions.filling import Filling
from shared.runtime.versions.names import BEFORE, NEXT
from shared.runtime.watermark import EVIDENCE_FOLDS

WAIT = 5.0
"""Seconds at most that the last entries of the serving version are waited for, while nothing more is applied to it."""

SHUT_OUT = "200ms"
"""How long those who read may be waited for: less than the server's deadlock_timeout (1 s), so that where two wait for
each other it is never a reader who is ended."""

VERSION_TABLE = "alembic_version"
_EVERY_TABLE = """
    SELECT string_agg(format('%I.%I', schemaname, tablename), ', '
        ORDER BY tablename <> 'watermark', schemaname, tablename)
    FROM pg_tables WHERE schemaname = ANY ($1)
"""
_MARKS = "SELECT ledger, shard, position FROM projection{}.watermark"


class NotYetError(Exception):
    """The other version was not as far as the one that serves, within the time that may be waited: try again."""


@dataclass(frozen=True, slots=True)
class Schemas:
    """`versioned` are the schemas of which there is one a version; `single` those that every version shares."""

    versioned: tuple[str, ...]
    single: tuple[str, ...] = ()


async def exists(connection: asyncpg.Connection, schemas: Schemas, suffix: str) -> bool:
    """Whether there is a version of this suffix."""
    name = f"{schemas.versioned[0]}{suffix}"
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", name))


async def drop(connection: asyncpg.Connection, schemas: Schemas, suffix: str) -> None:
    """Remove a version that does not serve, if there is one."""
    assert suffix
    async with connection.transaction():
        for name in (*schemas.versioned, *schemas.single):
            await connection.execute(f'DROP SCHEMA IF EXISTS "{name}{suffix}" CASCADE')
        await connection.execute(f"DROP TABLE IF EXISTS public.{VERSION_TABLE}{suffix}")


async def drop_single(connection: asyncpg.Connection, schemas: Schemas) -> None:
    """Remove what the migrations made a second time of the schemas that all versions share."""
    for name in schemas.single:
        await connection.execute(f'DROP SCHEMA IF EXISTS "{name}{NEXT}" CASCADE')


async def take_up(connection: asyncpg.Connection, schemas: Schemas) -> None:
    """Make the version that served before the one being filled."""
    async with connection.transaction():
        for name in schemas.versioned:
            await connection.execute(f'ALTER SCHEMA "{name}{BEFORE}" RENAME TO "{name}{NEXT}"')
        await connection.execute(f"ALTER TABLE public.{VERSION_TABLE}{BEFORE} RENAME TO {VERSION_TABLE}{NEXT}")


async def switch(
    connection: asyncpg.Connection,
    schemas: Schemas,
    filling: Filling,
    differ: Callable[[asyncpg.Connection, str, str], Awaitable[object]] | None = None,
) -> bool:
    """Let the version being filled serve, and keep the other as the one before. `connection` is the migrator's.

    Whether it is kept: not where somebody is forgotten of whom it does not know, since nobody would tell it any more.

    `differ` is called in the transaction with the suffixes of the version that serves and of the one that will.
    Raises NotYetError, asyncpg.LockNotAvailableError or DeadlockDetectedError: then nothing has changed, but that the
    filling may have stopped; as it has where the switch is done.
    """
    await drop(connection, schemas, BEFORE)
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '3s'")
        # from here on nobody applies to either version; everybody reads
        await connection.execute("LOCK TABLE projection.watermark IN EXCLUSIVE MODE")
        if not await filling.reached(await _marks(connection, ""), WAIT):
            raise NotYetError
        await connection.execute(f"LOCK TABLE projection{NEXT}.watermark IN EXCLUSIVE MODE")
        await connection.execute(f"SELECT pg_advisory_xact_lock({EVIDENCE_FOLDS})")
        here, there = await _marks(connection, ""), await _marks(connection, NEXT)
        if any(there.get(shard, 0) < position for shard, position in here.items()):
            raise NotYetError
        is_kept = not await filling.forgets(here, there)
        await filling.stop()  # it would find its tables gone, and take that for a fault
        await _carry_over(connection)
        if differ is not None:
            await differ(connection, "", NEXT)
        # and from here on nobody reads either, but for the moment that the names change in
        await _shut_readers_out(connection, schemas)
        for name in schemas.versioned:
            await connection.execute(f'ALTER SCHEMA "{name}" RENAME TO "{name}{BEFORE}"')
            await connection.execute(f'ALTER SCHEMA "{name}{NEXT}" RENAME TO "{name}"')
        await connection.execute(f"CREATE TABLE public.{VERSION_TABLE}{BEFORE} AS TABLE public.{VERSION_TABLE}")
        await connection.execute(f"DROP TABLE public.{VERSION_TABLE}{NEXT}")
        if not is_kept:
            await drop(connection, schemas, BEFORE)
    return is_kept


async def _shut_readers_out(connection: asyncpg.Connection, schemas: Schemas) -> None:
    """Take every table of both versions from those who read, the watermarks first.

    With the watermarks alone, a reader who has read one table finds the next one under its new name: one read in twenty
    of two statements was a mix, and now and then one of a single statement that joins. Raises NotYetError.
    """
    both = [f"{name}{suffix}" for name in schemas.versioned for suffix in ("", NEXT)]
    tables = await connection.fetchval(_EVERY_TABLE, both)
    await connection.execute(f"SET LOCAL statement_timeout = '{SHUT_OUT}'")
    try:
        await connection.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
    except asyncpg.QueryCanceledError as error:
        raise NotYetError from error
    await connection.execute("SET LOCAL statement_timeout TO DEFAULT")


async def _marks(connection: asyncpg.Connection, suffix: str) -> Mapping[Shard, int]:
    rows = await connection.fetch(_MARKS.format(suffix))
    return {Shard(row["ledger"], row["shard"]): row["position"] for row in rows}


async def _carry_over(connection: asyncpg.Connection) -> None:
    """What a process of the serving version may rely on: documents that it has fetched for an entry that it is about
    to apply, where it reads on in its partitions, and that a revision of the definitions that it has read is never
    another's.
    """
    await connection.execute(
        f"UPDATE projection{NEXT}.watermark AS filled SET next_offset = serving.next_offset"  # noqa: S608
        " FROM projection.watermark AS serving"
        " WHERE (filled.ledger, filled.shard) = (serving.ledger, serving.shard)"
    )
    await connection.execute(
        f"INSERT INTO definitions{NEXT}.content SELECT * FROM definitions.content ON CONFLICT DO NOTHING"  # noqa: S608
    )
    revision = await connection.fetchval(
        f"SELECT greatest((SELECT max(revision) FROM definitions.revision),"  # noqa: S608
        f" (SELECT max(revision) FROM definitions{NEXT}.revision)) + 1"
    )
    await connection.execute(f"UPDATE definitions{NEXT}.revision SET revision = $1", revision)  # noqa: S608
    await connection.execute(f"SELECT setval('definitions{NEXT}.revisions', {int(revision)})")
