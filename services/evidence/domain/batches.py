"""Grades of many learners at once: previewed, held for somebody to look at, then released, each learner for itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID, uuid5

from services.evidence.domain.commands import Appended, Command, Outcome, Repeated
from services.evidence.domain.errors import (
    Gone,
    Mismatch,
    NotFound,
    NotNow,
    Refusal,
    StaleState,
    StaleStates,
    StaleVersion,
)
from services.evidence.domain.receipts import receipt_or_refusal
from services.evidence.domain.releasing import Occasion, ReleaseGrade, decide_release
from services.evidence.domain.standing import LearnerStanding, Unreadable
from shared.contracts.grades import GradedLevel
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant

BatchState: TypeAlias = Literal["previewing", "held", "releasing", "released"]

LearnerState: TypeAlias = Literal["waiting", "ready", "released_before", "left_out", "released", "refused"]
"""Waiting for the preview; then `ready` to be released, or not to be; in the end released, left out or refused."""

MAX_LEARNERS = 20_000
"""Learners of a batch at most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a batch is of: the learners of `section/{id}` or `school/{id}`, and which competencies of theirs."""

    scope: str
    course: str
    period: str
    competencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it stands; `left_out` and `released_by` are what whoever let it be released said."""

    id: str
    asked: Asked
    asked_by: str
    state: BatchState
    released_by: str | None = None
    left_out: frozenset[str] = frozenset()

    def occasion(self, learner: str) -> Occasion:
        return Occasion(learner, self.asked.course, self.asked.period)

    def event(self, learner: str) -> str:
        """The id of the event that releases a learner's grade: `uuid5(batch, learner)`."""
        return str(uuid5(UUID(self.id), learner))


@dataclass(frozen=True, slots=True)
class Progress:
    """How many learners a batch has, and how many of them need nothing more in the state that it is in."""

    total: int
    done: int


@dataclass(frozen=True, slots=True)
class Released:
    """Where a learner's grade was recorded."""

    shard: int
    position: int
    version: int
    recorded_at: Instant


@dataclass(frozen=True, slots=True)
class Why:
    """Why nothing is released for a learner: the code of a problem, a sentence, and the states that moved on."""

    code: str
    detail: str
    states: tuple[StaleState, ...] = ()


_CODES: tuple[tuple[type[Refusal], str], ...] = (
    (StaleStates, "stale-states"),
    (StaleVersion, "stale-version"),
    (Gone, "gone"),
    (NotFound, "not-found"),
    (Mismatch, "mismatch"),
    (NotNow, "unreadable"),
    (Refusal, "conflict"),
)
"""The narrower before the wider."""


@dataclass(frozen=True, slots=True)
class Line:
    """One learner of a batch: what was previewed, and what came of it.

    `version` is that of the grade's stream at the preview.
    """

    learner: str
    state: LearnerState
    version: int = 0
    levels: Sequence[GradedLevel] = ()
    problem: Why | None = None
    released: Released | None = None


def preview(batch: Batch, standing: LearnerStanding | Unreadable) -> Line:
    """What would be released for a learner, or why nothing would."""
    if isinstance(standing, Unreadable):
        return refused(standing.learner, unreadable())
    if standing.closed:
        return refused(standing.learner, Gone("This learner's record is closed."))
    version = standing.versions.get(batch.occasion(standing.learner).stream, 0)
    state: LearnerState = "released_before" if version else "ready"
    return Line(standing.learner, state, version, tuple(standing.levels.values()))


def decide_line(
    batch: Batch, line: Line, standing: LearnerStanding | Unreadable, *, tenant: str, actor: str
) -> Command:
    """The command that releases a learner's grade as it was previewed.

    Raises StaleStates where a state is by now another, Gone.
    """
    if isinstance(standing, Unreadable):
        raise unreadable()
    seen = {level.competency: level.state for level in line.levels}
    wish = ReleaseGrade(batch.event(line.learner), batch.occasion(line.learner), seen, line.version)
    return decide_release(wish, standing, tenant=tenant, actor=actor)


def line_of(command: Command, outcome: Outcome) -> Line:
    """What came of a learner's command."""
    learner = command.events[0].owner
    if isinstance(outcome, Appended | Repeated):
        [placed] = outcome.events
        return Line(
            learner,
            "released",
            released=Released(placed.shard, placed.position, placed.version, placed.recorded_at),
        )
    answer = receipt_or_refusal(command, outcome)
    assert isinstance(answer, Refusal)
    return refused(learner, answer)


def recorded_line(batch: Batch, learner: str, entry: Entry | None) -> Line | None:
    """What came of a learner whose grade this entry released; None where it did not."""
    if entry is None or (entry.event, entry.stream) != ("GradeReleased", batch.occasion(learner).stream):
        return None
    return Line(learner, "released", released=Released(entry.shard, entry.position, entry.version, entry.recorded_at))


def refused(learner: str, why: Refusal) -> Line:
    """The line of a learner for whom nothing is released."""
    code = next(code for kind, code in _CODES if isinstance(why, kind))
    return Line(learner, "refused", problem=Why(code, why.detail, why.states if isinstance(why, StaleStates) else ()))


def unreadable() -> Refusal:
    """Why a learner stands nowhere."""
    return NotNow("Something recorded of this learner cannot be read; until it can, nothing is released.")
