"""What answers about redos look like, for the OpenAPI document."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.mastery.http.readiness_documents import NamedDocument
from shared.contracts.values import Code, Digest, Id, Moment
from shared.rulebook.redoing import Turn
from shared.runtime.documents import AsOfDocument


class RelearnedDocument(BaseModel):
    """Relearning that was logged; `evidence` is the practice or the reflection itself, where it was recorded."""

    event: Id
    kind: Code
    by: Id
    recorded_at: Moment
    evidence: Id | None = None
    note_ref: Digest | None = None


class RedoOpeningDocument(BaseModel):
    """What may be done over: the piece that the redo names as `redo_of`, the task, or the competency anew. What is
    added to `work` from then on is handed in for it.
    """

    event: Id
    by: Id
    recorded_at: Moment
    evidence: Id | None = None
    task: Id | None = None
    work: Id | None = None
    note_ref: Digest | None = None


class ToRelearnDocument(BaseModel):
    """What there is to relearn: the criterion of the piece with the most room to grow, the words that its score came
    with (`POST /v1/reveal` gives them back), the work whose versions have feedback, and what the competency rests on
    that does not hold, or of which nobody knows.
    """

    criterion: str | None = None
    feedback_ref: Digest | None = None
    work: Id | None = None
    first: list[NamedDocument]
    find_out: list[NamedDocument]


class RedoBegunDocument(BaseModel):
    """A redo, named by the event that began it, and what it waits for: of the learner `relearning` or the `redo`, of
    who may record a `conference`, the `opening` or a `score`; `over` when it was done over. `version` is what the
    opening, or whatever else comes next, expects.
    """

    id: Id
    learner: Id
    competency: Id
    code: str | None = None
    begun: Literal["offered", "requested"]
    by: Id
    recorded_at: Moment
    version: int
    evidence: Id | None = None
    note_ref: Digest | None = None
    waits_for: Turn
    since: Moment
    missing: list[Code]
    anew: bool = Field(
        description="The piece that it began with was withdrawn, and nothing stands in its place: it is opened `anew`."
    )
    next: str = Field(description="What comes next, in one sentence.")


class RedoDocument(RedoBegunDocument):
    """With what is to be relearned first (`required`, in order), what was, the opening, and what did it over."""

    required: list[Code]
    relearn: ToRelearnDocument
    relearned: list[RelearnedDocument]
    opened: RedoOpeningDocument | None = None
    done_by: Id | None = None


class LearnerRedosDocument(BaseModel):
    """The latest redo of each competency, in the order in which they began. Nothing counts how many there were."""

    learner: Id
    as_of: AsOfDocument
    under_review: bool
    redos: list[RedoDocument]


class WaitingRedoDocument(RedoBegunDocument):
    """`waiting_seconds` is how long it has waited for who may record."""

    waiting_seconds: Annotated[int, Field(ge=0)]


class RedosDocument(BaseModel):
    """A page, the longest waiting first; `next` goes on from here, null at the end."""

    items: list[WaitingRedoDocument]
    next: str | None = None
