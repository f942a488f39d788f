"""What answers look like, for the OpenAPI document."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field

from services.portfolio.http.curated_documents import CuratedDocument, SkillDocument
from shared.contracts.bodies import Purpose
from shared.contracts.values import Code, Digest, Id, Moment
from shared.runtime.documents import AsOfDocument, ShardDocument, refusals

UnderReview: TypeAlias = Annotated[
    bool | None, Field(description="True where something recorded since could not be read yet; else absent.")
]


class ResultDocument(BaseModel):
    competency: Id
    criterion: Code | None = None
    earned: str
    possible: str


class CountedMove(BaseModel):
    """How often a learner made a move in a seminar; `title` in the words of the list that it was counted by."""

    move: Code
    count: int
    title: str | None = None


class WithdrawnDocument(BaseModel):
    """What withdrew a piece; `by` is the piece in its place."""

    event: Id
    recorded_at: Moment
    by: Id | None = None


class PieceDocument(BaseModel):
    """A piece of evidence, or a reflection. References (`…_ref`) are given back as texts by `POST /v1/reveal`."""

    event: Id
    type: Literal[
        "AttemptRecorded", "RubricScored", "ObservationRecorded", "ReflectionRecorded", "PriorMasteryAttested"
    ]
    learner: Id
    by: Id = Field(description="Who recorded it.")
    purpose: Purpose | None = None
    course: Id | None = None
    task: Id | None = None
    work: Id | None = None
    group: Id | None = None
    rubric: Digest | None = None
    redo_of: Id | None = None
    evidence: Id | None = Field(None, description="The piece that a reflection is about.")
    basis: Code | None = None
    seminar: Id | None = Field(None, description="What all observations of one seminar name alike.")
    moves_by: Digest | None = Field(None, description="The list by which the moves of a seminar were counted.")
    moves: list[CountedMove] | None = Field(None, description="What was counted in a seminar. It touches no level.")
    feedback_ref: Digest | None = None
    note_ref: Digest | None = None
    text_ref: Digest | None = None
    occurred_at: Moment
    recorded_at: Moment
    results: list[ResultDocument]
    shows: list[SkillDocument]
    withdrawn: WithdrawnDocument | None = None


class ArtefactDocument(BaseModel):
    kind: Code
    content_ref: Digest


class ReadDocument(BaseModel):
    """A member has read it."""

    learner: Id
    at: Moment


class FeedbackDocument(BaseModel):
    """What was said of a version: of one criterion of a rubric, or of the whole. `read` are the members who read it."""

    event: Id
    by: Id
    rubric: Digest | None = None
    criterion: Code | None = None
    text_ref: Digest
    occurred_at: Moment
    recorded_at: Moment
    read: list[ReadDocument]


class WorkVersionDocument(BaseModel):
    """A version of a work; the first is number 1."""

    event: Id
    number: int
    by: Id
    artefacts: list[ArtefactDocument]
    note_ref: Digest | None = None
    occurred_at: Moment
    recorded_at: Moment
    feedback: list[FeedbackDocument]


class ConnectionDocument(BaseModel):
    """Competencies of a framework that a version of the work showed in a course. A piece is of the latest version."""

    version: int | None = None
    course: Id | None = None
    framework: Id | None = None
    competencies: list[Id]


class BesideDocument(BaseModel):
    """What a learner gave herself (`own_…`, by her latest reflection) beside what a piece of evidence gave her."""

    learner: Id
    competency: Id
    criterion: Code | None = None
    evidence: Id
    earned: str
    possible: str
    reflection: Id
    own_earned: str
    own_possible: str


class WorkDocument(BaseModel):
    """A work. `members` are those whom the reader may see, `others` how many more there are.

    `version` is the stream's by now: what a further version expects.
    """

    work: Id
    version: int
    members: list[Id]
    others: int
    by: Id
    task: Id | None = None
    courses: list[Id]
    title_ref: Digest | None = None
    occurred_at: Moment
    recorded_at: Moment
    versions: list[WorkVersionDocument]
    evidence: list[Id] = Field(description="The pieces that say something of this work, by their events.")
    withheld: str | None = Field(None, description="Why the reader's own results are not shown to her yet.")
    connections: list[ConnectionDocument]
    beside: list[BesideDocument]


class PortfolioDocument(BaseModel):
    """A learner's works and evidence, across courses and years, oldest first."""

    learner: Id
    as_of: AsOfDocument
    under_review: UnderReview = None
    works: list[WorkDocument]
    evidence: list[PieceDocument]
    portfolio: CuratedDocument = Field(description="What the learner chose to show, and to whom.")


class OneWorkDocument(WorkDocument):
    """A work with the evidence that its visible members have of it."""

    as_of: AsOfDocument
    under_review: UnderReview = None
    pieces: list[PieceDocument]


class HealthDocument(BaseModel):
    """How the service stands. `quarantined` counts owners whose entries wait to be looked at."""

    service: Literal["portfolio"]
    status: Literal["ok", "degraded"]
    roles: list[str]
    shards: dict[str, list[ShardDocument]]
    quarantined: int | None = None
    reason: str | None = None


PROBLEMS = refusals(
    {
        401: "No valid access token.",
        404: "There is no such thing, or it is not yours to see.",
        410: "The learner is forgotten.",
        422: "Something in the request is wrong; `field` says what.",
        503: "Not possible at the moment, or not seen so far yet.",
    }
)
