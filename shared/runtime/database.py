"""Connection pools to PostgreSQL. Requests and workers have pools of their own, so that neither starves the other."""

import asyncpg


async def connect(dsn: str, *, size: int, name: str, least: int = 1) -> asyncpg.Pool:
    """A pool of at most `size` connections, shown to the database's operators as `name`.

    A statement may take 30 s, and a client that stalls inside a transaction is cut off after 30 s: a stopped process
    must not hold a lock for longer. Whoever borrows a connection leaves no setting, lock or listener of the session
    behind: it goes back as it is (an open transaction is rolled back), for to reset it costs each use a round trip of
    its own. Raises OSError or asyncpg.PostgresError where the database does not answer; with `least` 0 nobody asks it
    before the first use.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=least,
        max_size=size,
        command_timeout=30,
        reset=_as_it_is,
        server_settings={
            "application_name": name,
            "idle_in_transaction_session_timeout": "30s",
            "timezone": "UTC",
        },
    )


async def _as_it_is(_connection: asyncpg.Connection) -> None:
    """Nothing is left behind, so there is nothing to put right."""
