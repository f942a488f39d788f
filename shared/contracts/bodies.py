"""The bodies of events, version 1 each. A string in a body is an id, an enum, a digest, a decimal, an instant, a code
or a scope: nothing that tells who somebody is (DESIGN §3).
"""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, ValidationInfo, field_validator, model_validator

from shared.contracts.values import Code, Contract, Digest, Earned, Id, Moment, PolicyScope, Possible, RoleScope
from shared.ledger.decimals import scaled

Purpose: TypeAlias = Literal["practice", "performance", "diagnostic"]
Role: TypeAlias = Literal["teacher", "administrator", "auditor"]
DocumentFormat: TypeAlias = Literal[
    "ascertain.framework@1",
    "ascertain.rubric@1",
    "ascertain.rubric@2",
    "ascertain.task@1",
    "ascertain.task@2",
    "ascertain.policy@1",
    "ascertain.policy@2",
    "ascertain.questions@1",
    "ascertain.moves@1",
]

MAX_RESULTS = 500
"""Results one event may carry; more would crowd the body's 256 KiB."""


class Result(Contract):
    """What was earned of what was possible, for one competency and, where a rubric was used, one criterion."""

    competency: Id
    criterion: Code | None = None
    possible: Possible
    earned: Earned

    @field_validator("earned")
    @classmethod
    def _within_possible(cls, earned: str, given: ValidationInfo) -> str:
        possible = given.data.get("possible")  # absent where it was refused itself
        if possible is not None and scaled(earned) > scaled(possible):
            raise ValueError(f"must not be above what was possible ({possible})")
        return earned


class CriterionResult(Result):
    """A result by a rubric: the criterion is always named."""

    criterion: Code


class DocumentPublished(Contract):
    """An immutable document exists: a framework, a rubric, a task or another, addressed by the digest of its bytes.

    `id` is the document's own id, where its format has one; `size` counts bytes.
    """

    digest: Digest
    format: DocumentFormat
    id: Id | None = None
    size: Annotated[int, Field(ge=2, le=8 * 1024 * 1024)]


class PolicyAdopted(Contract):
    """From this position on, `policy` is in force for `scope`."""

    scope: PolicyScope
    policy: Digest
    mode: Literal["recompute", "keep_attained"]
    reason_ref: Digest | None = None


class SectionOpened(Contract):
    """A section of a course at a school, from `begins_at` until before `ends_at` where these are known."""

    section: Id
    course: Id
    school: Id
    begins_at: Moment | None = None
    ends_at: Moment | None = None


class RoleGranted(Contract):
    """A person has a role within a scope, until before `ends_at` where it is given."""

    person: Id
    role: Role
    scope: RoleScope
    ends_at: Moment | None = None

    @model_validator(mode="after")
    def _role_fits_scope(self) -> Self:
        check_role_scope(self.role, self.scope)
        return self


class RoleRevoked(Contract):
    """A person no longer has a role within a scope."""

    person: Id
    role: Role
    scope: RoleScope

    @model_validator(mode="after")
    def _role_fits_scope(self) -> Self:
        check_role_scope(self.role, self.scope)
        return self


class LearnerEnrolled(Contract):
    """A learner belongs to a school: through a section of a course there, or where none is given by itself."""

    learner: Id
    school: Id
    section: Id | None = None
    course: Id | None = None


class LearnerWithdrawn(Contract):
    """A learner no longer belongs to a section, or where none is given to the school and all its sections."""

    learner: Id
    school: Id
    section: Id | None = None


class AttemptRecorded(Contract):
    """A learner tried something: results one by one, as they were earned.

    `redo_of` names the earlier evidence of the same learner that this attempt does over.
    """

    learner: Id
    task: Id | None = None
    work: Id | None = None
    group: Id | None = None
    course: Id | None = None
    purpose: Purpose
    redo_of: Id | None = None
    results: Annotated[tuple[Result, ...], Field(min_length=1, max_length=MAX_RESULTS, strict=False)]


class RubricScored(Contract):
    """A learner's work was scored by a rubric, pinned by its digest."""

    learner: Id
    rubric: Digest
    task: Id | None = None
    work: Id | None = None
    group: Id | None = None
    course: Id | None = None
    purpose: Purpose
    redo_of: Id | None = None
    feedback_ref: Digest | None = None
    results: Annotated[tuple[CriterionResult, ...], Field(min_length=1, max_length=MAX_RESULTS, strict=False)]


class EvidenceVoided(Contract):
    """One piece of a learner's evidence is withdrawn: it stays in the record and no longer counts."""

    learner: Id
    evidence: Id
    reason_ref: Digest | None = None


def check_role_scope(role: Role, scope: str) -> None:
    """Raise ValueError where a role cannot be had within a scope: teachers have sections, the others do not."""
    if (role == "teacher") != scope.startswith("section/"):
        raise ValueError(
            "a teacher's scope is section/{id}; an administrator's or auditor's is district or school/{id}"
        )
