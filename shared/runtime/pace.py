"""Long computing on the event loop, in steps: nothing else waits longer than a step."""

import asyncio
import time

STEP = 0.02
"""Seconds of computing between two breaths; far below the 50 ms that the loop may be blocked."""


class Pace:
    """One computation's pace. Call `breathe` between its parts, each far shorter than a step."""

    def __init__(self, step: float = STEP) -> None:
        self._step = step
        self._since = time.perf_counter()

    async def breathe(self) -> None:
        """Let everyone else on the loop go on, if a step has passed."""
        if time.perf_counter() - self._since >= self._step:
            await asyncio.sleep(0)
            self._since = time.perf_counter()
