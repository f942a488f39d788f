"""The process that holds a home in the background: `python -m deploy.local.supervisor`, the home in ASCERTAIN_HOME.

It tells its story on standard output, a sentence a line, and ends in order at SIGTERM. Whatever ends it otherwise
ends its children too.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from deploy.errors import StackError
from deploy.local.home import open_home
from deploy.local.services import SERVICES, Service
from deploy.local.stack import Stack


def _tell(sentence: str) -> None:
    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}  {sentence}", flush=True)  # noqa: T201  (its story is its output)


async def _serve(services: Sequence[Service]) -> None:
    """Until cancelled."""
    async with Stack(open_home(), services=services, notice=_tell):
        try:
            await asyncio.Event().wait()
        finally:
            _tell("Going down.")


async def _run(services: Sequence[Service]) -> None:
    serving = asyncio.create_task(_serve(services))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # once: a second signal must not cut the orderly end short
        loop.add_signal_handler(number, lambda: serving.cancelling() or serving.cancel())
    with contextlib.suppress(asyncio.CancelledError):
        await serving
    _tell("Everything is down.")


def main(services: Sequence[Service] = SERVICES) -> int:
    try:
        asyncio.run(_run(services))
    except StackError as error:
        _tell(str(error))
        return error.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
