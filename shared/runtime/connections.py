"""Borrows a connection from a pool, under the type that everyone writes down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import asyncpg


@asynccontextmanager
async def borrowed(pool: asyncpg.Pool, *, seconds: float | None = None) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the pool, given back at the end; waits for one at most so many seconds (None: for ever)."""
    async with pool.acquire(timeout=seconds) as connection:
        yield cast("asyncpg.Connection", connection)  # the proxy around it behaves as one
