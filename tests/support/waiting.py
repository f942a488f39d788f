"""Waiting on a condition instead of sleeping for luck."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any


async def until(condition: Callable[[], Any], what: str, *, seconds: float = 30, pause: float = 0.02) -> Any:
    """The first true value of `condition` (awaited, if it is to be); fails with `what` was waited for."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        found = await value if inspect.isawaitable(value) else value
        if found:
            return found
        if time.monotonic() >= end:
            raise AssertionError(f"waited {seconds} s in vain until {what}; last seen: {found!r}")
        await asyncio.sleep(pause)
