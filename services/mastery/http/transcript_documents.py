"""What answers about transcripts look like, for the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, Field

from shared.contracts.values import Code, Digest, Id, Moment
from shared.runtime.documents import AsOfDocument


class LatestDocument(BaseModel):
    """The last piece that counts."""

    event: Id
    kind: str
    occurred_at: Moment
    work: Id | None = None
    task: Id | None = None


class TranscriptLineDocument(BaseModel):
    """A competency with its level in words. `state` is the digest of the state that it is of.

    `kinds` are those of what counts, never how many; `at` is when the latest piece that counts was, or a teacher's
    judgement (`judged`). `under_review`: somebody asked to look at it again.
    """

    competency: Id
    code: Code | None = None
    statement: str | None = None
    level: str
    status: str
    at: Moment | None = None
    judged: bool
    under_review: bool
    kinds: list[str]
    latest: LatestDocument | None = None
    state: Digest


class AreaDocument(BaseModel):
    """What belongs together in a framework; without a title where it stands at its top."""

    title: str | None = None
    competencies: list[TranscriptLineDocument]


class SectionDocument(BaseModel):
    """A framework; without an id for competencies that none names."""

    framework: Id | None = None
    title: str | None = None
    areas: list[AreaDocument]


class GradeLevelDocument(BaseModel):
    competency: Id
    code: Code | None = None
    level: str | None = None


class TranscriptGradeDocument(BaseModel):
    """A grade that was released, as it stands."""

    grade: Id
    course: Id
    period: Id
    at: Moment
    under_review: bool
    levels: list[GradeLevelDocument]


class TranscriptDocument(BaseModel):
    """Levels by framework and area, in the framework's order, with what they rest on; and released grades.

    `GET /v1/transcripts/{code}` confirms the code to anyone. `under_review`: more was recorded, and waits to be looked
    at.
    """

    learner: Id
    as_of: AsOfDocument
    under_review: bool
    code: str = Field(description="Four groups of eight letters and digits.")
    frameworks: list[SectionDocument]
    grades: list[TranscriptGradeDocument]


class StandingDocument(BaseModel):
    """`valid`: the record says the same now. `superseded`: it said so once. `unknown`: there is no such transcript."""

    standing: Literal["valid", "superseded", "unknown"]
