"""Where refolds are folded: a few states on the event loop, the many of a district in a process of their own."""

import gc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from services.mastery.postgres.packing import unpack, unpack_overrides, unpack_schools
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.outcome import Outcome, Outcomes
from shared.runtime.briefed_child import BriefedChild, answer_briefed
from shared.runtime.pace import Pace

MANY = 200_000
"""Bytes of packed contributions from which they are folded in a process of their own: five milliseconds of work."""


class Stored(NamedTuple):
    """A state to be folded, and what it is folded from as its row holds it."""

    learner: str
    competency: str
    contributions: bytes
    overrides: bytes | None


@dataclass(frozen=True, slots=True)
class Task:
    """States of one shard, the schools of their learners as rows hold them, and the definitions' revision."""

    revision: int
    shard: int
    states: Sequence[Stored]
    schools: Mapping[str, bytes]


class End(NamedTuple):
    """What many outcomes have in common."""

    status: str
    level: str | None
    scope: str | None
    policy: str | None
    method: str | None
    definitions_position: int | None


class Folded(NamedTuple):
    """What a task's states come to, in its order, by columns: `end` is the place of a state's own in `ends`.

    But for the ends, a column is one text, members with a space between them and `-` for None: an array of them costs
    the driver, member by member, as much as the fold.
    """

    ends: list[End]
    end: str
    evidence: str
    counted: str
    value: str
    digest: str
    evidence_position: str


class Folds(Protocol):
    """Folds for one worker."""

    async def fold(self, task: Task, definitions: Definitions) -> Folded:
        """What the states come to. The definitions are those of the task's revision."""
        ...

    async def close(self) -> None:
        """Give back what it takes to fold, until it is asked again."""
        ...


class FoldsHere:
    """On the event loop, in steps."""

    def __init__(self) -> None:
        self._revision, self._outcomes = -1, Outcomes(Definitions.of(()))

    async def fold(self, task: Task, definitions: Definitions) -> Folded:
        """See `Folds.fold`."""
        if task.revision != self._revision:
            self._revision, self._outcomes = task.revision, Outcomes(definitions)
        outcomes: list[tuple[int, Outcome]] = []
        pace = Pace()
        for state in task.states:
            outcomes.append(_fold(state, task, self._outcomes))
            await pace.breathe()
        return in_columns(outcomes)

    async def close(self) -> None:
        """Nothing to give back."""


class FoldsInProcess:
    """Many in a process of their own, a few here. Raises ChildEndedError where the process has ended amid its work, and
    starts a new one for what is asked next.
    """

    def __init__(self, many: int = MANY) -> None:
        self._here, self._many = FoldsHere(), many
        self._child = BriefedChild(__name__)

    async def fold(self, task: Task, definitions: Definitions) -> Folded:
        """See `Folds.fold`."""
        if sum(len(state.contributions) for state in task.states) < self._many:
            return await self._here.fold(task, definitions)
        folded: Folded = await self._child.ask(task, revision=task.revision, brief=definitions)
        return folded

    async def close(self) -> None:
        """See `Folds.close`."""
        await self._child.close()


def in_columns(outcomes: Iterable[tuple[int, Outcome]]) -> Folded:
    """Outcomes, at least one, each with the number of contributions that there are."""
    ends: dict[End, int] = {}
    own: list[tuple[object, ...]] = []
    for evidence, (counted, status, level, value, scope, policy, method, digest, position, defined) in outcomes:
        end = ends.setdefault(End(status, level, scope, policy, method, defined), len(ends))
        own.append((end, evidence, counted, value, digest, position))
    columns = [" ".join(["-" if each is None else str(each) for each in column]) for column in zip(*own, strict=True)]
    return Folded(list(ends), *columns)


def _fold(state: Stored, task: Task, outcomes: Outcomes) -> tuple[int, Outcome]:
    schools = task.schools.get(state.learner)
    learner = Learner(state.learner, task.shard, () if schools is None else unpack_schools(schools))
    pieces = unpack(state.contributions)
    return len(pieces), outcomes.of(learner, state.competency, pieces, unpack_overrides(state.overrides))


def fold_all(task: Task, outcomes: Outcomes) -> Folded:
    """What the states of a task, at least one, come to; in one go."""
    return in_columns(_fold(state, task, outcomes) for state in task.states)


if __name__ == "__main__":
    gc.disable()  # nothing here refers back to what refers to it, and looking for that costs as much as folding
    # what is sent is of the module by its name, not of this one, which is called __main__
    from services.mastery.folds import fold_all as named

    answer_briefed(named, Outcomes)
