"""Connection pools to PostgreSQL. Requests and workers have pools of their own, so that neither starves the other."""

import asyncpg


async def connect(dsn: str, *, size: int, name: str) -> asyncpg.Pool:
    """A pool of at most `size` connections, shown to the database's operators as `name`.

    A statement may take 30 s, and a client that stalls inside a transaction is cut off after 30 s: a stopped process
    must not hold a lock for longer. Raises OSError or asyncpg.PostgresError where the database does not answer.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        command_timeout=30,
        server_settings={
            "application_name": name,
            "idle_in_transaction_session_timeout": "30s",
            "timezone": "UTC",
        },
    )
