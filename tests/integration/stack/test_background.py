"""The stack in the background: up, down, and what is left when its process is killed (nothing)."""

import asyncio
import os
import signal

import asyncpg
import pytest

from deploy.errors import AlreadyRunningError, StackError
from deploy.local import background
from deploy.local.description import Description, running
from deploy.local.home import Home
from tests.support.processes import none_left, processes_of

pytestmark = pytest.mark.stack


async def _up(home: Home) -> Description:
    return await background.up(home, lambda _sentence: None, supervisor="tests.support.tiny_supervisor")


@pytest.mark.faults
async def test_killing_the_supervisor_leaves_nothing_and_the_next_start_recovers_what_was_there(home: Home) -> None:
    told: list[str] = []
    description = await background.up(home, told.append, supervisor="tests.support.tiny_supervisor")
    assert told[-1].startswith("Everything is up")
    assert running(home) == description
    await _write_in_the_middle_of(description)

    os.kill(description.pid, signal.SIGKILL)
    assert none_left(home.path, seconds=10), processes_of(home.path)
    assert home.holder() is None
    with pytest.raises(StackError, match="not up"):
        running(home)
    assert (home.postgres() / "data" / "postmaster.pid").exists() or not processes_of(home.path)

    again = await _up(home)
    assert (again.urls, again.tenant, again.bootstrap) == (description.urls, description.tenant, description.bootstrap)
    connection = await asyncpg.connect(again.databases["evidence"].migrator)
    assert await connection.fetchval("SELECT n FROM kept") == 1
    await connection.close()

    assert await background.down(home)
    assert none_left(home.path, seconds=2)
    assert not await background.down(home)


async def _write_in_the_middle_of(description: Description) -> None:
    connection = await asyncpg.connect(description.databases["evidence"].migrator)
    await connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    await connection.close()


@pytest.mark.long
async def test_of_two_starts_at_once_one_says_that_it_is_up_already_and_a_full_port_is_left_alone(home: Home) -> None:
    taken = home.ports("evidence")["evidence"]
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", taken)
    try:
        outcomes = await asyncio.gather(_up(home), _up(home), return_exceptions=True)
    finally:
        server.close()
        await server.wait_closed()
    (started,) = [outcome for outcome in outcomes if isinstance(outcome, Description)]
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, AlreadyRunningError)]
    assert "is up already" in str(refused)
    assert started.urls["evidence"] != f"http://127.0.0.1:{taken}"
    assert await background.down(home)


@pytest.mark.long
async def test_a_start_that_is_interrupted_takes_back_what_it_started(home: Home) -> None:
    seen = asyncio.Event()
    starting = asyncio.create_task(
        background.up(home, lambda _sentence: seen.set(), supervisor="tests.support.tiny_supervisor")
    )
    await seen.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert none_left(home.path, seconds=10), processes_of(home.path)
