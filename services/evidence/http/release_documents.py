"""What requests and answers about grades look like."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field

from services.evidence.domain.texts import MAX_TEXT
from services.evidence.http.documents import Place, Version
from shared.contracts.grades import MAX_GRADED, GradedStatus
from shared.contracts.values import Contract, Digest, Earned, Id, Moment, Text
from shared.runtime.documents import ProblemDocument


class SeenDocument(Contract):
    """The state of a competency as it was looked at, by its digest."""

    competency: Id
    digest: Digest


SeenStates: TypeAlias = Annotated[list[SeenDocument], Field(min_length=1, max_length=MAX_GRADED)]
ReasonText: TypeAlias = Annotated[Text, Field(max_length=MAX_TEXT)]


class ReleaseRequest(Contract):
    """A grade of what was seen. `expected_version` is 0: there must be no such grade yet."""

    id: Id | None = None
    learner: Id
    course: Id
    period: Id
    states: SeenStates
    expected_version: Version


class JudgeRequest(Contract):
    """A decision on a grade at the version that was seen, in sight of these states, for a reason."""

    id: Id | None = None
    states: SeenStates
    expected_version: Version
    reason: ReasonText


class BatchRequest(Contract):
    """The grades of everyone in a section, or in a school: exactly one of the two."""

    id: Id | None = None
    section: Id | None = None
    school: Id | None = None
    course: Id
    period: Id
    competencies: Annotated[list[Id], Field(min_length=1, max_length=MAX_GRADED)]


class BatchReleaseRequest(Contract):
    """Let a batch be released as previewed, without these learners."""

    leave_out: Annotated[list[Id], Field(max_length=20_000, default_factory=list)]


class LevelDocument(BaseModel):
    """Where a learner stood with one competency: the level's name, and where it begins on the scale of `policy`."""

    competency: Id
    status: GradedStatus
    level: str | None
    at: Earned | None
    policy: Digest | None
    override: Id | None = None
    state: Digest


class StateDocument(BaseModel):
    competency: Id
    state: Digest


class JudgementDocument(BaseModel):
    """One decision on a grade. A release and an amendment have `levels`, an upholding the `states` that were seen."""

    id: Id
    type: Literal["GradeReleased", "GradeAmended", "GradeUpheld"]
    version: int
    actor: Id
    recorded_at: Moment
    position: Place
    levels: list[LevelDocument] | None = None
    states: list[StateDocument] | None = None
    pins: list[Place]
    reason_ref: Digest | None = None


class ReleasedDocument(BaseModel):
    """Who released a grade, and where it stands in the ledger."""

    actor: Id
    recorded_at: Moment
    position: Place


class GradeDocument(BaseModel):
    """A grade as it stands now: `levels` and `pins` are those last released or amended; `state` is the last decision's.

    `history` is every decision about it, the release first.
    """

    id: Id
    learner: Id
    course: Id
    period: Id
    version: int
    state: Literal["released", "amended", "upheld"]
    levels: list[LevelDocument]
    pins: list[Place]
    released: ReleasedDocument
    history: list[JudgementDocument]


class BatchReceiptDocument(BaseModel):
    """A batch, and what is being done with it."""

    id: Id
    state: Literal["previewing", "held", "releasing", "released"]


class LineReceiptDocument(BaseModel):
    """Where a learner's grade was recorded; `id` is the grade's."""

    id: Id
    version: int
    position: Place
    recorded_at: Moment


class LineDocument(BaseModel):
    """One learner of a batch. `levels` are those previewed; `problem` says why nothing was released."""

    learner: Id
    state: Literal["waiting", "ready", "released_before", "left_out", "released", "refused"]
    levels: list[LevelDocument]
    problem: ProblemDocument | None = None
    receipt: LineReceiptDocument | None = None


class BatchDocument(BatchReceiptDocument):
    """A batch as it stands; `done` of `total` learners need nothing more in this state. `next` is where to read on."""

    course: Id
    period: Id
    scope: str
    competencies: list[Id]
    total: int
    done: int
    learners: list[LineDocument]
    next: Id | None
