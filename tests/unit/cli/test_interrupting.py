"""A Ctrl-C is answered with a word."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.support.commands import ROOT, environment, start


async def test_an_interrupted_command_says_so(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "stack.log").write_text("Everything is up.\n")
    process = await start(None, "logs", "stack", "--follow", ASCERTAIN_HOME=str(tmp_path))
    assert process.stdout is not None
    assert await process.stdout.readline() == b"Everything is up.\n"
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert (process.returncode, err) == (130, b"Interrupted.\n")


HANDED_OVER = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
os.kill(os.getpid(), signal.SIGINT)
os.execv(sys.executable, [sys.executable, "-m", "cli", "status"])
"""
"""As the launcher hands over, when Ctrl-C was pressed meanwhile. In a process of its own, as there: what a fork of the
tests, with their threads and their garbage, makes of a signal is nobody's promise."""


def test_so_does_one_that_was_interrupted_before_it_began(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", HANDED_OVER],
        env=environment(None, ASCERTAIN_HOME=str(tmp_path)),
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr, ran.stdout) == (130, b"Interrupted.\n", b"")
