"""A client that stops at any moment holds no shard: an append is one statement in autocommit (DESIGN §2.4)."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from deploy.setup.databases import Database
from services.evidence.domain.commands import Appended
from services.evidence.postgres.ledger import PostgresLedger
from tests.support.appending import command, event, owner_in
from tests.support.waiting import until

ROOT = Path(__file__).parents[3]

CLIENT = """
import asyncio, sys
from deploy.setup.databases import Database
from tests.support.appending import command, event, open_ledger

async def main():
    learner = sys.argv[2]
    async with open_ledger(Database("", "", sys.argv[1], None)) as ledger:
        while True:
            await ledger.append([command(event(learner)) for _ in range(20)])

asyncio.run(main())
"""

UNLOCKED = (
    "SELECT count(*) = 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    " WHERE d.datname = current_database() AND l.relation = 'ledger.head'::regclass"
)


@asynccontextmanager
async def appending_client(database: Database, learner: str) -> AsyncIterator[int]:
    """The pid of a process that appends without end, to one shard."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CLIENT, database.app, learner, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    try:
        yield process.pid
    finally:
        process.kill()
        await process.wait()


@pytest.mark.faults
async def test_a_client_that_is_stopped_while_it_appends_blocks_nobody(
    database: Database, ledger: PostgresLedger, app: asyncpg.Connection
) -> None:
    learner = owner_in(7)
    moments = random.Random(4)

    async def head() -> int:
        position: int = await app.fetchval("SELECT position FROM ledger.head WHERE ledger = 'evidence' AND shard = 7")
        return position

    async def unlocked() -> bool:
        return bool(await app.fetchval(UNLOCKED))

    async with appending_client(database, learner) as pid:
        for _ in range(8):
            begun = await head()

            async def moved(begun: int = begun) -> bool:
                return await head() > begun

            await until(moved, "the client appends")
            await asyncio.sleep(moments.random() / 50)  # somewhere within an append: the moment is what is tried
            os.kill(pid, signal.SIGSTOP)
            try:
                await until(unlocked, "nothing is locked though the client stands still", seconds=5)
                (outcome,) = await asyncio.wait_for(ledger.append([command(event(learner))]), 5)
                assert isinstance(outcome, Appended)
            finally:
                os.kill(pid, signal.SIGCONT)
