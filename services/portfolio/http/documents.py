"""What answers look like, for the OpenAPI document."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.bodies import Purpose
from shared.contracts.values import Code, Digest, Id, Moment


class PinDocument(BaseModel):
    """A position of one shard of one ledger."""

    ledger: Literal["evidence", "definitions"]
    shard: int
    position: int


class AsOfDocument(BaseModel):
    """How far an answer sees. Asked again as of these pins, it is the same for ever."""

    pins: list[PinDocument]
    at: Moment | None = None


class SkillDocument(BaseModel):
    """A competency that a piece of evidence shows; `code` and `statement` where a framework names it."""

    competency: Id
    code: Code | None = None
    statement: str | None = None
    framework: Id | None = None


class ResultDocument(BaseModel):
    competency: Id
    criterion: Code | None = None
    earned: str
    possible: str


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


class WorkVersionDocument(BaseModel):
    """A version of a work; the first is number 1."""

    event: Id
    number: int
    by: Id
    artefacts: list[ArtefactDocument]
    note_ref: Digest | None = None
    occurred_at: Moment
    recorded_at: Moment


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


class PortfolioDocument(BaseModel):
    """A learner's works and evidence, across courses and years, oldest first."""

    learner: Id
    as_of: AsOfDocument
    works: list[WorkDocument]
    evidence: list[PieceDocument]


class OneWorkDocument(WorkDocument):
    """A work with the evidence that its visible members have of it."""

    as_of: AsOfDocument
    pieces: list[PieceDocument]


class ShardDocument(BaseModel):
    """One shard: `head` is the ledger's, `paused` why it does not move."""

    shard: int
    head: int | None = None
    applied: int
    lag_events: int | None = None
    lag_seconds: float | None = None
    paused: str | None = None


class HealthDocument(BaseModel):
    """How the service stands. `quarantined` counts owners whose entries wait to be looked at."""

    service: Literal["portfolio"]
    status: Literal["ok", "degraded"]
    roles: list[str]
    shards: dict[str, list[ShardDocument]]
    quarantined: int | None = None
    reason: str | None = None


class ProblemDocument(BaseModel):
    """RFC 9457: what is wrong, in one plain sentence that says what would be right."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:ascertain:problem:not-found"])
    title: str
    status: int
    detail: str
    field: str | None = None


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "model": ProblemDocument,
        "description": description,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }
    for status, description in {
        401: "No valid access token.",
        404: "There is no such thing, or it is not yours to see.",
        410: "The learner is forgotten.",
        422: "Something in the request is wrong; `field` says what.",
        503: "Not possible at the moment, or not seen so far yet.",
    }.items()
}

POSITION_HEADER: dict[str, Any] = {
    "Ascertain-Position": {
        "description": "How far the answer sees, as `as_of` and `at_least` take it.",
        "schema": {"type": "string", "examples": ["definitions:0:7,evidence:12:345"]},
    }
}
