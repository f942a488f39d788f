"""What is stored of learners beside their states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from services.mastery.domain.grades import Decision
from shared.rulebook.definitions import Enrolment
from shared.rulebook.redoing import Cycle


class KeptGrade(NamedTuple):
    """A grade as it is stored; `decisions` is None where what holds them cannot be read."""

    grade: str
    course: str
    period: str
    decisions: tuple[Decision, ...] | None


class KeptRedo(NamedTuple):
    """A redo as it is stored, `began` at a position; `cycle` is None where what holds it cannot be read."""

    redo: str
    competency: str
    began: int
    opened: bool
    work: str | None
    cycle: Cycle | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored of one learner in one shard beside her states, and how far that shard was applied then.

    `enrolled` says whether there is a row of her schools: then `school` is the one current, and `schools` is None
    where what holds them cannot be read. `graded` are the states last looked at, by grade and competency; `reviews`
    have all their columns. `feedback` are references by piece. Of one `under_review` all that may be old.
    """

    shard: int
    learner: str
    applied: int
    under_review: bool
    enrolled: bool
    school: str | None
    schools: tuple[Enrolment, ...] | None
    forgotten: int | None
    grades: Sequence[KeptGrade]
    graded: Sequence[tuple[str, str, str]]
    reviews: Sequence[Mapping[str, str | int | None]]
    redos: Sequence[KeptRedo]
    feedback: Sequence[tuple[str, str]]


class StoredKept(Protocol):
    """What is stored of learners beside their states, each answer in one snapshot."""

    async def after(self, key: tuple[int, str] | None, limit: int) -> list[Kept]:
        """Of the learners after one of this shard and id, in that order; from the first on after None."""
        ...

    async def of(self, learner: str) -> Kept:
        """Of one learner, where she belongs; also where that is nothing."""
        ...
