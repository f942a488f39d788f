"""Each family beside a plain writing of its published formula, over everything so far, in Python's own arithmetic."""

import math
import statistics
from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ledger.decimals import SCALE
from shared.rulebook.families import ascertain, canvas, kolibri, marzano, recent
from shared.rulebook.method import Piece

TOP = 4 * SCALE
VALUES = st.lists(st.integers(0, 40).map(lambda tenths: tenths * SCALE // 10), min_size=1, max_size=12)
ABOVE_ZERO = st.lists(st.integers(1, 40).map(lambda tenths: tenths * SCALE // 10), min_size=1, max_size=12)
moderate = settings(max_examples=25)


def after_each(plain: Callable[[Sequence[int]], int | None], values: Sequence[int]) -> list[int | None]:
    """The plain writing over each beginning of the values."""
    return [plain(values[: n + 1]) for n in range(len(values))]


def six(value: Fraction) -> int:
    return round(value)


@given(ABOVE_ZERO)
@moderate
def test_a_power_law(values: list[int]) -> None:
    def plain(seen: Sequence[int]) -> float:
        n, lx, ly = len(seen), [math.log(k) for k in range(1, len(seen) + 1)], [math.log(v) for v in seen]
        if n == 1:
            return seen[0]
        above = n * sum(x * y for x, y in zip(lx, ly, strict=True)) - sum(lx) * sum(ly)
        b = above / (n * sum(x * x for x in lx) - sum(lx) ** 2)
        return float(min(TOP, math.exp((sum(ly) - b * sum(lx)) / n) * n**b))

    curve = marzano.power_law(values, top=TOP, fewest=1, zeros="mean", rule="plain")
    assert list(curve) == [pytest.approx(plain(values[: n + 1]), abs=2) for n in range(len(values))]


@given(VALUES, st.integers(1, 6), st.integers(0, 6))
@moderate
def test_n_of_m(values: list[int], n: int, more: int) -> None:
    def plain(seen: Sequence[int]) -> int | None:
        window = seen[-(n + more) :]
        return max((v for v in window if sum(each >= v for each in window) >= n), default=None)

    assert list(ascertain.n_of_m(values, n=n, m=n + more)) == after_each(plain, values)


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("ab")), min_size=1, max_size=9), st.integers(1, 4))
@moderate
def test_sustained(pieces: list[tuple[int, str]], k: int) -> None:
    def plain(count: int) -> int | None:
        seen = pieces[:count]
        shown = len(seen) >= k and len({kind for _, kind in seen}) >= 2
        return min(value for value, _ in seen[-k:]) if shown else None

    given = [Piece(value, (), kind=kind) for value, kind in pieces]
    assert list(ascertain.sustained(given, k=k)) == [plain(n + 1) for n in range(len(pieces))]


@given(VALUES, st.integers(1, 5))
@moderate
def test_mode_median_and_means(values: list[int], n: int) -> None:
    def mode(tie: Callable[[Sequence[int]], int]) -> Callable[[Sequence[int]], int]:
        return lambda seen: tie([v for v in seen[-n:] if v in statistics.multimode(seen[-n:])])

    assert list(recent.mode(values, n=n, tie="higher")) == after_each(mode(max), values)
    assert list(recent.mode(values, n=n, tie="newer")) == after_each(mode(lambda frequent: frequent[-1]), values)
    exact = [Fraction(value) for value in values]
    assert list(recent.median(values, n=n)) == [
        six(statistics.median(exact[max(0, k - n + 1) : k + 1])) for k in range(len(values))
    ]
    assert list(recent.mean(values, n=n)) == after_each(
        lambda seen: six(Fraction(sum(seen[-n:]), len(seen[-n:]))), values
    )
    best = after_each(lambda seen: six(statistics.mean(sorted(map(Fraction, seen))[-n:])), values)
    assert list(recent.mean_of_highest(values, n=n)) == best


@given(st.lists(st.booleans(), min_size=1, max_size=15), st.integers(1, 5), st.integers(0, 5))
@moderate
def test_m_of_n(right: list[bool], m: int, more: int) -> None:
    values = [TOP if each else 0 for each in right]
    expected = after_each(lambda seen: TOP if list(seen[-(m + more) :]).count(TOP) >= m else 0, values)
    assert list(kolibri.m_of_n(values, top=TOP, m=m, n=m + more)) == expected


@given(st.lists(st.integers(0, 40).map(lambda tenths: tenths / 10), min_size=1, max_size=10), st.integers(1, 99))
@moderate
def test_canvas_by_the_closed_forms(scores: list[float], weight: int) -> None:
    """The weight of s₁ is (1 − w)ⁿ⁻¹, of each later sₖ w(1 − w)ⁿ⁻ᵏ (RULES.md 1.3), but for a double's last places."""
    w = Fraction(weight, 100)
    exact = [Fraction(round(score * 10), 10) for score in scores]

    def decayed(n: int) -> Fraction:
        later = sum((exact[k] * w * (1 - w) ** (n - 1 - k) for k in range(1, n)), Fraction())
        return exact[0] * (1 - w) ** (n - 1) + later

    def weighted(n: int) -> Fraction:
        return exact[0] if n == 1 else exact[n - 1] * w + sum(exact[: n - 1], Fraction()) / (n - 1) * (1 - w)

    counts = range(1, len(scores) + 1)
    assert list(canvas.decaying_average(scores, weight)) == [
        pytest.approx(float(decayed(n)), abs=1e-12) for n in counts
    ]
    assert list(canvas.weighted_average(scores, weight)) == [
        pytest.approx(float(weighted(n)), abs=1e-12) for n in counts
    ]
    halves = [int(100 * decayed(n) + Fraction(1, 2)) * SCALE // 100 for n in counts]
    rates = recent.decaying_average([int(each * SCALE) for each in exact], rate=weight)
    assert list(rates) == halves
