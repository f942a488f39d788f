"""The stack as a process of its own, which survives the terminal that started it.

Run as `python -m deploy.local.background`, it holds the home, tells its story in `logs/stack.log`, and ends in order
at SIGTERM. `up` and `down` start and end it from outside.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from deploy.local.description import Description, describe
from deploy.local.errors import AlreadyRunningError, StackError
from deploy.local.home import ROOT, Home, open_home
from deploy.local.stack import Stack

UP_SECONDS = 180
DOWN_SECONDS = 60
LOOK_AGAIN_SECONDS = 0.1


async def up(home: Home, say: Callable[[str], None]) -> Description:
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
            (sys.executable, "-P", "-m", "deploy.local.background"),
            cwd=home.path,
            env=os.environ | {"ASCERTAIN_HOME": str(home.path), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        told_from = output.tell()
    try:
        return await _follow(home, process, told_from, say)
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
    if not await _until(lambda: home.holder() is None, DOWN_SECONDS):
        raise StackError(f"The stack did not end within {DOWN_SECONDS} s; its process is {holder}.")
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


def _tell(sentence: str) -> None:
    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}  {sentence}", flush=True)  # noqa: T201  (its story is its output)


async def _serve() -> None:
    """Until cancelled."""
    async with Stack(open_home(), notice=_tell):
        try:
            await asyncio.Event().wait()
        finally:
            _tell("Going down.")


async def _run() -> None:
    serving = asyncio.create_task(_serve())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # once: a second signal must not cut the orderly end short
        loop.add_signal_handler(number, lambda: serving.cancelling() or serving.cancel())
    with contextlib.suppress(asyncio.CancelledError):
        await serving
    _tell("Everything is down.")


def main() -> int:
    try:
        asyncio.run(_run())
    except StackError as error:
        _tell(str(error))
        return error.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
