"""Which processes belong to a home."""

import contextlib
import os
import signal
import time
from pathlib import Path

from deploy.local.home import PLACES, Home

SECONDS = 15


def processes_of(home: Path) -> dict[int, str]:
    """Every process whose command line or environment names the home, or PostgreSQL's folder of it, by its id."""
    names = [str(home), *_places(home)]
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes()
            where = os.fsencode((folder / "cwd").readlink())
            told = (folder / "environ").read_bytes()
            alive = "State:\tZ" not in (folder / "status").read_text()
            own = int(folder.name) == os.getpid()
            if alive and not own and any(os.fsencode(name) in part for part in (words, where, told) for name in names):
                found[int(folder.name)] = words.replace(b"\0", b" ").decode(errors="replace")[:200]
    return found


def none_left(home: Path, seconds: float = SECONDS) -> bool:
    """Whether all of them end within the time."""
    deadline = time.monotonic() + seconds
    while processes_of(home):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def end_all_of(home: Path) -> None:
    for pid in processes_of(home):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _places(home: Path) -> list[str]:
    return [str(PLACES / Home(home).remembered().id)] if (home / "home.json").exists() else []
