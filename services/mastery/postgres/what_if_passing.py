"""Passes what PostgreSQL copies out on to whoever folds it: one block is folded while the next is read."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from services.mastery.trials import Begin, PartResult, Trial, Trying

FEW = 200_000
"""Bytes of rows up to which a part is folded on the event loop, without a process: a few milliseconds."""

LONGEST_REST = 0.5
"""Seconds at most between two blocks while live evidence is being applied."""


class Passing:
    """The rows of one part. Blocks of `block` bytes or more go to `ask`; few in all are folded on the spot.

    Before each block `look` says how far live evidence is applied: where it has moved on, there is a rest as long as
    the last block took. Raises what either raises.
    """

    def __init__(
        self,
        begin: Begin,
        ask: Callable[[Begin | bytes | None], Awaitable[PartResult | None]],
        block: int,
        look: Callable[[], Awaitable[int]],
    ) -> None:
        self._begin, self._ask, self._block, self._look = begin, ask, block, look
        self._begun = False
        self._waiting: list[bytes] = []
        self._size = 0
        self._folding: asyncio.Task[float] | None = None
        self._applied: int | None = None

    async def more(self, data: bytes) -> None:
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= self._block:
            await self._pass_on()

    async def result(self, trial: Trial) -> PartResult:
        """What all of it comes to, once the last bytes have come."""
        if not self._begun and self._size < FEW:
            await self._look()
            return _on_the_spot(trial, self._begin, b"".join(self._waiting))
        await self._pass_on()
        await self._done()
        result = await self._ask(None)
        assert result is not None
        return result

    async def stop(self) -> None:
        """Let nothing of it go on."""
        if self._folding is not None:
            self._folding.cancel()
            await asyncio.wait([self._folding])

    async def _pass_on(self) -> None:
        if not self._begun:
            self._begun = True
            await self._ask(self._begin)
        took = await self._done()
        applied = await self._look()
        if self._applied is not None and applied != self._applied:
            await asyncio.sleep(min(took, LONGEST_REST))
        self._applied = applied
        block, self._waiting, self._size = b"".join(self._waiting), [], 0
        self._folding = asyncio.create_task(self._timed(block))

    async def _timed(self, block: bytes) -> float:
        begun = time.perf_counter()
        await self._ask(block)
        return time.perf_counter() - begun

    async def _done(self) -> float:
        folding, self._folding = self._folding, None
        return 0.0 if folding is None else await folding


def _on_the_spot(trial: Trial, begin: Begin, rows: bytes) -> PartResult:
    trying = Trying(trial)
    trying.work(begin)
    trying.work(rows)
    result = trying.work(None)
    assert result is not None
    return result
