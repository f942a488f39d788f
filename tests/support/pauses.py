"""How long the event loop was held up."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def longest_pause() -> AsyncIterator[Callable[[], float]]:
    """Within it, the longest time in seconds that nothing else on the loop had its turn."""
    longest, begun = 0.0, time.perf_counter()

    async def watch() -> None:
        nonlocal longest, begun
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - begun)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.005)  # it is watching before anything else is begun
    try:
        yield lambda: max(longest, time.perf_counter() - begun)
    finally:
        watching.cancel()
