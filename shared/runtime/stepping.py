"""A worker that does one step after another: at once while there is something to do, else after a short wait."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from shared.runtime.trouble import Backoff

_log = structlog.get_logger()


async def keep_stepping(
    step: Callable[[], Awaitable[bool]],
    *,
    poll: float,
    waits: str,
    longest: float = 5.0,
    failed: Callable[[Exception], Awaitable[None]] | None = None,
) -> None:
    """Call `step`, which says whether there was anything to do, until cancelled; `poll` seconds after there was not.

    Whatever it raises is logged as `waits`, told to `failed`, and tried again, after `longest` seconds at most:
    something waits for it, whatever the reason.
    """
    backoff = Backoff(longest=longest)
    while True:
        try:
            worked = await step()
        except Exception as error:  # noqa: BLE001 - as the contract says
            _log.error(waits, error=error, attempt=backoff.failures)
            if failed is not None:
                await failed(error)
            await asyncio.sleep(backoff.failed())
            continue
        backoff.succeeded()
        if not worked:
            await asyncio.sleep(poll)
