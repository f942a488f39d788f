"""Keeps one program running: what ends unasked is started again, after a while that grows."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable

from deploy.errors import ProgramError
from deploy.local.programs import Child, Program

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0

Notice = Callable[[str], None]
"""Takes one sentence for a person, and for the log."""


class Keeper:
    """One program and the child that runs it now.

    `state` is `stopped`, `starting`, `running` or `waiting` (it ended; it starts again after a pause). The pause
    doubles with every end up to half a minute, and is short again after half a minute of steady running.
    `on_change` is called after every change of what `state`, `restarts`, `last_end` or `pid` tell.
    """

    def __init__(self, program: Program, notice: Notice, on_change: Callable[[], None] = lambda: None) -> None:
        self.program = program
        self.state = "stopped"
        self.restarts = 0
        self.last_end: str | None = None
        self.since_ms = 0
        self._pause = FIRST_PAUSE_SECONDS
        self._child: Child | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._notice = notice
        self._on_change = on_change

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None and self._child.code() is None else None

    @property
    def is_up(self) -> bool:
        return self.state == "running" and self.pid is not None

    async def start(self) -> None:
        """Start it, wait until it is ready, keep it from then on. Raises ProgramError, and leaves nothing behind."""
        if self._keeping is not None:
            return
        try:
            await self._run_once()
        except BaseException:
            await self.stop()
            raise
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.program.name}")

    async def stop(self) -> None:
        """End it in order, and keep it no longer."""
        await self._let_go()
        if self._child is not None:
            await self._child.stop()
        self._change("stopped")

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def kill(self) -> None:
        """End it without a warning, as a crash would; it is started again after the usual pause."""
        if self._child is not None:
            await self._child.kill()

    def freeze(self) -> None:
        """Stop it in the middle of whatever it does, until `thaw`."""
        if self._child is not None:
            self._child.send(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._child is not None:
            self._child.send(signal.SIGCONT)

    async def _keep(self) -> None:
        while True:
            assert self._child is not None
            code = await self._child.ended()
            if time.monotonic() - self._child.started > STEADY_SECONDS:
                self._pause = FIRST_PAUSE_SECONDS
            self.last_end = _how_it_ended(code)
            self.restarts += 1
            self._notice(f"{self.program.name} {self.last_end}; it starts again in {self._pause:.1f} s.")
            self._change("waiting")
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
            with contextlib.suppress(ProgramError):
                await self._run_once()
                self._notice(f"{self.program.name} runs again.")

    async def _run_once(self) -> None:
        """Raises ProgramError where it does not become ready; the child has ended then."""
        self._child = Child(self.program)
        self._change("starting")
        try:
            await self._child.until_ready()
        except ProgramError:
            await self._child.kill()
            raise
        self._change("running")

    async def _let_go(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping
            self._keeping = None

    def _change(self, state: str) -> None:
        self.state = state
        self.since_ms = time.time_ns() // 1_000_000
        self._on_change()


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    return f"was ended by {signal.Signals(-code).name}"
