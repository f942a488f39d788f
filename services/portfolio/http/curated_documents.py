"""What answers about exhibits and shares look like, for the OpenAPI document."""

from pydantic import BaseModel, Field

from shared.contracts.values import Code, Digest, Id, Moment


class SkillDocument(BaseModel):
    """A competency that a piece shows, or an exhibit, as the learner says; named where a framework names it."""

    competency: Id
    code: Code | None = None
    statement: str | None = None
    framework: Id | None = None


class ExhibitDocument(BaseModel):
    """A version of a work that the learner shows; `number` where the work is known here. Her reason is in the vault."""

    exhibit: Id
    work: Id
    version: Id
    number: int | None = None
    shows: list[SkillDocument]
    reason_ref: Digest | None = None
    chosen_at: Moment


class ShareDocument(BaseModel):
    """A link that was given out. What makes the link is told nowhere."""

    share: Id
    audience: Code
    exhibits: list[Id]
    shared_at: Moment
    expires_at: Moment
    revoked: bool


class CuratedDocument(BaseModel):
    """`version` is what a decision on the portfolio expects: 0 where none was taken yet."""

    version: int
    exhibits: list[ExhibitDocument] = Field(description="In the learner's order.")
    shares: list[ShareDocument] = Field(description="All that were made, oldest first.")
