"""Runs a command of the platform as a person would: a process of its own, its words and its exit code."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from cli.app import COMMANDS
from deploy.local.forking import prepare
from deploy.local.programs import run_once
from deploy.local.stack import Stack

ROOT = Path(__file__).parents[2]
SECONDS = 280
MODULES = ("cli.app", *sorted({place.partition(":")[0] for place in COMMANDS.values()}))


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def environment(stack: Stack | None, **more: str) -> dict[str, str]:
    """What a command needs to talk to a stack, as its administrator."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    given = {**ours, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
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
    """Run a command to its end: a fork of a process that has imported it already, as importing is most of its work.

    With settings of others than our own it is started anew, as `start` does.
    """
    if not all(name.startswith("ASCERTAIN_") for name in more):
        process = await start(stack, *arguments, **more)
        out, err = await process.communicate()
        return Ran(process.returncode or 0, out.decode(), err.decode())
    await prepare(environment(None), MODULES)
    ran = await run_once(
        (sys.executable, "-P", "-m", "cli", *map(str, arguments)),
        environment=environment(stack, **more),
        folder=ROOT,
        seconds=SECONDS,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)
