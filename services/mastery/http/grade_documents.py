"""What answers about grades and reviews look like, for the OpenAPI document."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.mastery.http.values import Decimal, Status
from shared.contracts.values import Digest, Id, Moment
from shared.runtime.documents import AsOfDocument, PinDocument


class GradedLevelDocument(BaseModel):
    """A level that was graded: its name, and where it begins on the scale of `policy`.

    `affected` says that the record says something else by now than when it was last looked at.
    """

    competency: Id
    code: str | None = None
    status: Status
    level: str | None
    at: Decimal | None
    policy: Digest | None
    override: Id | None = Field(None, description="The event by which a teacher had set the level.")
    state: Digest
    affected: bool


class DecisionDocument(BaseModel):
    """A decision about a grade, by whom and for the reason that `POST /v1/reveal` gives back."""

    event: Id
    state: Literal["released", "amended", "upheld"]
    version: int
    by: Id
    recorded_at: Moment
    reason_ref: Digest | None = None


class LearnerGradeDocument(BaseModel):
    """A grade: `levels` and `pins` are those last released or amended; `state` is that of the last decision."""

    id: Id
    course: Id
    period: Id
    version: int
    state: Literal["released", "amended", "upheld"]
    levels: list[GradedLevelDocument]
    pins: list[PinDocument]
    affected: bool
    decisions: list[DecisionDocument]


class LearnerGradesDocument(BaseModel):
    """A learner's grades, as they were released one after the other."""

    learner: Id
    as_of: AsOfDocument
    grades: list[LearnerGradeDocument]


class GradedThenDocument(BaseModel):
    """What the grade says, and the state that was last looked at: released, amended or upheld with."""

    state: Digest
    at: Decimal | None
    level: str | None
    status: Status


class StandsNowDocument(BaseModel):
    """What the record says now."""

    state: Digest
    level: str | None
    status: Status


class MovedDocument(BaseModel):
    """A competency of the grade whose state is another by now."""

    competency: Id
    graded: GradedThenDocument
    now: StandsNowDocument


class AffectedGradeDocument(BaseModel):
    """A grade to look at again, to be amended or upheld. `since` is when the newest of what it would rest on was
    recorded.
    """

    grade: Id
    learner: Id
    course: Id
    period: Id
    version: int
    competencies: list[MovedDocument]
    since: Moment | None = None


class AffectedGradesDocument(BaseModel):
    """A page; `next` goes on from here, null at the end."""

    items: list[AffectedGradeDocument]
    next: str | None = None


class AboutDocument(BaseModel):
    """What is questioned: exactly one of the three."""

    competency: Id | None = None
    evidence: Id | None = None
    grade: Id | None = None


class ReviewAnswerDocument(BaseModel):
    """The answer: `change` names the event that changed something."""

    event: Id
    by: Id
    recorded_at: Moment
    outcome: Literal["changed", "unchanged"]
    change: Id | None = None
    answer_ref: Digest


class ReviewDocument(BaseModel):
    """A question about the record; `waiting_seconds` is how long it has waited for its answer, or did."""

    id: Id
    learner: Id
    about: AboutDocument
    state: Literal["open", "answered"]
    requested_at: Moment
    by: Id
    reason_ref: Digest
    waiting_seconds: Annotated[int, Field(ge=0)]
    answered: ReviewAnswerDocument | None = None


class ReviewsDocument(BaseModel):
    """A page, the longest waiting first; `next` goes on from here, null at the end."""

    items: list[ReviewDocument]
    next: str | None = None
