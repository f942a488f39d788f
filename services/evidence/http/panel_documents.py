"""What requests and answers about panels look like."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field, StringConstraints

from services.evidence.http.documents import Place, ReceiptDocument, WrittenText
from services.evidence.http.work_documents import MemberReceipt
from shared.contracts.bodies import Purpose
from shared.contracts.exhibitions import MAX_PANELISTS
from shared.contracts.values import Code, Contract, Digest, Earned, Id, Moment, Text

GivenName: TypeAlias = Annotated[Text, StringConstraints(min_length=1, max_length=200)]

Levels: TypeAlias = Annotated[dict[Code, Earned], Field(min_length=1, max_length=100)]
"""What each criterion of the panel's rubric earns, by its code."""


class PanelistName(Contract):
    """The name of somebody who has no account. It is kept in the vault."""

    given: GivenName
    family: GivenName


class AppointRequest(Contract):
    """A panelist by her id, or by `name` somebody who has no account: then the receipt's `panelist` is her id.

    `role` is teacher, community, work or another code. From `ends_at` on she is shown nothing more.
    """

    id: Id | None = None
    panelist: Id | None = None
    name: PanelistName | None = None
    role: Code
    ends_at: Moment | None = None


class AppointedDocument(ReceiptDocument):
    """The receipt, and who was appointed."""

    panelist: Id


class DismissRequest(Contract):
    id: Id | None = None


class PanelScoreRequest(Contract):
    """A panelist's own levels, every criterion once. With `calibration` the work is a sample to agree by."""

    id: Id | None = None
    levels: Levels
    calibration: bool = False
    note: WrittenText | None = None
    occurred_at: Moment | None = None


class ConcludeRequest(Contract):
    """What the panel agreed on, out of the `scores` that were seen, by their events.

    Where panelists differ on a criterion by as many levels as the plan says, `resolution` says what their discussion
    came to.
    """

    id: Id | None = None
    scores: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_PANELISTS, strict=False)]
    levels: Levels
    resolution: WrittenText | None = None
    purpose: Purpose = "performance"
    task: Id | None = None
    course: Id | None = None
    occurred_at: Moment


class ConcludedDocument(ReceiptDocument):
    """The receipt of the conclusion, and in `receipts` each member's score."""

    receipts: list[MemberReceipt]


class PanelistDocument(BaseModel):
    """Somebody who scores, or did. A guest has no account, and signs in with a pass."""

    panelist: Id
    role: Code
    state: Literal["appointed", "dismissed", "ended"]
    guest: bool
    ends_at: Moment | None = None


class PanelScoreDocument(BaseModel):
    """What a panelist gives a work by now; a score by a rubric that is planned no more is not concluded on."""

    score: Id
    panelist: Id
    rubric: Digest
    calibration: bool
    levels: dict[Code, str]
    note_ref: Digest | None = None


class DifferenceDocument(BaseModel):
    """On this criterion the lowest and the highest lie so many whole levels apart."""

    criterion: Code
    lowest: str
    highest: str
    levels: int


class ConclusionDocument(BaseModel):
    """What the panel concluded, and out of which scores."""

    event: Id
    rubric: Digest
    scores: list[Id]
    levels: dict[Code, str]
    resolution_ref: Digest | None = None


class PanelWorkDocument(BaseModel):
    """A work that is shown. `hidden` counts the scores that are not yours to see before you have given your own."""

    work: Id
    scores: list[PanelScoreDocument]
    hidden: int
    differences: list[DifferenceDocument]
    conclusion: ConclusionDocument | None = None


class AgreementDocument(BaseModel):
    """Of `n` comparisons of two panelists on a criterion, how many are the same, and at most one level apart."""

    n: int
    exact: int
    adjacent: int
    sentence: str


class AgreementsDocument(AgreementDocument):
    """All comparisons together, and those of each criterion."""

    criteria: dict[Code, AgreementDocument]


class PanelDocument(BaseModel):
    """A panel. `agreement` and `calibration` are there for whoever leads it: no figure in them is about one person."""

    exhibition: Id
    rubric: Digest
    discuss_from: int
    panelists: list[PanelistDocument]
    works: list[PanelWorkDocument]
    agreement: AgreementsDocument | None = None
    calibration: AgreementsDocument | None = None
    position: Place
