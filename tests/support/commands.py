"""Runs a command of the platform as a person would: a process of its own, its words and its exit code."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.stack import Stack

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def environment(stack: Stack | None, **more: str) -> dict[str, str]:
    """What a command needs to talk to a stack, as its administrator."""
    given = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    if stack is not None:
        given |= {"ASCERTAIN_URL": stack.urls["gateway"], "ASCERTAIN_TOKEN": stack.operator.token}
    return given | more


async def start(stack: Stack | None, *arguments: str | Path, **more: str) -> asyncio.subprocess.Process:
    """Start `./ascertain ARGUMENTS`, without the launcher, which has tests of its own."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cli",
        *map(str, arguments),
        env=environment(stack, **more),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=_as_in_a_terminal,
    )


def _as_in_a_terminal() -> None:
    """Whoever runs the tests in the background ignores Ctrl-C, and so would every process of theirs."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def run(stack: Stack | None, *arguments: str | Path, **more: str) -> Ran:
    """Run a command to its end."""
    process = await start(stack, *arguments, **more)
    out, err = await process.communicate()
    return Ran(process.returncode or 0, out.decode(), err.decode())
