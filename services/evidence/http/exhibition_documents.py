"""What requests and answers about exhibitions and ballots look like."""

from typing import Annotated, Literal, Self, TypeAlias

from fastapi import Path
from pydantic import Field, StringConstraints, model_validator

from services.evidence.domain.ballots import MOST_AT_ONCE
from services.evidence.http.documents import ReceiptDocument, Version, WrittenText
from shared.contracts.exhibitions import (
    MAX_QUESTIONS,
    MAX_ROLES,
    MAX_WORKS,
    AudienceRole,
    PlannedPanel,
)
from shared.contracts.values import Contract, Digest, Id, Moment, unique

ExhibitionId: TypeAlias = Annotated[Id, Path(alias="id")]
Works: TypeAlias = Annotated[tuple[Id, ...], Field(max_length=MAX_WORKS, strict=False)]
Roles: TypeAlias = Annotated[tuple[AudienceRole, ...], Field(min_length=1, max_length=MAX_ROLES, strict=False)]


class PlanRequest(Contract):
    """Which works are shown at a school, to whom, and what the audience is asked: a published questions document.

    With an `exhibition` this takes the place of its plan, at the version of it that `expected_version` names.
    """

    id: Id | None = None
    exhibition: Id | None = None
    expected_version: Version | None = None
    school: Id
    section: Id | None = None
    works: Works = ()
    roles: Roles = ("family", "community", "staff", "learner")
    questions: Digest | None = None
    panel: PlannedPanel | None = None
    planned_for: Moment | None = None
    title: WrittenText | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        unique("work", self.works)
        unique("role", self.roles)
        return self


class ChangeRequest(Contract):
    """Which version of the exhibition the caller decided on: that of the last receipt of planning or opening it."""

    id: Id | None = None
    expected_version: Version


class BallotsRequest(Contract):
    """So many ballots, for people of a role."""

    id: Id | None = None
    role: AudienceRole
    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)]


class BallotsDocument(ReceiptDocument):
    """The receipt of the first ballot, and the `tokens` of all: shown to whoever prints them, and kept nowhere.

    The same request gives the same tokens until the exhibition is closed.
    """

    role: AudienceRole
    tokens: list[str]


class ClosedDocument(ReceiptDocument):
    """The receipt of the close. `tally` is `published` where every vote is counted; `under-way` where that goes on."""

    tally: Literal["published", "under-way"]


MAX_ANSWERS = MAX_QUESTIONS * MAX_WORKS

_Short: TypeAlias = Annotated[str, StringConstraints(max_length=128)]

Answers: TypeAlias = Annotated[dict[_Short, _Short], Field(max_length=MAX_ANSWERS)]
"""Options by the names of what is asked: `question`, or `question/work` of a rating. What is left out is abstained."""


class ShowRequest(Contract):
    """What the gateway asks of a ballot."""

    token: _Short


class VoteRequest(Contract):
    """What the gateway brings of a ballot."""

    token: _Short
    answers: Answers
