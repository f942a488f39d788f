"""Bodies of professional judgement, and of questions about the record. Version 1 each."""

from typing import Literal, Self, TypeAlias

from pydantic import model_validator

from shared.contracts.values import Contract, Digest, Earned, Id

ReviewOutcome: TypeAlias = Literal["changed", "unchanged"]


class LevelOverridden(Contract):
    """A teacher sets a level by her judgement, whatever the evidence alone says.

    `at` is where the level begins on the scale of `policy`, which was in force; under another policy it is the level
    of the same name. A later one takes its place.
    """

    learner: Id
    competency: Id
    policy: Digest
    at: Earned
    reason_ref: Digest


class OverrideCleared(Contract):
    """The evidence alone decides again, from `override` (the event that set the level) on."""

    learner: Id
    competency: Id
    override: Id
    reason_ref: Digest | None = None


class ReviewRequested(Contract):
    """A learner, or who speaks for her, questions a level, a piece of evidence or a grade: exactly one of the three."""

    learner: Id
    competency: Id | None = None
    evidence: Id | None = None
    grade: Id | None = None
    reason_ref: Digest

    @model_validator(mode="after")
    def _about_one_thing(self) -> Self:
        if sum(about is not None for about in (self.competency, self.evidence, self.grade)) != 1:
            raise ValueError("a review is about exactly one of competency, evidence and grade")
        return self


class ReviewAnswered(Contract):
    """The answer: `change` names the event that changed something, `answer_ref` says what, or why nothing was."""

    learner: Id
    review: Id
    outcome: ReviewOutcome
    change: Id | None = None
    answer_ref: Digest

    @model_validator(mode="after")
    def _names_the_change(self) -> Self:
        if (self.outcome == "changed") != (self.change is not None):
            raise ValueError("change names an event where the outcome is changed, and nowhere else")
        return self
