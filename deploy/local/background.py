"""The stack as a process of its own, which survives the terminal that started it.

`up` and `down` start and end `deploy.local.supervisor` from outside, and follow the story that it tells in its log.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from deploy.errors import AlreadyRunningError, StackError
from deploy.local.description import Description, describe
from deploy.local.home import ROOT, Home
from deploy.local.programs import has_ended

SUPERVISOR = "deploy.local.supervisor"
UP_SECONDS = 180
DOWN_SECONDS = 60
LOOK_AGAIN_SECONDS = 0.1

_left_running: list[subprocess.Popen[bytes]] = []
"""Supervisors that this process started and does not wait for, kept as Python complains of forgotten children."""


async def up(home: Home, say: Callable[[str], None], supervisor: str = SUPERVISOR) -> Description:
    """Start the stack in the background and wait until it is up, saying each step.

    Raises AlreadyRunningError where it is up already, StackError where it does not come up. Interrupted, it takes
    back what it started.
    """
    if home.holder() is not None:
        await _until(lambda: home.holder() is None or _is_up(home), UP_SECONDS)
        raise AlreadyRunningError(f"The stack in {home.path} is up already.")
    log = home.log_of("stack")
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: ASYNC220  (it is meant to live on)
            (sys.executable, "-P", "-m", supervisor),
            cwd=home.path,
            env=os.environ | {"ASCERTAIN_HOME": str(home.path), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        told_from = output.tell()
    try:
        description = await _follow(home, process, told_from, say)
        _left_running.append(process)
        return description  # noqa: TRY300  (all of it is what may be interrupted)
    except BaseException:
        process.terminate()
        process.wait()
        raise


async def down(home: Home) -> bool:
    """End the stack in order. False where none was up."""
    holder = home.holder()
    if holder is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(holder, signal.SIGTERM)
    if not await _until(lambda: home.holder() != holder and has_ended(holder), DOWN_SECONDS):
        raise StackError(f"The stack did not end within {DOWN_SECONDS} s; its process is {holder}.")
    _left_running[:] = [process for process in _left_running if process.poll() is None]
    return True


async def _follow(
    home: Home, process: subprocess.Popen[bytes], told_from: int, say: Callable[[str], None]
) -> Description:
    deadline = time.monotonic() + UP_SECONDS
    last = "it said nothing"
    with home.log_of("stack").open() as story:
        story.seek(told_from)
        while True:
            ended = process.poll()
            for line in story:
                last = line.strip().partition("  ")[2] or line.strip()
                if ended is None:
                    say(last)
            if ended is not None:
                raise AlreadyRunningError(last) if ended == AlreadyRunningError.code else StackError(last)
            if (description := describe(home)) is not None and description.phase == "up":
                return description
            if time.monotonic() > deadline:
                raise StackError(f"The stack was not up after {UP_SECONDS} s: {last}")
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _is_up(home: Home) -> bool:
    description = describe(home)
    return description is not None and description.phase == "up"


async def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return True
