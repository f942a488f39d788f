"""Bodies of works: what one or several learners make, in versions. Version 1 each."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.contracts.values import Code, Contract, Digest, Id, unique

MAX_MEMBERS = 100
MAX_ARTEFACTS = 50


class WorkStarted(Contract):
    """Members begin a work, for a task and for one or several courses. A work is named by the event that started it."""

    work: Id
    members: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_MEMBERS, strict=False)]
    task: Id | None = None
    courses: Annotated[tuple[Id, ...], Field(max_length=50, strict=False)] = ()
    title_ref: Digest | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        unique("member", self.members)
        return self


class Artefact(Contract):
    """A part of a version: `kind` is a code such as `text` or `link`; what it holds lies in the vault."""

    kind: Code
    content_ref: Digest


class WorkVersionAdded(Contract):
    """A version of a work: what there is to be seen of it by now. Its number is one less than the stream's version."""

    work: Id
    artefacts: Annotated[tuple[Artefact, ...], Field(min_length=1, max_length=MAX_ARTEFACTS, strict=False)]
    note_ref: Digest | None = None


class FeedbackGiven(Contract):
    """What a teacher or another learner says of a version of a work, of one criterion of a rubric or of the whole.

    `version` is the event that added the version. Feedback is named by the event that gave it.
    """

    work: Id
    version: Id
    rubric: Digest | None = None
    criterion: Code | None = None
    text_ref: Digest

    @model_validator(mode="after")
    def _criterion_of_a_rubric(self) -> Self:
        if (self.rubric is None) != (self.criterion is None):
            raise ValueError("rubric and criterion are given together, or neither")
        return self


class FeedbackRead(Contract):
    """A member of the work has read a piece of feedback: the actor of this entry. Each member may say so once."""

    work: Id
    feedback: Id
