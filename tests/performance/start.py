"""How long the whole stack takes from nothing to ready, beside its servers alone, and what it holds in memory idle."""

import asyncio
import os
import tempfile
import time
from pathlib import Path

from deploy.local.description import resident_bytes
from deploy.local.home import open_home
from deploy.local.stack import Stack
from tests.performance import Figure

MEBIBYTE = 1024 * 1024


async def figures() -> list[Figure]:
    """Start a stack twice: new, and again with what it held; then look at its memory."""
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(Path(folder) / "home")
        begun = time.perf_counter()
        async with Stack(home, services=()):
            servers = time.perf_counter() - begun
        home.erase()
        home = open_home(home.path)
        begun = time.perf_counter()
        async with Stack(home):
            new = time.perf_counter() - begun
        begun = time.perf_counter()
        async with Stack(home):
            again = time.perf_counter() - begun
            await asyncio.sleep(10)  # idle is what it is a while after everything has started
            resident = resident_bytes(os.getpid()) / MEBIBYTE
        home.erase()
    return [
        Figure("start: a new stack until ready", new, "s", "PostgreSQL and Kafka alone", servers),
        Figure("start: the same stack again", again, "s", "PostgreSQL and Kafka alone", servers),
        Figure("start: memory of all, idle", resident, "MiB", "budget", 1536),
    ]
