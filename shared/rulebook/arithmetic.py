"""Exact arithmetic on integers scaled by 10^6: the same results as decimals, twice as fast."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from shared.ledger.decimals import unscaled
from shared.rulebook.contribution import Result


def half_even(numerator: int, denominator: int) -> int:
    """`numerator ÷ denominator` to a whole number, half to even. The numerator ≥ 0, the denominator > 0."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and quotient & 1):
        return quotient + 1
    return quotient


def value_of(results: Sequence[Result], top: int) -> int:
    """The value of a contribution: `top ×` the mean of `earned ÷ possible`, rounded once, six places, half even.

    `top` and the value are scaled by 10^6; the scales of earned and possible cancel.
    """
    if len(results) == 1:
        earned, possible, _ = results[0]
        return _part_of(top, earned, possible)
    possible = results[0].possible
    if all(result.possible == possible for result in results):
        return half_even(top * sum(result.earned for result in results), possible * len(results))
    mean = sum((Fraction(result.earned, result.possible) for result in results), Fraction()) / len(results)
    return half_even(top * mean.numerator, mean.denominator)


@lru_cache(maxsize=65_536)
def _part_of(top: int, earned: int, possible: int) -> int:
    """`top × earned ÷ possible`. Remembered: a district's scores are few, its contributions many."""
    return half_even(top * earned, possible)


@lru_cache(maxsize=65_536)
def decimal_text(value: int) -> str:
    """The canonical decimal of a scaled integer. Remembered: a district's values are few, its contributions many."""
    return unscaled(value)
