"""What requests about works look like, and what scoring one answers."""

import re
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, Field, model_validator

from services.evidence.http.documents import Place, ReceiptDocument, Version, WrittenText
from shared.contracts.bodies import MAX_RESULTS, CriterionResult, Purpose
from shared.contracts.values import Contract, Digest, Id, Moment
from shared.contracts.works import MAX_ARTEFACTS, MAX_MEMBERS

_LINK = re.compile(r"https?://[^\s/?#@\\]+([/?#]\S*)?")


def _each_once(members: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(members)) < len(members):
        raise ValueError("must name each member once")
    return members


Members: TypeAlias = Annotated[
    tuple[Id, ...], Field(min_length=1, max_length=MAX_MEMBERS, strict=False), AfterValidator(_each_once)
]


class WorkRequest(Contract):
    """A work's members, the task that it is for, and its courses. Its title is kept apart from the record."""

    id: Id | None = None
    members: Members
    task: Id | None = None
    courses: Annotated[tuple[Id, ...], Field(max_length=50, strict=False)] = ()
    title: WrittenText | None = None
    occurred_at: Moment | None = None


class ArtefactRequest(Contract):
    """A part of a version: a text, or a link to where something is to be seen."""

    kind: Literal["text", "link"]
    content: WrittenText

    @model_validator(mode="after")
    def _links_lead_somewhere(self) -> Self:
        if self.kind == "link" and not _LINK.fullmatch(self.content):
            raise ValueError("the content of a link must be an address that begins with https:// or http://")
        return self


class FileRequest(Contract):
    """A part of a version: a file that came before (`POST /v1/works/{id}/files`), and what it is called."""

    kind: Literal["file"]
    file: Id
    name: WrittenText


AnyArtefact: TypeAlias = Annotated[ArtefactRequest | FileRequest, Field(discriminator="kind")]


class FileDocument(BaseModel):
    """A file as it is kept. What it is says its bytes; `sha256` is of them."""

    file: Id
    media_type: str
    size: int
    sha256: Digest


class VersionRequest(Contract):
    """What there is to be seen of a work by now. `expected_version` is the stream's: 1 where it was only started."""

    id: Id | None = None
    expected_version: Version
    artefacts: Annotated[tuple[AnyArtefact, ...], Field(min_length=1, max_length=MAX_ARTEFACTS, strict=False)]
    note: WrittenText | None = None
    occurred_at: Moment | None = None


class ScoresRequest(Contract):
    """Results by a published rubric, the same for all members of a work, or for those named in `members`.

    With `expected_version`, the stream's as `GET /v1/works/{id}` tells it, they are refused where another came since.
    """

    id: Id | None = None
    rubric: Digest
    purpose: Purpose
    task: Id | None = None
    course: Id | None = None
    group: Id | None = None
    occurred_at: Moment
    results: Annotated[tuple[CriterionResult, ...], Field(min_length=1, max_length=MAX_RESULTS, strict=False)]
    feedback: WrittenText | None = None
    members: Members | None = None
    expected_version: Version | None = None


class MemberReceipt(BaseModel):
    """One member's piece of evidence."""

    learner: Id
    id: Id
    position: Place
    version: int


class GroupReceiptDocument(ReceiptDocument):
    """The receipt of the first member's piece, and in `receipts` of each, in the order of the members."""

    receipts: list[MemberReceipt]
