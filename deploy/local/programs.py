"""A program of the stack, and the child process that runs it."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from deploy.errors import ProgramError
from deploy.local.forking import TETHER, Forked, forked

LOOK_AGAIN_SECONDS = 0.05
LOG_BYTES_MAX = 16 * 1024 * 1024
LAST_WORDS_BYTES = 2000


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system that a program runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """How one program is started, asked to end, and known to be ready.

    `ready` is asked again and again while the program runs, and must answer within a second or so.
    `death_signal` is what the kernel sends when the stack's own process dies: a signal that ends the program for
    certain, as nobody is left to insist.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    ready: Callable[[], Awaitable[bool]]
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    stop_seconds: float = 6
    ready_seconds: float = 120


class Child:
    """One run of a program. Start it from the main thread: the kernel ties a child to the thread that made it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.started = time.monotonic()
        _turn_over(program.log)
        with program.log.open("ab") as log:
            self._log_from = log.tell()
            self._process = _started(
                program.arguments,
                environment=program.environment,
                folder=program.folder,
                output=log,
                complaints=log,
                death_signal=program.death_signal,
                account=program.account,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    async def ended(self) -> int:
        while (code := self.code()) is None:  # noqa: ASYNC110  (the kernel tells of a child by no asyncio event)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return code

    async def until_ready(self) -> None:
        """Raises ProgramError when it ends before, or is not ready within the program's time."""
        deadline = self.started + self.program.ready_seconds
        while self.code() is None:
            if await self.program.ready():
                return
            if time.monotonic() > deadline:
                raise ProgramError(self._sentence(f"was not ready after {self.program.ready_seconds:.0f} s"))
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        raise ProgramError(self._sentence(f"ended with code {self.code()} before it was ready"))

    async def stop(self) -> int:
        """Ask it to end, and insist after the program's time."""
        if self.code() is None:
            self.send(signal.SIGCONT)
            self.send(self.program.stop_signal)
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(self.ended(), self.program.stop_seconds)
        return await self.kill()

    async def kill(self) -> int:
        self.send(signal.SIGKILL)
        return await self.ended()

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)  # a no-op once it has ended

    def last_words(self) -> str:
        """What it wrote in this run, its end, for a person to read."""
        with self.program.log.open("rb") as log:
            log.seek(max(self._log_from, log.seek(0, os.SEEK_END) - LAST_WORDS_BYTES))
            return log.read().decode(errors="replace").strip()

    def _sentence(self, what: str) -> str:
        words = self.last_words().splitlines()
        last = f' Its last words: "{words[-1].strip()}".' if words else ""
        return f"{self.program.name} {what}.{last} The whole log is {self.program.log}."


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or only waits for its parent to take note."""
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


async def run_once(
    arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path, seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, tethered too, and give back what it said. Raises TimeoutError."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaints:
        process = _started(
            arguments,
            environment=environment,
            folder=folder,
            output=output,
            complaints=complaints,
            death_signal=signal.SIGKILL,
        )
        try:
            async with asyncio.timeout(seconds):
                while process.poll() is None:  # noqa: ASYNC110  (the kernel tells of a child by no asyncio event)
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
        finally:
            process.send_signal(signal.SIGKILL)
            while (code := process.poll()) is None:  # noqa: ASYNC110  (as above)
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
        said, complained = _read(output), _read(complaints)
    return subprocess.CompletedProcess(arguments, code, said, complained)


def _read(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _started(  # noqa: PLR0913  (what a process is started with)
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    output: BinaryIO,
    complaints: BinaryIO,
    death_signal: signal.Signals,
    account: Account | None = None,
) -> "subprocess.Popen[bytes] | Forked":
    """A process in a session of its own: a Ctrl-C is for the stack, which then ends its children in order."""
    child = None
    if account is None:
        child = forked(
            arguments,
            environment=environment,
            folder=folder,
            output=output,
            complaints=complaints,
            death_signal=death_signal,
        )
    return child or subprocess.Popen(
        _tethered(arguments, death_signal, account),
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=complaints,
        start_new_session=True,
    )


def _tethered(arguments: Sequence[str], death_signal: signal.Signals, account: Account | None) -> tuple[str, ...]:
    return (
        *(sys.executable, "-I", "-S", str(TETHER), str(int(death_signal)), str(os.getpid())),
        *((str(account.uid), str(account.gid)) if account else ("-1", "-1")),
        *arguments,
    )


def _turn_over(log: Path) -> None:
    """Put a log that has grown long aside, in the place of the one before it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_name(f"{log.name}.1"))


def bare_environment(**more: str) -> dict[str, str]:
    """What a child inherits of this process's environment: where programs, files and certificates are, no more."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | more
