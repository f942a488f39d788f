"""A worker goes on whatever a step raises, at once while there is something to do, and until it is cancelled."""

import asyncio

import pytest

from shared.runtime.stepping import keep_stepping


async def test_what_fails_is_told_and_tried_again_and_work_is_not_waited_for() -> None:
    results: list[bool | Exception] = [True, ValueError("broken"), OSError("away"), True, False]
    told: list[str] = []
    ended = asyncio.Event()

    async def step() -> bool:
        if not results:
            ended.set()
            return False
        result = results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    async def failed(error: Exception) -> None:
        told.append(type(error).__name__)

    worker = asyncio.create_task(keep_stepping(step, poll=0.0, waits="a test waits", failed=failed))
    async with asyncio.timeout(10):
        await ended.wait()
    assert told == ["ValueError", "OSError"]
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker


async def test_with_nothing_to_do_it_waits() -> None:
    steps = 0

    async def step() -> bool:
        nonlocal steps
        steps += 1
        return steps < 3

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(keep_stepping(step, poll=60.0, waits="a test waits"), 0.2)
    assert steps == 3
