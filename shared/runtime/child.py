"""Long computing in a process of its own, so that the event loop goes on (DESIGN §1).

Parent and child exchange pickled messages over the child's standard input and output, each after its length. The child
is `python -m MODULE` and calls `answer`; it ends when its input does, so it never outlives who started it. It should
import the pure rooms alone, and then starts in a moment.
"""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

_ROOT = Path(__file__).parents[2]
_LENGTH = 8


class ChildEndedError(Exception):
    """The child has ended before its work was done; asked again, there is a new one."""


class ChildError(Exception):
    """What the child could not do; the message is the kind of its error."""


class Child:
    """One process, started by its first question, and again by the first one after a question that failed: what the
    earlier one was told is gone then.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def ask(self, what: str, of: object) -> Any:
        """The child's answer. Questions wait for each other.

        Raises ChildEndedError where the child has ended, ChildError where it cannot do what is asked.
        """
        async with self._turn:
            try:
                child = self._process = self._process or await self._start()
                assert child.stdin is not None
                assert child.stdout is not None
                message = await asyncio.to_thread(pickle.dumps, (what, of), pickle.HIGHEST_PROTOCOL)
                child.stdin.write(len(message).to_bytes(_LENGTH) + message)
                await child.stdin.drain()
                length = int.from_bytes(await child.stdout.readexactly(_LENGTH))
                done, result = pickle.loads(await child.stdout.readexactly(length))  # noqa: S301 - of our own child
            except (OSError, EOFError) as error:
                await self._end()
                raise ChildEndedError("The process that computes has ended before its work was done.") from error
            except BaseException:  # cancelled amid a question: its answer would be taken for the next one's
                await asyncio.shield(self._end())
                raise
        if not done:
            raise ChildError(result)
        return result

    async def start(self) -> None:
        """Start the child, so that it is ready sooner; without effect where it runs or is asked something."""
        if self._process is None and not self._turn.locked():
            async with self._turn:
                self._process = self._process or await self._start()

    async def close(self) -> None:
        """End the child, whatever it is at."""
        await self._end()

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", self._module),
            stdin=PIPE,
            stdout=PIPE,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
        )

    async def _end(self) -> None:
        child, self._process = self._process, None
        if child is not None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()


def answer(asked: Mapping[str, Callable[[Any], Any]], incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """The child's side: answer one question after the other until the input ends."""
    while header := incoming.read(_LENGTH):
        what, of = pickle.loads(incoming.read(int.from_bytes(header)))  # noqa: S301 - of our own parent
        try:
            result: tuple[bool, Any] = (True, asked[what](of))
        except Exception as error:  # noqa: BLE001 - the parent is to know, whatever it is
            result = (False, type(error).__qualname__)
        message = pickle.dumps(result, pickle.HIGHEST_PROTOCOL)
        outgoing.write(len(message).to_bytes(_LENGTH) + message)
        outgoing.flush()
