"""A worker that does one step after another: at once while there is something to do, else after a short wait."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from shared.runtime.trouble import Backoff, reason_of

_log = structlog.get_logger()

_Item = TypeVar("_Item")
_Done = TypeVar("_Done")


@dataclass(slots=True)
class Stepping:
    """How a worker's steps go: `failing` says what stood in the way of the last one, None where nothing did."""

    failing: str | None = None


async def keep_stepping(  # noqa: PLR0913 - what is done, and who is told
    step: Callable[[], Awaitable[bool]],
    *,
    poll: float,
    waits: str,
    longest: float = 5.0,
    failed: Callable[[Exception], Awaitable[None]] | None = None,
    told: Stepping | None = None,
) -> None:
    """Call `step`, which says whether there was anything to do, until cancelled; `poll` seconds after there was not.

    Whatever it raises is logged as `waits`, kept in `told`, told to `failed`, and tried again, after `longest` seconds
    at most: something waits for it, whatever the reason.
    """
    backoff, told = Backoff(longest=longest), told or Stepping()
    while True:
        try:
            worked = await step()
        except Exception as error:  # noqa: BLE001 - as the contract says
            _log.error(waits, error=error, attempt=backoff.failures)
            told.failing = reason_of(error)
            if failed is not None:
                await failed(error)
            await asyncio.sleep(backoff.failed())
            continue
        backoff.succeeded()
        told.failing = None
        if not worked:
            await asyncio.sleep(poll)


async def each(items: Iterable[_Item], do: Callable[[_Item], Awaitable[_Done]]) -> list[_Done]:
    """What `do` makes of each item, one after the other. One that fails keeps no other back: what the last such one
    raised is raised once all were tried.
    """
    done: list[_Done] = []
    failure: Exception | None = None
    for item in items:
        try:
            done.append(await do(item))
        except Exception as error:  # noqa: BLE001 - raised below
            failure = error
    if failure is not None:
        raise failure
    return done
