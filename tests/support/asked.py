"""How many statements a pool's connections are asked meanwhile."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg


@asynccontextmanager
async def counted(pool: asyncpg.Pool) -> AsyncIterator[Callable[[], int]]:
    """Within it, how many statements have been sent over the connections that the pool had at the beginning.

    It holds all of them at once to begin with; a pool that may grow is to be full by then.
    """
    asked = 0

    def count(_: object) -> None:
        nonlocal asked
        asked += 1

    held = [await pool.acquire() for _ in range(pool.get_max_size())]
    for connection in held:
        connection.add_query_logger(count)
    for connection in held:
        await pool.release(connection)
    yield lambda: asked
