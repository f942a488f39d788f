"""Power laws and their kin: a curve through the scores, read at its end (RULES.md 5).

`Decimal.ln` and `exp` at 50 digits, which are the same on every machine, rounded to six places at the end. A score
of zero has no logarithm: the parameter `zeros` says what becomes of it. Whatever comes out stays on the scale.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from shared.ledger.decimals import SCALE
from shared.rulebook.arithmetic import half_even
from shared.rulebook.method import ChoiceParameter, Method, Takes, WholeParameter

EXACTLY = Context(prec=50)
FLOOR = SCALE // 100
"""What a zero counts as under `zeros: floor`: a hundredth, the smallest step that grade books show."""

_NOTHING = Decimal("1e-30")
"""Slopes and differences nearer to each other than this differ by rounding alone."""


@lru_cache(maxsize=65_536)
def _ln(value: int) -> Decimal:
    """The natural logarithm of a scaled value or of a number of steps: both are asked again and again."""
    return EXACTLY.ln(Decimal(value))


class PowerLaw:
    """ln y = ln a + b ln x, fitted by least squares to the scores in order, x = 1, 2, 3 …; all of them above zero."""

    def __init__(self) -> None:
        self.count = 0
        self._x = self._xx = self._y = self._xy = Decimal(0)

    def add(self, value: int) -> None:
        self.count += 1
        x, y = _ln(self.count), _ln(value)
        self._x, self._y = EXACTLY.add(self._x, x), EXACTLY.add(self._y, y)
        self._xx, self._xy = EXACTLY.fma(x, x, self._xx), EXACTLY.fma(x, y, self._xy)

    def with_one_more(self, value: int) -> "PowerLaw":
        """The curve with one more score; this one stays."""
        law = copy(self)
        law.add(value)
        return law

    @property
    def slope(self) -> Decimal:
        """b; nothing for a single score."""
        if self.count < 2:
            return Decimal(0)
        n = Decimal(self.count)
        above = EXACTLY.subtract(EXACTLY.multiply(n, self._xy), EXACTLY.multiply(self._x, self._y))
        below = EXACTLY.subtract(EXACTLY.multiply(n, self._xx), EXACTLY.multiply(self._x, self._x))
        return EXACTLY.divide(above, below)

    def at(self, x: int, slope: Decimal) -> Decimal:
        """The curve a · x^b at x, scaled as the scores are."""
        ln_a = EXACTLY.divide(EXACTLY.subtract(self._y, EXACTLY.multiply(slope, self._x)), Decimal(self.count))
        return EXACTLY.exp(EXACTLY.fma(slope, _ln(x), ln_a))

    def last(self) -> int:
        """The curve at the newest score, rounded."""
        return _whole(self.at(self.count, self.slope))


def power_law(values: Sequence[int], *, top: int, fewest: int, zeros: str, rule: str) -> Iterator[int | None]:
    """After each value the fitted curve at it, once there are `fewest`; held to the scale.

    `rule`: `plain`; `maximum` (Ascender): the greater of the curve and the mean; `trend` (NHA): the curve only where
    it rises, else the mean.
    """
    law, total, zero = PowerLaw(), 0, False
    for count, given in enumerate(values, start=1):
        total += given
        zero = zero or not given
        if given or zeros == "floor":
            law.add(given or FLOOR)
        mean = half_even(total, count)
        enough = law.count if zeros == "exclude" else count
        if enough < fewest or not enough:
            yield None
        elif zero and zeros == "mean":
            yield mean
        else:
            yield min(top, _ruled(rule, law, mean))


def _ruled(rule: str, law: PowerLaw, mean: int) -> int:
    if rule == "maximum":
        return max(law.last(), mean)
    if rule == "trend" and law.slope <= _NOTHING:
        return mean
    return law.last()


def where_it_begins_to_rise(
    values: Sequence[int], *, top: int, zeros: str, rule: str, **_fewest: Any
) -> tuple[int, ...]:
    """Past a zero, which is no point of the curve; and for `trend` where the curve begins to rise and takes over."""
    if rule != "trend":
        return (1,)
    law = PowerLaw()
    for value in values:
        if value or zeros == "floor":
            law.add(value or FLOOR)
    low, high = 1, top + 1
    while low < high:
        middle = (low + high) // 2
        if law.with_one_more(middle).slope > _NOTHING:
            high = middle
        else:
            low = middle + 1
    return (1,) if low == 1 else (1, low)


def anywhere(_: Sequence[int], **_parameters: Any) -> None:
    """A result may make another trend the nearest, again and again."""


def true_score(values: Sequence[int], *, top: int) -> Iterator[int]:
    """After each value, the end of the trend that lies nearest to all so far: level, straight or a power law.

    Nearest is the smallest sum of differences, six places; of equals the simplest. A zero leaves out the power law.
    The differences are of every score, so each step looks at all before it.
    """
    law, zero = PowerLaw(), False
    for count, value in enumerate(values, start=1):
        zero = zero or not value
        if not zero:
            law.add(value)
        seen = values[:count]
        trends = [_level(seen), _straight(seen)]
        if not zero and count > 1:
            trends.append(_curved(law))
        _, last = min(((_difference(trend, seen), trend(count)) for trend in trends), key=lambda pair: pair[0])
        yield max(0, min(top, round(last)))


def _level(seen: Sequence[int]) -> Callable[[int], Fraction]:
    mean = Fraction(sum(seen), len(seen))
    return lambda _: mean


def _straight(seen: Sequence[int]) -> Callable[[int], Fraction]:
    n = len(seen)
    x, xx = n * (n + 1) // 2, n * (n + 1) * (2 * n + 1) // 6
    y, xy = sum(seen), sum(k * value for k, value in enumerate(seen, start=1))
    slope = Fraction(n * xy - x * y, n * xx - x * x) if n > 1 else Fraction(0)
    start = (y - slope * x) * Fraction(1, n)
    return lambda k: start + slope * k


def _curved(law: PowerLaw) -> Callable[[int], Fraction]:
    slope = law.slope
    return lambda k: Fraction(law.at(k, slope))


def _difference(trend: Callable[[int], Fraction], seen: Sequence[int]) -> int:
    return round(sum((abs(trend(k) - value) for k, value in enumerate(seen, start=1)), Fraction()))


def _whole(value: Decimal) -> int:
    return round(value)


MARZANO = (
    Method(
        "marzano.power_law@1",
        Takes.VALUES,
        power_law,
        formula="xₖ = k, yₖ = sₖ; b = (n·Σ(ln x·ln y) − Σln x·Σln y) ÷ (n·Σ(ln x)² − (Σln x)²); "
        "a = exp((Σln y − b·Σln x) ÷ n); a·nᵇ, at most the top; six places",
        source="Marzano; JumpRope, PowerSchool, Ascender, Aspen, Mastery Connect, Empower, TeacherEase; RULES.md 5",
        why="Follows growth: what was shown early weighs less the more there is. It also follows decline, and steeply.",
        words="A power curve through the pieces in order, read at the newest, sets the value.",
        parameters=(
            WholeParameter("fewest", 1, 10, "below so many there is no value (PowerSchool, Educate: 3)", default=3),
            ChoiceParameter(
                "zeros",
                ("mean", "floor", "exclude"),
                "what becomes of a zero: the mean of all stands in for the curve; it counts as 0.01; it is left out",
                default="mean",
            ),
            ChoiceParameter(
                "rule",
                ("plain", "maximum", "trend"),
                "the curve; Ascender's greater of curve and mean; NHA's curve only where it rises, else the mean",
                default="plain",
            ),
        ),
        scale=("top",),
        turns=where_it_begins_to_rise,
    ),
    Method(
        "empower.true_score@1",
        Takes.VALUES,
        true_score,
        formula="of the mean, the straight line and the power law, that with the smallest Σ|sₖ − trend(k)|, at n",
        source="Empower, “Marzano True Score Estimator”; RULES.md 5. Of equals the simplest, which it leaves open",
        why="Lets the evidence say whether there is growth at all before it reads a trend into it.",
        words="The trend nearest to the pieces in order (level, straight or a power curve) sets the value at its end.",
        scale=("top",),
        turns=anywhere,
        again=True,
    ),
)
