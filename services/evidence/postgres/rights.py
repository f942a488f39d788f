"""The port `Rights`: `shared.runtime.access`, asked together for requests of one person that come at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.runtime.access.questions import Access


@dataclass(slots=True)
class _Asking:
    """One person's questions: those that wait until the question under way is answered, and who waits."""

    learners: set[str] = field(default_factory=set)
    answers: "list[asyncio.Future[set[str]]]" = field(default_factory=list)

    def settle(self, learners: set[str] | Exception) -> None:
        """Answer whoever still waits."""
        for answer in self.answers:
            if answer.done():
                continue
            if isinstance(learners, Exception):
                answer.set_exception(learners)
            else:
                answer.set_result(learners)


class RightsTogether:
    """Nothing is remembered: every answer was asked of the tables after the request that it is for had come.

    While a person's question is under way, whatever else she asks is gathered into one question that follows it, as
    a lane of the ledger gathers appends. One class writing at once costs a few queries then, not one a piece.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._next: dict[str, _Asking] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}

    async def may_see(self, person: str, learner: str) -> bool:
        """See `Rights.may_see`."""
        return await self._access.may_see(person, learner)

    async def is_administrator(self, person: str, scope: str) -> bool:
        """See `Rights.is_administrator`."""
        return await self._access.is_administrator(person, scope)

    async def verified_scopes(self, person: str) -> set[str]:
        """See `Rights.verified_scopes`."""
        return await self._access.verified_scopes(person)

    async def visible(self, person: str, learners: Sequence[str]) -> set[str]:
        """See `Rights.visible`."""
        return await self._access.visible(person, learners)

    async def gradable(self, person: str, course: str, learners: Sequence[str]) -> set[str]:
        """See `Rights.gradable`."""
        return await self._access.gradable(person, course, learners)

    async def administered(self, person: str, learners: Sequence[str]) -> set[str]:
        """See `Rights.administered`."""
        return await self._access.administered(person, learners)

    async def is_guardian(self, person: str, learner: str) -> bool:
        """See `Rights.is_guardian`."""
        return await self._access.is_guardian(person, learner)

    async def may_publish(self, person: str) -> bool:
        """See `Rights.may_publish`."""
        return await self._access.may_publish(person)

    async def taught(self, person: str) -> tuple[str, ...]:
        """See `Rights.taught`."""
        return (await self._access.standing(person)).teaches

    async def classmates(self, person: str, learners: Sequence[str]) -> set[str]:
        """See `Rights.classmates`."""
        return await self._access.classmates(person, learners)

    async def exhibited(self, person: str, works: Sequence[str]) -> set[str]:
        """See `Rights.exhibited`."""
        return await self._access.exhibited(person, works)

    async def panels(self, person: str) -> list[str]:
        """See `Rights.panels`."""
        return await self._access.panels(person)

    async def members(self, scope: str) -> list[str]:
        """See `Rights.members`."""
        return await self._access.members(scope)

    async def recordable(self, person: str, learners: Sequence[str]) -> set[str]:
        """See `Rights.recordable`."""
        asking = self._next.get(person)
        if asking is None:
            asking = self._next[person] = _Asking()
        asking.learners.update(learners)
        answer: asyncio.Future[set[str]] = asyncio.get_running_loop().create_future()
        asking.answers.append(answer)
        if person not in self._workers:
            self._workers[person] = asyncio.create_task(self._work(person))
        return (await answer).intersection(learners)

    async def _work(self, person: str) -> None:
        """Ask until nobody waits for an answer about this person any more."""
        try:
            while (asking := self._next.pop(person, None)) is not None:
                try:
                    asking.settle(await self._access.recordable(person, list(asking.learners)))
                except Exception as error:  # noqa: BLE001 - told to each who asked
                    asking.settle(error)
        finally:
            del self._workers[person]
