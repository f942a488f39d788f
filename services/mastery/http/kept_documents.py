"""What the doors tell of what is stored beside states: every column, as it is. Nobody should take any for granted."""

from typing import Any

from pydantic import BaseModel, Field

from services.mastery.domain.grades import Decision
from services.mastery.ports import Kept, KeptGrade, KeptRedo
from shared.contracts.values import Id
from shared.rulebook.redoing import Cycle, Opening, Relearned
from shared.runtime.documents import PinDocument


class EnrolmentDocument(BaseModel):
    """A school, and the position and the instant (milliseconds) from which on it was hers."""

    school: str
    position: int
    recorded_ms: int


class SchoolsDocument(BaseModel):
    """The school that is current, and all in order; null where what is stored cannot be read."""

    school: str | None
    schools: list[EnrolmentDocument] | None


class LevelDocument(BaseModel):
    """A level of a grade, with the digest of the state."""

    competency: str
    status: str
    at: str | None
    policy: str | None
    override: str | None
    state: str


class KeptDecisionDocument(BaseModel):
    """One word of a grade; `recorded_ms` is an instant. `seen` are the states looked at, by competency."""

    event: str
    state: str
    version: int
    position: int
    recorded_ms: int
    actor: str
    reason_ref: str | None
    levels: list[LevelDocument]
    seen: dict[str, str]
    pins: list[PinDocument]


class KeptGradeDocument(BaseModel):
    """A grade with its decisions, the release first; null where what is stored cannot be read."""

    grade: Id
    course: Id
    period: Id
    decisions: list[KeptDecisionDocument] | None


class LastSeenDocument(BaseModel):
    """The state of a grade's competency that was last looked at."""

    grade: Id
    competency: Id
    digest: str


class KeptReviewDocument(BaseModel):
    """A question about the record and its answer, by the columns; instants in milliseconds."""

    review: Id
    about: str
    about_id: Id
    requested_ms: int
    asked_by: Id
    reason_ref: str
    answer: Id | None
    answered_by: Id | None
    answered_ms: int | None
    outcome: str | None
    change: Id | None
    answer_ref: str | None


class StepDocument(BaseModel):
    """An event of a redo; `recorded_ms` is an instant."""

    event: Id
    position: int
    version: int
    recorded_ms: int
    actor: str
    evidence: str | None
    note_ref: str | None


class RelearnedStepDocument(StepDocument):
    """Relearning that was logged."""

    kind: str


class OpeningStepDocument(StepDocument):
    """That it may be done over."""

    task: str | None
    work: str | None


class CycleDocument(BaseModel):
    """A redo with the events of its own."""

    id: Id
    learner: Id
    competency: Id
    begun: str
    position: int
    version: int
    recorded_ms: int
    actor: str
    evidence: str | None
    note_ref: str | None
    relearned: list[RelearnedStepDocument]
    opened: OpeningStepDocument | None


class KeptRedoDocument(BaseModel):
    """A redo by its columns, `began` at a position; `cycle` is null where what is stored cannot be read."""

    redo: Id
    competency: Id
    began: int
    opened: bool
    work: Id | None
    cycle: CycleDocument | None


class KeptFeedbackDocument(BaseModel):
    """The words that a piece of evidence came with."""

    piece: Id
    ref: str


class KeptDocument(BaseModel):
    """What is stored of one learner in one shard beside her states, when that shard was applied so far.

    Of one `under_review` it may be old. `enrolled` is null where no school is stored, `forgotten` the position at
    which she was.
    """

    learner: Id
    shard: int
    applied: int
    under_review: bool
    enrolled: SchoolsDocument | None
    forgotten: int | None
    grades: list[KeptGradeDocument]
    graded: list[LastSeenDocument]
    reviews: list[KeptReviewDocument]
    redos: list[KeptRedoDocument]
    feedback: list[KeptFeedbackDocument]


class KeptPageDocument(BaseModel):
    """A page; `next` goes on from here, null at the end."""

    learners: list[KeptDocument]
    next: str | None = Field(None, description="`after` of the next page.")


def kept_document(kept: Kept) -> dict[str, Any]:
    """A `KeptDocument`."""
    return {
        "learner": kept.learner,
        "shard": kept.shard,
        "applied": kept.applied,
        "under_review": kept.under_review,
        "enrolled": {"school": kept.school, "schools": _schools(kept)} if kept.enrolled else None,
        "forgotten": kept.forgotten,
        "grades": [_grade(grade) for grade in kept.grades],
        "graded": [
            {"grade": grade, "competency": competency, "digest": digest} for grade, competency, digest in kept.graded
        ],
        "reviews": list(kept.reviews),
        "redos": [_redo(redo) for redo in kept.redos],
        "feedback": [{"piece": piece, "ref": ref} for piece, ref in kept.feedback],
    }


def _schools(kept: Kept) -> list[dict[str, Any]] | None:
    if kept.schools is None:
        return None
    return [{"school": one.school, "position": one.position, "recorded_ms": one.recorded_at} for one in kept.schools]


def _grade(grade: KeptGrade) -> dict[str, Any]:
    decisions = None if grade.decisions is None else [_decision(decision) for decision in grade.decisions]
    return {"grade": grade.grade, "course": grade.course, "period": grade.period, "decisions": decisions}


def _redo(redo: KeptRedo) -> dict[str, Any]:
    cycle = redo.cycle
    told = None
    if cycle is not None:
        told = {
            **_moment(cycle),
            "relearned": [_moment(step) for step in cycle.relearned],
            "opened": None if cycle.opened is None else _moment(cycle.opened),
        }
    return {**redo._asdict(), "cycle": told}


def _moment(said: Cycle | Relearned | Opening) -> dict[str, Any]:
    told = said._asdict()
    return {**{name: value for name, value in told.items() if name != "recorded_at"}, "recorded_ms": said.recorded_at}


def _decision(decision: Decision) -> dict[str, Any]:
    told = decision._asdict()
    return {
        **{name: value for name, value in told.items() if name != "recorded_at"},
        "recorded_ms": decision.recorded_at,
        "levels": [level._asdict() for level in decision.levels],
        "pins": [{"ledger": pin.ledger, "shard": pin.shard, "position": pin.position} for pin in decision.pins],
    }
