"""Connection pools to PostgreSQL. Requests and workers have pools of their own, so that neither starves the other."""

from collections.abc import Mapping

import asyncpg


async def connect(  # noqa: PLR0913 - a pool's bounds, and whose tables it means
    dsn: str,
    *,
    size: int,
    name: str,
    least: int = 1,
    kind: type[asyncpg.Connection] = asyncpg.Connection,
    settings: Mapping[str, str] | None = None,
) -> asyncpg.Pool:
    """A pool of at most `size` connections, shown to the database's operators as `name`.

    A statement may take 30 s, and a client that stalls inside a transaction is cut off after 30 s: a stopped process
    must not hold a lock for longer. Whoever borrows a connection leaves no setting, lock or listener of the session
    behind: it goes back as it is (an open transaction is rolled back), for to reset it costs each use a round trip of
    its own. Raises OSError or asyncpg.PostgresError where the database does not answer; with `least` 0 nobody asks it
    before the first use. `kind` is that of its connections, `settings` are further ones of their sessions.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=least,
        max_size=size,
        command_timeout=30,
        reset=_as_it_is,
        connection_class=kind,
        server_settings={
            "application_name": name,
            "idle_in_transaction_session_timeout": "30s",
            "timezone": "UTC",
            **(settings or {}),
        },
    )


async def _as_it_is(_connection: asyncpg.Connection) -> None:
    """Nothing is left behind, so there is nothing to put right."""
