"""Questions of one person that come at once are asked together, and each gets the answer to its own."""

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from services.evidence.postgres.rights import RightsTogether
from shared.runtime.access.questions import Access


class Asked:
    """Answers when told to; knows what it was asked. Whoever is even may be recorded for."""

    def __init__(self) -> None:
        self.questions: list[tuple[str, set[str]]] = []
        self.open = asyncio.Event()
        self.error: Exception | None = None

    async def recordable(self, person: str, learners: Sequence[str]) -> set[str]:
        self.questions.append((person, set(learners)))
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return {learner for learner in learners if int(learner) % 2 == 0}


async def test_what_comes_while_a_question_is_under_way_is_asked_in_one() -> None:
    asked = Asked()
    rights = RightsTogether(cast("Access", asked))
    first = asyncio.create_task(rights.recordable("amy", ["1", "2"]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(rights.recordable("amy", [str(n)])) for n in range(3, 7)]
    other = asyncio.create_task(rights.recordable("ben", ["8"]))
    await asyncio.sleep(0)
    asked.open.set()
    assert await first == {"2"}
    assert await asyncio.gather(*others) == [set(), {"4"}, set(), {"6"}]
    assert await other == {"8"}
    assert sorted(asked.questions) == [("amy", {"1", "2"}), ("amy", {"3", "4", "5", "6"}), ("ben", {"8"})]


async def test_a_question_that_fails_fails_those_who_asked_it_and_no_later_one() -> None:
    asked = Asked()
    asked.open.set()
    asked.error = OSError()
    rights = RightsTogether(cast("Access", asked))
    for answer in await asyncio.gather(*(rights.recordable("amy", ["2"]) for _ in range(3)), return_exceptions=True):
        assert isinstance(answer, OSError)
    asked.error = None
    assert await rights.recordable("amy", ["2"]) == {"2"}


async def test_who_gives_up_leaves_the_others_their_answer() -> None:
    asked = Asked()
    rights = RightsTogether(cast("Access", asked))
    patient, impatient = (asyncio.create_task(rights.recordable("amy", ["2"])) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    asked.open.set()
    assert await patient == {"2"}
    with pytest.raises(asyncio.CancelledError):
        await impatient
