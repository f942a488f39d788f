"""What answers about exhibitions look like, for the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, Field

from services.portfolio.http.documents import UnderReview
from shared.contracts.values import Code, Digest, Id, Moment

_State = Literal["planned", "open", "closed"]


class TurnoutDocument(BaseModel):
    """How many ballots were issued, and how many were voted with. What they say is told after the close."""

    issued: int
    voted: int


class PanelPlanDocument(BaseModel):
    rubric: Digest
    discuss_from: int


class ShownDocument(BaseModel):
    """A work that is shown, and its number there and on ballots, from 1."""

    work: Id
    number: int
    title_ref: Digest | None = None


class ExhibitionDocument(BaseModel):
    """An exhibition. `version` is what opening and closing it expect.

    `works` are those of which the reader may see a member, `others` how many more are shown.
    """

    exhibition: Id
    version: int
    state: _State
    school: Id
    section: Id | None = None
    title_ref: Digest | None = None
    questions: Digest | None = Field(None, description="The document that the audience's questions stand in.")
    roles: list[Code]
    works: list[ShownDocument]
    others: int
    panel: PanelPlanDocument | None = None
    by: Id = Field(description="Who planned it first.")
    planned_for: Moment | None = None
    planned_at: Moment
    opened_at: Moment | None = None
    closed_at: Moment | None = None
    ballots: TurnoutDocument
    counted: bool = Field(description="Whether what the audience said is published.")
    under_review: UnderReview = None


class ExhibitionsDocument(BaseModel):
    """A page of exhibitions, the one planned last first; it may have fewer than asked for and yet go on."""

    items: list[ExhibitionDocument]
    next: str | None


class CountDocument(BaseModel):
    option: Code
    count: int


class AnsweredDocument(BaseModel):
    """How many answered, and how many left it blank; `withheld` says in words why there are no `counts`."""

    answers: int
    abstained: int
    counts: list[CountDocument] | None = None
    withheld: str | None = None


class AnsweredByRoleDocument(AnsweredDocument):
    role: Code


class ResultsQuestionDocument(AnsweredDocument):
    """A question, over all roles; a rating has its work and number. `roles` is there where it is told by role too."""

    question: Code
    kind: Literal["choice", "rating"]
    work: Id | None = None
    number: int | None = None
    roles: list[AnsweredByRoleDocument] | None = None


class ResultsDocument(BaseModel):
    """What the audience said, in the order in which it was asked, never by how much.

    Before it is published `items` is empty, and `note` says so; afterwards `note` says why it is not told by role,
    where it is not. `recountable`: anyone who reads the topic may count again.
    """

    exhibition: Id
    state: _State
    ballots: TurnoutDocument
    questions: Digest | None = None
    published_at: Moment | None = None
    recountable: bool | None = None
    items: list[ResultsQuestionDocument]
    others: int = Field(description="How many more works were rated, none of whose members the reader may see.")
    note: str | None = None
    under_review: UnderReview = None


class DueDocument(BaseModel):
    """Learners of whom no work was shown at an exhibition that was opened in this school year, in order of their ids.

    `of` is how many learners were looked at.
    """

    begins_at: Moment
    ends_at: Moment
    of: int
    learners: list[Id]
