"""Given a process that computes, when it is asked, killed or given up, then every answer is to its own question."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from shared.runtime.child import Child, ChildEndedError, ChildError
from tests.support.waiting import until


@pytest.fixture
async def child() -> AsyncIterator[Child]:
    made = Child("tests.support.answering_child")
    yield made
    await made.close()


async def test_many_questions_at_once_are_each_answered(child: Child) -> None:
    numbers = range(50)
    assert await asyncio.gather(*(child.ask("double", number) for number in numbers)) == [2 * n for n in numbers]


async def test_what_it_cannot_do_is_told_by_its_kind_and_it_goes_on(child: Child) -> None:
    process = await child.ask("who", None)
    with pytest.raises(ChildError, match=r"^ValueError$"):
        await child.ask("int", "a word that nobody is told")
    assert await child.ask("who", None) == process


async def test_killed_amid_a_question_it_says_so_and_the_next_one_asks_a_new_process(child: Child) -> None:
    process = await child.ask("who", None)
    asking = asyncio.create_task(child.ask("sleep", 60))
    os.kill(process, signal.SIGKILL)
    with pytest.raises(ChildEndedError):
        await asking
    assert await child.ask("who", None) != process
    assert await child.ask("double", 4) == 8


async def test_a_question_given_up_leaves_no_answer_behind(child: Child) -> None:
    process = await child.ask("who", None)
    asking = asyncio.create_task(child.ask("sleep", 60))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await child.ask("double", 21) == 42
    await until(lambda: not _lives(process), "the process of the question given up is gone")


async def test_closed_it_is_gone(child: Child) -> None:
    process = await child.ask("who", None)
    await child.close()
    assert not _lives(process)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
