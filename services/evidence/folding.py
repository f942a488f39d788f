"""Where standings are folded: a learner in a thread, the many of a batch in a process of their own."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol, TypeAlias

import orjson

from services.evidence.domain.standing import LearnerStanding, Unreadable, standing_of
from shared.contracts.upcasting import as_current
from shared.ledger.entry import Entry
from shared.rulebook.definitions import Definitions, Learner
from shared.runtime.briefed_child import BriefedChild, answer_briefed

Row: TypeAlias = tuple[Any, ...]
"""An entry: the fields of `Entry` in order, the request digest left out."""

_OWNER = 5
"""The place of the owner in a row."""


@dataclass(frozen=True, slots=True)
class Task:
    """Learners to be folded; their entries, ordered by owner and position; the definitions' revision, and the position
    up to which they are complete.
    """

    learners: Sequence[Learner]
    rows: Sequence[Row]
    competencies: Sequence[str]
    revision: int
    watermark: int


Folded: TypeAlias = dict[str, LearnerStanding | Unreadable]


class Folds(Protocol):
    """Folds off the event loop."""

    async def fold(self, task: Task, definitions: Definitions) -> Folded:
        """The standings by learner. The definitions are those of the task's revision."""
        ...


class FoldsInThread:
    """For a learner or two."""

    async def fold(self, task: Task, definitions: Definitions) -> Folded:
        """See `Folds.fold`."""
        return await asyncio.to_thread(fold_all, task, definitions)


class FoldsInProcess:
    """For many, one process for all of them. `close` ends it. Raises ChildEndedError where it has ended amid its work,
    and starts a new one for what is asked next.
    """

    def __init__(self) -> None:
        self._child = BriefedChild(__name__)

    async def fold(self, task: Task, definitions: Definitions) -> Folded:
        """See `Folds.fold`."""
        standings: Folded = await self._child.ask(task, revision=task.revision, brief=definitions)
        return standings

    async def close(self) -> None:
        await self._child.close()


def fold_all(task: Task, definitions: Definitions) -> Folded:
    """The standings of a task's learners; each that cannot be read is told as such, and the others go on."""
    own = {owner: list(rows) for owner, rows in groupby(task.rows, key=lambda row: row[_OWNER])}
    standings: Folded = {}
    for learner in task.learners:
        try:
            entries = list(_decoded(own.get(learner.id, ())))
            standings[learner.id] = standing_of(learner, entries, task.competencies, definitions, task.watermark)
        except (KeyError, TypeError, ValueError) as error:
            standings[learner.id] = Unreadable(learner.id, type(error).__qualname__)
    return standings


def _decoded(rows: Iterable[Row]) -> Iterable[tuple[Entry, Any]]:
    for row in rows:
        entry = Entry(*row)
        yield entry, as_current(entry, orjson.loads(entry.body))


if __name__ == "__main__":
    # what is sent is of the module by its name, not of this one, which is called __main__
    from services.evidence.folding import fold_all as named

    answer_briefed(named)
