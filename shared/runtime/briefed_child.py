"""A child that computes under something large which seldom changes, as definitions are: told once, then only asked.

The child's module calls `answer_briefed`; what it is told has a revision, by which parent and child know it.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from shared.runtime.child import Child, answer


class BriefedChild:
    """A `Child` of this module, told what has another revision than what it was told last, before it is asked."""

    def __init__(self, module: str) -> None:
        self._child = Child(module)
        self._told: int | None = None
        self._turn = asyncio.Lock()

    async def ask(self, of: object, *, revision: int, brief: object) -> Any:
        """The child's answer, under what is to be told it: `brief`, which has this revision.

        Questions wait for each other. Raises what `Child.ask` does; the next question tells a new child everything.
        """
        async with self._turn:
            told, self._told = self._told, None  # not told any more, should anything fail
            if told != revision:
                await self._child.ask("brief", (revision, brief))
            answered = await self._child.ask("work", (revision, of))
            self._told = revision
            return answered

    async def close(self) -> None:
        """End the child, whatever it is at."""
        self._told = None
        await self._child.close()


def answer_briefed(work: Callable[[Any, Any], Any], prepare: Callable[[Any], Any] = lambda brief: brief) -> None:
    """The child's side: answer with `work(of, prepared)`, where `prepare` has made what it was told ready, once."""
    known: dict[int, Any] = {}

    def brief(told: tuple[int, Any]) -> None:
        known.clear()
        known[told[0]] = prepare(told[1])

    def asked(question: tuple[int, Any]) -> Any:
        revision, of = question
        return work(of, known[revision])  # a KeyError is told to the parent: it was told something else

    answer({"brief": brief, "work": asked}, sys.stdin.buffer, sys.stdout.buffer)
