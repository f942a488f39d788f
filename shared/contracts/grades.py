"""Bodies of grades: released snapshots of levels, which never move by themselves (DESIGN §5). Version 1 each."""

from itertools import pairwise
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from shared.contracts.values import Contract, Digest, Earned, Id
from shared.ledger.identifiers import Ledger

GradedStatus: TypeAlias = Literal["no_policy", "no_evidence", "not_enough", "not_yet", "mastered", "slipped"]
MAX_GRADED = 500


class GradedLevel(Contract):
    """Where a learner stood with one competency: `state` is the digest of the state that was released.

    The level begins `at` on the scale of `policy`; both are absent where there is none. `override` names the event by
    which a teacher had set the level.
    """

    competency: Id
    status: GradedStatus
    at: Earned | None = None
    policy: Digest | None = None
    override: Id | None = None
    state: Digest


class GradePin(Contract):
    """How far a shard of a ledger was known when the states were folded."""

    ledger: Ledger
    shard: Annotated[int, Field(ge=0, le=63)]
    position: Annotated[int, Field(ge=0, lt=2**53)]


class SeenState(Contract):
    """The state of a competency, by its digest, that was looked at."""

    competency: Id
    state: Digest


Levels: TypeAlias = Annotated[tuple[GradedLevel, ...], Field(min_length=1, max_length=MAX_GRADED, strict=False)]
Pins: TypeAlias = Annotated[tuple[GradePin, ...], Field(min_length=1, max_length=65, strict=False)]


class GradeReleased(Contract):
    """A grade for one learner, course and period: the levels, by competency in ascending order, and their pins."""

    learner: Id
    course: Id
    period: Id
    levels: Levels
    pins: Pins

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        check_ascending([level.competency for level in self.levels])
        return self


class GradeAmended(Contract):
    """A released grade is set anew, after something that it rests on has changed. `grade` is the event released."""

    learner: Id
    course: Id
    period: Id
    grade: Id
    levels: Levels
    pins: Pins
    reason_ref: Digest

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        check_ascending([level.competency for level in self.levels])
        return self


class GradeUpheld(Contract):
    """A released grade stays as it is, in the knowledge of these states at these pins."""

    learner: Id
    course: Id
    period: Id
    grade: Id
    states: Annotated[tuple[SeenState, ...], Field(min_length=1, max_length=MAX_GRADED, strict=False)]
    pins: Pins
    reason_ref: Digest

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        check_ascending([seen.competency for seen in self.states])
        return self


def check_ascending(competencies: list[str]) -> None:
    """Raise ValueError unless each competency stands once, in ascending order: one grade has one writing."""
    if any(after <= before for before, after in pairwise(competencies)):
        raise ValueError("competencies must stand once each, in ascending order")
