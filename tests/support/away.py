"""The database of the keys, taken away for a while and given back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from deploy.local.postgres import PostgresServer
from tests.support.evidence import Running


@asynccontextmanager
async def keys_away(evidence: Running, postgres: PostgresServer) -> AsyncIterator[None]:
    """While this lasts no text can be kept or read."""
    name = str(evidence.settings.database_keys).rsplit("/", 1)[1].partition("?")[0]
    superuser = await asyncpg.connect(postgres.dsn())
    try:
        await superuser.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = $1 || '_app'", name
        )
        yield
    finally:
        await superuser.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await superuser.close()
