"""Borrows connections from a pool, under the type that everyone writes down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import asyncpg


@asynccontextmanager
async def borrowed(pool: asyncpg.Pool, *, seconds: float | None = None) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the pool, given back at the end; waits for one at most so many seconds (None: for ever)."""
    async with pool.acquire(timeout=seconds) as connection:
        yield cast("asyncpg.Connection", connection)  # the proxy around it behaves as one


@asynccontextmanager
async def snapshot(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    """A connection by which everything is read as it is at one moment, and nothing written."""
    async with borrowed(pool) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        yield connection
