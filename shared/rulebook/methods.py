"""The three methods that every refold runs a million times: highest, latest, and a decaying average.

Each is a generator that yields the value after each contribution, in one pass over integers scaled by 10^6; so the
explanation, *slipped* and the level come from the same run. `weights`, for showing, is what share each had in the end.
Their rows are in `families.ascertain`, the one table in `table`.
"""

from collections.abc import Iterator, Sequence

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
