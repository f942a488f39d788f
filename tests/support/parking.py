"""Parks a part of the platform at a named point around a commit, from outside, so that it can be killed just there.

The means are those that an operator has: a lock on rows, a trigger that waits for an advisory lock (planted by the
superuser), a wire that holds what it carries. Nothing of the product is patched, and it knows of none of it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

import asyncpg

from tests.support.proxy import Direction
from tests.support.trial import Trial
from tests.support.waiting import until

Reached = Callable[[], Awaitable[bool]]
Park = Callable[[Trial], AbstractAsyncContextManager[Reached]]
"""Parks for as long as it is entered; what it gives tells whether somebody has come to the point."""

PARKING = """
CREATE SCHEMA IF NOT EXISTS parking;
CREATE OR REPLACE FUNCTION parking.park() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint);
    RETURN NULL;
END $$;
"""
AFTER_WRITING, BEFORE_COMMIT = 71_001, 71_002
"""Keys of the advisory locks: of a trigger at the end of each statement, and of one that waits until the commit."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where `part` is killed: `name` says it in words."""

    name: str
    part: str
    park: Park


def locked_rows(database: str, table: str) -> Park:
    """Before a statement changes any row of the table: all are locked by the test."""

    @asynccontextmanager
    async def park(trial: Trial) -> AsyncIterator[Reached]:
        connection = await trial.superuser(database)
        try:
            async with _rolled_back(connection):
                for name in await _tables(connection, table):
                    await connection.execute(f"SELECT FROM {name} FOR UPDATE")
                yield lambda: _waited_for(trial, database, connection)
        finally:
            await connection.close()

    return park


def after_writing(database: str, table: str, event: str) -> Park:
    """Within a transaction, right after a statement has written (`event`: INSERT, UPDATE or DELETE) to the table."""
    return _parked(database, table, AFTER_WRITING, f"TRIGGER parked_after AFTER {event}", "FOR EACH STATEMENT")


def before_commit(database: str, table: str, event: str) -> Park:
    """When a transaction that has written to the table has done everything else and is about to commit."""
    return _parked(
        database,
        table,
        BEFORE_COMMIT,
        f"CONSTRAINT TRIGGER parked_before_commit AFTER {event}",
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
    )


def unheard(wire: tuple[str, str], direction: Direction, reached: Callable[[Trial], Awaitable[Reached]]) -> Park:
    """When what goes over a wire in one direction is held, and, by `reached`, the other side has done its part."""

    @asynccontextmanager
    async def park(trial: Trial) -> AsyncIterator[Reached]:
        done = await reached(trial)
        trial.stack.wires[wire].hold(direction)
        try:

            async def held_and_done() -> bool:
                return trial.stack.wires[wire].flows[direction].held > 0 and await done()

            yield held_and_done
        finally:
            trial.stack.wires[wire].heal()

    return park


def committed_unheard(service: str, table: str, reached: Callable[[Trial], Awaitable[Reached]]) -> Park:
    """When a change of the service's table is committed, by `reached`, and the service has not heard of it.

    Whoever comes to change the table is stopped there first: then all replies are held, and it is let go.
    """

    @asynccontextmanager
    async def park(trial: Trial) -> AsyncIterator[Reached]:
        wire = trial.stack.wires[service, "postgres"]
        done = await reached(trial)
        async with AsyncExitStack() as locked:
            comes: Reached | None = await locked.enter_async_context(locked_rows(service, table)(trial))

            async def held_and_done() -> bool:
                nonlocal comes
                if comes is not None and await comes():
                    wire.hold("replies")
                    await locked.aclose()
                    comes = None
                return comes is None and wire.flows["replies"].held > 0 and await done()

            try:
                yield held_and_done
            finally:
                wire.heal()

    return park


def moved(database: str, query: str) -> Callable[[Trial], Awaitable[Reached]]:
    """Whether a sum that the database tells has grown since it was first asked: so something was committed."""

    async def begin(trial: Trial) -> Reached:
        connection = await trial.superuser(database)
        before = await connection.fetchval(query)
        await connection.close()

        async def grown() -> bool:
            connection = await trial.superuser(database)
            try:
                return bool(await connection.fetchval(query) > before)
            finally:
                await connection.close()

        return grown

    return begin


def _parked(database: str, table: str, key: int, trigger: str, when: str) -> Park:
    @asynccontextmanager
    async def park(trial: Trial) -> AsyncIterator[Reached]:
        connection = await trial.superuser(database)
        name = trigger.partition("TRIGGER ")[2].split()[0]
        try:
            await connection.execute(PARKING)
            for each in await _tables(connection, table):
                await connection.execute(f"DROP TRIGGER IF EXISTS {name} ON {each}")
                await connection.execute(f"CREATE {trigger} ON {each} {when} EXECUTE FUNCTION parking.park({key})")
            await connection.execute("SELECT pg_advisory_lock($1)", key)
            yield lambda: _waited_for(trial, database, connection)
        finally:
            await connection.close()  # and with it the lock
            again = await trial.superuser(database)
            for each in await _tables(again, table):
                await again.execute(f"DROP TRIGGER IF EXISTS {name} ON {each}")
            await again.close()

    return park


@asynccontextmanager
async def _rolled_back(connection: asyncpg.Connection) -> AsyncIterator[None]:
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # the server may be what was killed
            await transaction.rollback()


async def _tables(connection: asyncpg.Connection, table: str) -> list[str]:
    """The tables of this name, whatever schemas they lie in: each version of a projection has its own."""
    rows = await connection.fetch(
        "SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = $1 AND c.relkind = 'r'",
        table,
    )
    assert rows, f"there is no table {table}"
    return [row["name"] for row in rows]


async def _waited_for(trial: Trial, database: str, connection: asyncpg.Connection) -> bool:
    """Whether a session waits for a lock that this connection holds."""
    watcher = await trial.superuser(database)
    try:
        return bool(
            await watcher.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))",
                connection.get_server_pid(),
            )
        )
    finally:
        await watcher.close()


async def killed_at(
    trial: Trial, point: Point, ask: Callable[[], Awaitable[object]] | None = None, *, seconds: float = 30
) -> None:
    """Park, wait until somebody has come to the point, kill the part there, let go, and start it again.

    `ask` asks for what comes to the point, where the clients' writing does not.

    What the killed part's sessions were at, the database may finish after its death, as it may where a machine dies
    slowly; or they end with it. Both happen, by chance.
    """
    async with point.park(trial) as reached:
        if ask is not None:
            await ask()
        await until(reached, f"it comes to the point: {point.name}", seconds=seconds)
        if point.part != "postgres" and trial.chance.random() < 0.5:
            await trial.stack.kill(point.part)
            await _end_sessions(trial, point.part)
        else:
            await trial.stack.kill(point.part)
        if point.part == "postgres":
            await trial.back(point.part)
    if point.part != "postgres":
        await trial.back(point.part)


async def _end_sessions(trial: Trial, service: str) -> None:
    for wire in [wire for (name, part), wire in trial.stack.wires.items() if name == service and part == "postgres"]:
        wire.reset()
    connection = await trial.superuser("evidence")
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE '%\\_' || $1 || '\\_%'", service
        )
    finally:
        await connection.close()
