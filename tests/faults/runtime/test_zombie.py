"""A consumer that is stopped while others take over, and then goes on as if nothing had happened."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.integration.runtime.test_projector import applied
from tests.support.corner import ROOT, Corner, running
from tests.support.counting import counted, expected
from tests.support.real_ledger import owners_of

pytestmark = pytest.mark.faults


async def test_the_write_of_a_zombie_is_refused_by_the_watermark(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(0, 3), 10)
    await corner.publish(entries)
    async with _child(corner) as child:
        told = await _told(child, "prepared")
        assert told["position"] == 30  # it has read everything, and is about to write it
        child.send_signal(signal.SIGSTOP)
        async with running(corner.projector()):
            await applied(corner, entries, seconds=60)
            child.send_signal(signal.SIGCONT)
            assert child.stdin is not None
            child.stdin.write(b"go on\n")
            await _told(child, "fenced", count=1)
            assert await counted(corner.pool) == expected(entries)
            more = await corner.ledger.grow(owners_of(0, 3), 10)
            await corner.publish(more)
            await applied(corner, entries + more, seconds=60)


@asynccontextmanager
async def _child(corner: Corner) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.projecting_child",
        corner.bootstrap, f"{corner.prefix}counting", json.dumps(corner.topics), corner.dsn, corner.door.url,
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=PIPE, stdout=PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


async def _told(child: Process, what: str, **wanted: Any) -> dict[str, Any]:
    """The next time that the child tells this, with these values."""
    assert child.stdout is not None
    async with asyncio.timeout(60):
        while line := await child.stdout.readline():
            told: dict[str, Any] = json.loads(line) if line.startswith(b"{") else {}
            if told.get("what") == what and wanted.items() <= told.items():
                return told
    raise AssertionError(f"the child ended without telling {what}")
