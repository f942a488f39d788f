"""Mode, median and mean of the newest, the mean of the highest, and Mastery Connect's average (RULES.md 6).

Where fewer than `n` exist, those that exist are taken. Means are exact and rounded once, six places, half even.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from shared.ledger.decimals import SCALE
from shared.rulebook.arithmetic import half_even
from shared.rulebook.method import ChoiceParameter, Method, Takes, WholeParameter

_HUNDREDTH = SCALE // 100


def mode(values: Sequence[int], *, n: int, tie: str) -> Iterator[int]:
    """After each value, the most frequent of the last `n`; of equally frequent ones the higher or the newer."""
    for window in _windows(values, n):
        counts = Counter(window)
        most = max(counts.values())
        frequent = [value for value in window if counts[value] == most]
        yield max(frequent) if tie == "higher" else frequent[-1]


def at_known_values(values: Sequence[int], *, n: int, **_tie: Any) -> list[int]:
    """A value that was there before is more frequent by one: at it, and just past it."""
    return sorted({place for value in values[max(0, len(values) + 1 - n) :] for place in (value, value + 1)})


def median(values: Sequence[int], *, n: int) -> Iterator[int]:
    """After each value, the middle one of the last `n`, or the mean of the two in the middle."""
    for window in _windows(values, n):
        ordered, middle = sorted(window), len(window) // 2
        yield ordered[middle] if len(window) % 2 else half_even(ordered[middle - 1] + ordered[middle], 2)


def mean(values: Sequence[int], *, n: int) -> Iterator[int]:
    """After each value, the mean of the last `n`."""
    for window in _windows(values, n):
        yield half_even(sum(window), len(window))


def mean_of_highest(values: Sequence[int], *, n: int) -> Iterator[int]:
    """After each value, the mean of the `n` greatest so far."""
    best: list[int] = []
    for value in values:
        best = sorted([*best, value], reverse=True)[:n]
        yield half_even(sum(best), len(best))


def decaying_average(values: Sequence[int], *, rate: int) -> Iterator[int]:
    """The recursion of RULES.md 1.3 on exact decimals; two places, half up, at the end only."""
    average, whole = 0, 1  # the average is average ÷ whole, exactly
    for count, value in enumerate(values):
        if not count:
            average = value
        else:
            average, whole = average * (100 - rate) + value * rate * whole, whole * 100
        yield (2 * average + whole * _HUNDREDTH) // (2 * whole * _HUNDREDTH) * _HUNDREDTH


def mean_weights(values: Sequence[int], *, n: int) -> Iterator[int]:
    """Of the last `n` all the same, rounded for showing; nothing for those before."""
    there = min(n, len(values))
    yield from [*[0] * (len(values) - there), *[half_even(SCALE, there)] * there]


def mean_of_highest_weights(values: Sequence[int], *, n: int) -> Iterator[int]:
    """Of the `n` greatest all the same, of equals the older; rounded for showing."""
    best = sorted(range(len(values)), key=lambda index: (-values[index], index))[:n]
    yield from (half_even(SCALE, len(best)) if index in best else 0 for index in range(len(values)))


def _windows(values: Sequence[int], n: int) -> Iterator[deque[int]]:
    window: deque[int] = deque(maxlen=n)
    for value in values:
        window.append(value)
        yield window


_NEWEST = partial(WholeParameter, "n", 1, 100, default=None)

RECENT = (
    Method(
        "recent.mode@1",
        Takes.VALUES,
        mode,
        formula="the most frequent of the last n values; tie: the higher, or the newer",
        source="Mastery Connect (tie: higher), Educate (tie: newer); RULES.md 6",
        why="What the learner shows most often, without half levels that no rubric has.",
        words="The value shown most often in the last {n} pieces sets it; of a tie, the {tie} one.",
        parameters=(
            _NEWEST(about="of how many of the newest"),
            ChoiceParameter("tie", ("higher", "newer"), "which of equally frequent values", default="higher"),
        ),
        turns=at_known_values,
    ),
    Method(
        "recent.median@1",
        Takes.VALUES,
        median,
        formula="the middle of the last n values; of two in the middle, their mean, six places, half even",
        source="TeacherEase; RULES.md 6",
        why="One piece that fell out of line, up or down, moves little.",
        words="The middle of the last {n} pieces sets the value.",
        parameters=(_NEWEST(about="of how many of the newest"),),
    ),
    Method(
        "recent.mean@1",
        Takes.VALUES,
        mean,
        formula="round₆(mean of the last n values), half even",
        source="TeacherEase; RULES.md 6",
        why="An old failure is gone after n more pieces.",
        words="The mean of the last {n} pieces sets the value.",
        weights=mean_weights,
        parameters=(_NEWEST(about="of how many of the newest"),),
    ),
    Method(
        "recent.mean_of_highest@1",
        Takes.VALUES,
        mean_of_highest,
        formula="round₆(mean of the n greatest values), half even",
        source="Educate (n = 3); RULES.md 6",
        why="Only what went well counts; no further piece lowers it once there are n.",
        words="The mean of the {n} best pieces sets the value.",
        weights=mean_of_highest_weights,
        parameters=(WholeParameter("n", 1, 100, "of how many of the greatest", default=3),),
    ),
    Method(
        "masteryconnect.decaying_average@1",
        Takes.VALUES,
        decaying_average,
        formula="d₁ = s₁; dₖ = dₖ₋₁·(1 − w) + sₖ·w, w = rate ÷ 100, exact; two places, half up, at the end only",
        source="Mastery Connect; RULES.md 6",
        why="What Mastery Connect shows, without doubles: its rounding is not published, so halves go up.",
        words="Each new piece weighs {rate}%, all before it together the rest.",
        parameters=(WholeParameter("rate", 50, 100, "what the newest weighs, of a hundred", default=65),),
    ),
)
