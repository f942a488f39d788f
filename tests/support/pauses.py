"""How much of some work held up the event loop."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def longest_pause() -> AsyncIterator[Callable[[], float]]:
    """Within it, the longest that the loop's thread worked before anything else had its turn, as a share of all that
    the process worked meanwhile.

    Working time on both sides, not the clock's: neither how fast the machine is nor how busy says anything of the code.
    """
    longest, begun, all_begun = 0.0, time.thread_time(), time.process_time()

    async def watch() -> None:
        nonlocal longest, begun
        while True:
            begun = time.thread_time()
            await asyncio.sleep(0.001)
            longest = max(longest, time.thread_time() - begun)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.005)  # it is watching before anything else is begun
    try:
        yield lambda: max(longest, time.thread_time() - begun) / (time.process_time() - all_begun)
    finally:
        watching.cancel()
