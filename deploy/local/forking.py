"""Python programs as forks of a process that has imported already what they need; see `nursery`.

To start a service by itself takes more than a second of a processor, of which most goes into imports that are the same
for all of them. `prepare` makes a nursery for programs of one environment, where they differ in `ASCERTAIN_…` alone;
`forked` then starts a program there. Whatever a nursery cannot do, `forked` says so, and the program is started as any
other: it is quicker, never needed.
"""

import asyncio
import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

NURSERY = Path(__file__).with_name("nursery.py")
TETHER = Path(__file__).with_name("tether.py")
OWN = "ASCERTAIN_"
RUNS_A_MODULE = (sys.executable, "-P", "-m")
READY_SECONDS = 60
ANSWER_SECONDS = 20
LOOK_AGAIN_SECONDS = 0.05


class Forked:
    """A child of a nursery, to be asked as a `subprocess.Popen` is."""

    def __init__(self, channel: socket.socket, arguments: Sequence[str]) -> None:
        """Raises OSError or ValueError where the nursery has ended."""
        self.args = tuple(arguments)
        self.returncode: int | None = None
        self._channel = channel
        channel.settimeout(ANSWER_SECONDS)
        self.pid = int(channel.recv(32))
        channel.setblocking(False)

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self.returncode is None:
            try:
                told = self._channel.recv(32)
            except BlockingIOError:
                return None
            except OSError:
                told = b""
            self.returncode = int(told) if told else -signal.SIGKILL  # the nursery is gone, and so are its children
            self._channel.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """A no-op once it has ended: until its end is known here, its number is kept for it."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Nursery:
    """One of them, with its socket. It lives as long as this process, or until something ends it."""

    def __init__(self, environment: Mapping[str, str], modules: Sequence[str]) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                (
                    *(sys.executable, "-I", "-S", str(TETHER), str(int(signal.SIGKILL)), str(os.getpid()), "-1", "-1"),
                    *(sys.executable, "-P", str(NURSERY), str(theirs.fileno()), *modules),
                ),
                cwd="/",
                env=dict(environment),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._socket.setblocking(False)
        self._modules = frozenset(modules)
        self._ready = False

    def has(self, modules: Sequence[str]) -> bool:
        return self._modules.issuperset(modules)

    def is_ready(self) -> bool:
        if not self._ready:
            with contextlib.suppress(OSError):
                self._ready = self._socket.recv(32) == b"ready"
        return self._ready and self._process.poll() is None

    async def until_ready(self) -> None:
        """Wait until it can fork, or has ended."""
        async with asyncio.timeout(READY_SECONDS):
            while not self.is_ready() and self._process.poll() is None:  # noqa: ASYNC110  (it is another process)
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    def fork(self, request: Mapping[str, object], outputs: tuple[int, int], arguments: Sequence[str]) -> Forked | None:
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                socket.send_fds(self._socket, [json.dumps(request).encode()], [*outputs, theirs.fileno()])
            except OSError:
                mine.close()
                return None
        try:
            return Forked(mine, arguments)
        except (OSError, ValueError):
            mine.close()
            self.end()  # whatever it may have begun must not run beside what is started instead
            return None

    def end(self) -> None:
        self._socket.close()
        self._process.kill()
        self._process.wait()


_nurseries: dict[tuple[tuple[str, str], ...], Nursery] = {}
_before: list[Nursery] = []
"""Nurseries that lack a module which was wanted later: their children still run."""


async def prepare(environment: Mapping[str, str], modules: Sequence[str]) -> None:
    """Have a nursery, with these modules imported, for programs whose environment is this, but for our own settings.

    Call it from the main thread: the kernel ties the nursery to the thread that made it. One that takes too long, or
    ends, is done without.
    """
    kind = _kind(environment)
    if (old := _nurseries.get(kind)) is not None and not (old.is_ready() and old.has(modules)):
        _before.append(_nurseries.pop(kind))
    if kind not in _nurseries:
        _nurseries[kind] = Nursery(dict(kind), modules)
    with contextlib.suppress(TimeoutError):
        await _nurseries[kind].until_ready()


def forked(  # noqa: PLR0913  (what a process is started with)
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    output: BinaryIO,
    complaints: BinaryIO,
    death_signal: signal.Signals,
) -> Forked | None:
    """Start `python -P -m MODULE ARGUMENT...` in a nursery; None where there is none, or it is another command."""
    nursery = _nurseries.get(_kind(environment))
    if nursery is None or tuple(arguments[:3]) != RUNS_A_MODULE or not nursery.is_ready():
        return None
    request = {
        "module": arguments[3],
        "arguments": list(arguments[4:]),
        "environment": dict(environment),
        "folder": str(folder),
        "death_signal": int(death_signal),
    }
    return nursery.fork(request, (output.fileno(), complaints.fileno()), arguments)


def _kind(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, text) for name, text in environment.items() if not name.startswith(OWN)))


@atexit.register
def _end_all() -> None:
    for nursery in (*_nurseries.values(), *_before):
        nursery.end()
