"""What many ask at a time is put in few calls, and each gets her own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.runtime.gathered import Gathered


class Calls:
    """Doubles numbers once it may, and refuses a call with a 13 in it."""

    def __init__(self) -> None:
        self.made: list[list[int]] = []
        self.asked, self.may_answer = asyncio.Event(), asyncio.Event()

    async def double(self, numbers: Sequence[int]) -> list[int]:
        self.made.append(list(numbers))
        self.asked.set()
        await self.may_answer.wait()
        if 13 in numbers:
            raise ValueError("no thirteen")
        return [number * 2 for number in numbers]


async def test_what_is_asked_during_a_call_goes_into_the_next() -> None:
    calls = Calls()
    gathered = Gathered(calls.double, most=4)
    first = asyncio.create_task(gathered.ask(1))
    await calls.asked.wait()
    others = [asyncio.create_task(gathered.ask(number)) for number in range(2, 8)]
    await asyncio.sleep(0)
    calls.may_answer.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8, 10, 12, 14]
    assert calls.made == [[1], [2, 3, 4, 5], [6, 7]]


async def test_a_call_that_fails_fails_those_who_asked_with_it_alone() -> None:
    calls = Calls()
    calls.may_answer.set()
    gathered = Gathered(calls.double, most=2)
    answers = await asyncio.gather(*(gathered.ask(number) for number in (1, 13, 3)), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["no thirteen", "no thirteen", "6"]
    assert await gathered.ask(5) == 10


async def test_who_no_longer_waits_holds_nobody_up() -> None:
    calls = Calls()
    gathered = Gathered(calls.double)
    gone, stays = asyncio.create_task(gathered.ask(1)), asyncio.create_task(gathered.ask(2))
    await calls.asked.wait()
    gone.cancel()
    calls.may_answer.set()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
