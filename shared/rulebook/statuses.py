"""Which status the values after each piece come to, by the evidence alone."""

from collections.abc import Sequence

from shared.ledger.instants import Instant
from shared.rulebook.minimum import Minimum
from shared.rulebook.policy import Policy, Slip
from shared.rulebook.state import Status


def status_of(
    kinds: Sequence[str], trajectory: Sequence[int | None], policy: Policy, moments: Sequence[Instant] = ()
) -> Status:
    """The status by the evidence alone. `kinds` are those of the pieces that count, in fold order, and where the
    policy asks for days apart `moments` too.

    *Slipped* asks the value after every earlier piece, also while there were fewer than the minimum (DESIGN §5: at or
    above the cut on some earlier prefix), unless the policy asks from the minimum on. A method that has no value yet
    has not enough.
    """
    minimum = policy.minimum
    if not trajectory:
        return Status.NO_EVIDENCE
    if trajectory[-1] is None or not minimum.met(len(trajectory), kinds, moments):
        return Status.NOT_ENOUGH
    if policy.slip is Slip.FROM_MINIMUM:
        trajectory = trajectory[_met_at(minimum, kinds, moments) :]
    return status_at(trajectory, policy.scale.cut)


def _met_at(minimum: Minimum, kinds: Sequence[str], moments: Sequence[Instant]) -> int:
    """Where the piece stands with which the minimum was met first; what is met stays so, as more pieces come."""
    return next(
        at for at in range(minimum.pieces - 1, len(kinds)) if minimum.met(at + 1, kinds[: at + 1], moments[: at + 1])
    )


def status_at(trajectory: Sequence[int | None], cut: int) -> Status:
    """Whether the cut is reached, was on the way, or neither, by a trajectory that ends in a value."""
    value = trajectory[-1]
    assert value is not None
    if value >= cut:
        return Status.MASTERED
    return Status.SLIPPED if _best(trajectory) >= cut else Status.NOT_YET


def _best(trajectory: Sequence[int | None]) -> int:
    """The greatest value of a trajectory that ends in one. Most have no gaps, where `max` alone is fast."""
    try:
        return max(trajectory)  # type: ignore[type-var, return-value] # None cannot be compared, and says so
    except TypeError:
        return max(value for value in trajectory if value is not None)
