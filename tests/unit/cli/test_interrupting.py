"""A Ctrl-C is answered with a word."""

import signal
from pathlib import Path

from tests.support.commands import start


async def test_an_interrupted_command_says_so(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "stack.log").write_text("Everything is up.\n")
    process = await start(None, "logs", "stack", "--follow", ASCERTAIN_HOME=str(tmp_path))
    assert process.stdout is not None
    assert await process.stdout.readline() == b"Everything is up.\n"
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert (process.returncode, err) == (130, b"Interrupted.\n")
