"""What a policy for one learner may be of, where the policy for everyone says so (`accommodation`)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from shared.rulebook.policy import ACCOMMODATED, Policy, RollUp

_MEMBERS: Mapping[str, Callable[[Policy], Any]] = MappingProxyType(
    {
        "scale": lambda policy: policy.scale,
        "method": lambda policy: (policy.method.id, policy.parameters),
        "roll_up": lambda policy: _roll_up(policy.roll_up),
        "counts": lambda policy: policy.counts,
        "kinds": lambda policy: policy.kinds,
        "courses": lambda policy: policy.courses,
        "minimum": lambda policy: policy.minimum,
        "redo": lambda policy: policy.redo,
        "relearn": lambda policy: policy.relearn,
        "slip": lambda policy: policy.slip,
        "override": lambda policy: policy.overrides,
    }
)


def beyond(own: Policy, everyones: Policy) -> tuple[str, ...]:
    """The members in which a learner's own policy differs from everyone's and may not, in the order of a document."""
    allowed = everyones.accommodation
    if allowed is None:
        return ()
    return tuple(
        name for name in ACCOMMODATED if name not in allowed and _MEMBERS[name](own) != _MEMBERS[name](everyones)
    )


def _roll_up(roll_up: RollUp | None) -> Any:
    return None if roll_up is None else (roll_up.method.id, roll_up.parameters)
