"""Bodies about who speaks for a learner, and about forgetting. Version 1 each."""

from shared.contracts.values import Contract, Digest, Id


class GuardianLinked(Contract):
    """A person is a guardian of a learner, and sees what is recorded of her."""

    learner: Id
    guardian: Id


class GuardianUnlinked(Contract):
    """A person is no longer a guardian of a learner."""

    learner: Id
    guardian: Id


class ForgettingRequested(Contract):
    """Somebody asks that a learner be forgotten; somebody else must approve."""

    learner: Id
    reason_ref: Digest | None = None


class LearnerForgotten(Contract):
    """The request was approved: nothing more is recorded of this learner, and her key is destroyed."""

    learner: Id
    request: Id
