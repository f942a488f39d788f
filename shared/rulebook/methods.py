"""The methods: how the values of the counted evidence, oldest first, become one value.

Each is a generator that yields the value after each contribution, in one pass over integers scaled by 10^6; so the
explanation, *slipped* and the level come from the same run. A method's id is immutable: whoever changes what a
method computes gives it a new number. `METHODS` is the one table; to add a method, write its two generators, add its
row, and its golden vectors to `tests/replay/`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from shared.ledger.decimals import SCALE
from shared.rulebook.arithmetic import half_even


def highest(values: Sequence[int]) -> Iterator[int]:
    """After each value, the greatest so far. Source: RULES.md, head."""
    best = 0
    for value in values:
        best = max(best, value)
        yield best


def latest(values: Sequence[int]) -> Iterator[int]:
    """After each value, that value. Source: RULES.md, head."""
    yield from values


def decaying_average(values: Sequence[int], *, weight: int) -> Iterator[int]:
    """d₁ = s₁; dₖ = round₆(dₖ₋₁·(1 − w) + sₖ·w), half even, so that each step can be checked by hand.

    `weight` is w, scaled, 0 < w ≤ 1. Source: RULES.md, head.
    """
    remaining, half = SCALE - weight, SCALE // 2
    average: int | None = None
    for value in values:
        if average is None:
            average = value
        else:  # `half_even`, written out: every refold takes this step millions of times
            average, rest = divmod(average * remaining + value * weight + half, SCALE)
            if not rest and average & 1:
                average -= 1
        yield average


def highest_weights(values: Sequence[int]) -> Iterator[int]:
    """The first of the greatest values has all the weight."""
    first = values.index(max(values))
    for index in range(len(values)):
        yield SCALE if index == first else 0


def latest_weights(values: Sequence[int]) -> Iterator[int]:
    """The last value has all the weight."""
    for index in range(1, len(values) + 1):
        yield SCALE if index == len(values) else 0


def decaying_average_weights(values: Sequence[int], *, weight: int) -> Iterator[int]:
    """w(1 − w)ⁿ⁻ᵏ, and (1 − w)ⁿ⁻¹ for the first; each rounded to six places, for showing; so they may miss 1.

    The power is exact, and grows until the weights before round to nothing.
    """
    shares: list[int] = []
    kept, whole = 1, 1  # (1 − w)ⁿ⁻ᵏ is kept ÷ whole
    for index in reversed(range(len(values))):
        if 2 * SCALE * kept < whole:
            break
        shares.append(half_even((weight if index else SCALE) * kept, whole))
        kept, whole = kept * (SCALE - weight), whole * SCALE
    yield from [0] * (len(values) - len(shares))
    yield from reversed(shares)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A decimal that a method needs: above `above`, at most `at_most`, both scaled."""

    name: str
    above: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Method:
    """A method under its immutable id.

    `values` yields the value after each contribution; `weights`, for showing, what share each had in the last one.
    Both take the values, at least one for `weights`, and the parameters by name.
    """

    id: str
    parameters: tuple[Parameter, ...]
    values: Callable[..., Iterator[int]]
    weights: Callable[..., Iterator[int]]


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "ascertain.highest@1": Method("ascertain.highest@1", (), highest, highest_weights),
        "ascertain.latest@1": Method("ascertain.latest@1", (), latest, latest_weights),
        "ascertain.decaying_average@1": Method(
            "ascertain.decaying_average@1",
            (Parameter("weight", above=0, at_most=SCALE),),
            decaying_average,
            decaying_average_weights,
        ),
    }
)
