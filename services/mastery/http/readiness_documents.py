"""What answers about readiness look like, for the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from services.mastery.http.values import Status
from shared.contracts.values import Id, Moment
from shared.runtime.documents import AsOfDocument

_LEARNER = "8f14e45f-ceea-8e7a-9c3b-2f1d0a5b6c7d"
_OTHER = "9a115815-4dfa-82ca-9dbd-0694a4e9bdc8"
_SECTION = "1b9d6bcd-bbfd-8b2d-9b5d-ab8dfbbd4bed"
_LINEAR = "c9f0f895-fb98-4b91-8f5e-0c1d2e3f4a5b"
_SLOPE = "45c48cce-2e2d-4fbd-aa1a-fc51c7c6ad26"
_EVENT = "0b5c7d0e-6f0a-4d0b-9f5e-4d3d3f0f6c11"
_PINS: list[JsonValue] = [
    {"ledger": "definitions", "shard": 0, "position": 7},
    {"ledger": "evidence", "shard": 12, "position": 345},
]
_STEP: dict[str, JsonValue] = {
    "competency": _LINEAR,
    "code": "8.ee.c.7",
    "statement": "Solves linear equations in one variable.",
    "status": "not_yet",
    "opens": 5,
    "by": [],
    "flagged_by": [],
}
_GROUND: dict[str, JsonValue] = {"competency": _SLOPE, "code": "7.ee.b.4", "status": "slipped"}

_SOURCE: dict[str, JsonValue] = {
    "event": _EVENT,
    "kind": "diagnostic",
    "occurred_at": "2026-08-24T09:00:00.000Z",
    "reaches": True,
}


class NamedDocument(BaseModel):
    """A competency by its id and its code; in words where a learner is told of it."""

    competency: Id
    code: str
    statement: str | None = None


class SourceDocument(BaseModel):
    """The piece that speaks where the level cannot yet: it informs readiness, and touches no level."""

    event: Id
    kind: Literal["diagnostic", "attested"]
    occurred_at: Moment
    reaches: bool = Field(description="Whether it stands at the policy's cut or above.")


class GroundDocument(NamedDocument):
    """A competency that another rests on, as it stands."""

    status: Status
    source: SourceDocument | None = None


class StepDocument(GroundDocument):
    """A competency to go on with: the learner is ready for it, and has not mastered it."""

    statement: str
    opens: int = Field(description="How many competencies rest on it, at any distance, that are not mastered either.")
    by: list[GroundDocument] = Field(description="What it rests on that holds by its source and not by a level.")
    flagged_by: list[NamedDocument] = Field(description="What it rests on, at any distance, that has slipped.")


class FlaggedDocument(GroundDocument):
    """A competency that rests on something that has slipped since. Its own level stands as it is."""

    flagged_by: list[NamedDocument]


class NextDocument(BaseModel):
    """What comes next for a learner: those first that open most, then by code."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "learner": _LEARNER,
                    "as_of": {"pins": _PINS},
                    "next": [_STEP],
                    "ready": 1,
                    "flagged": [],
                }
            ]
        }
    )

    learner: Id
    as_of: AsOfDocument
    next: list[StepDocument]
    ready: int = Field(description="How many there are to go on with in all; `next` has the first `limit` of them.")
    flagged: list[FlaggedDocument]


class ReadyDocument(BaseModel):
    """A learner who is ready, and where she is with the competency itself.

    `by` is what the competency rests on that holds by its source and not by a level.
    """

    learner: Id
    status: Status
    source: SourceDocument | None = None
    by: list[GroundDocument]


class NotReadyDocument(BaseModel):
    """A learner who is not ready, or of whom it is not known: what is lacking of what the competency rests on.

    `first` is what to work on first, `find_out` what nobody knows yet; both may lie further down.
    """

    learner: Id
    because: list[GroundDocument]
    first: list[NamedDocument]
    find_out: list[NamedDocument]


class ReadyForDocument(BaseModel):
    """A competency, and the learners who have not mastered it, each list in the order of their ids."""

    competency: Id
    code: str
    statement: str
    ready: list[ReadyDocument]
    not_ready: list[NotReadyDocument]
    unknown: list[NotReadyDocument]


class SectionReadinessDocument(BaseModel):
    """Who of a section is ready for what: a page by code; `next` goes on from here, null at the end."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "section": _SECTION,
                    "items": [
                        {
                            "competency": _LINEAR,
                            "code": "8.ee.c.7",
                            "statement": "Solves linear equations in one variable.",
                            "ready": [
                                {
                                    "learner": _LEARNER,
                                    "status": "no_evidence",
                                    "by": [{**_GROUND, "status": "no_evidence", "source": _SOURCE}],
                                }
                            ],
                            "not_ready": [
                                {
                                    "learner": _OTHER,
                                    "because": [_GROUND],
                                    "first": [{"competency": _SLOPE, "code": "7.ee.b.4"}],
                                    "find_out": [],
                                }
                            ],
                            "unknown": [],
                        }
                    ],
                    "next": None,
                }
            ]
        }
    )

    section: Id
    items: list[ReadyForDocument]
    next: str | None = None


class ReadinessDocument(BaseModel):
    """Whether the learner is ready for a competency, by what it rests on."""

    readiness: Literal["ready", "not_ready", "unknown"]
    rests_on: list[GroundDocument]
    first: list[NamedDocument] = Field(description="What to work on first, of what does not hold below it.")
    find_out: list[NamedDocument] = Field(description="What nobody knows yet of what it rests on.")
    flagged_by: list[NamedDocument] = Field(description="What it rests on, at any distance, that has slipped.")
    words: list[str]
