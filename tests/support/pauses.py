"""How long the event loop was held up."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def longest_pause() -> AsyncIterator[Callable[[], float]]:
    """Within it, the longest time in seconds that the loop's thread worked before anything else had its turn.

    Its own working time, not the clock's: how busy the machine is with other things says nothing of the code.
    """
    longest, begun = 0.0, time.thread_time()

    async def watch() -> None:
        nonlocal longest, begun
        while True:
            begun = time.thread_time()
            await asyncio.sleep(0.001)
            longest = max(longest, time.thread_time() - begun)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.005)  # it is watching before anything else is begun
    try:
        yield lambda: max(longest, time.thread_time() - begun)
    finally:
        watching.cancel()
