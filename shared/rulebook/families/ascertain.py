"""Methods of our own: exact decimals, as integers scaled by 10^6; a mean is rounded once, six places, half even.

`highest`, `latest` and `decaying_average`, which every refold runs a million times, are in `shared.rulebook.methods`.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.ledger.decimals import SCALE
from shared.rulebook.arithmetic import half_even
from shared.rulebook.method import DecimalParameter, Method, ParameterError, Piece, Takes, WholeParameter
from shared.rulebook.methods import (
    decaying_average,
    decaying_average_weights,
    highest,
    highest_weights,
    latest,
    latest_weights,
)

FEWEST_KINDS = 2
"""How many kinds of evidence what is sustained must have been shown in."""


def average(values: Sequence[int]) -> Iterator[int]:
    """After each value, the mean of all so far."""
    total = 0
    for count, value in enumerate(values, start=1):
        total += value
        yield half_even(total, count)


def n_of_m(values: Sequence[int], *, n: int, m: int) -> Iterator[int | None]:
    """After each value, the greatest that `n` of the last `m` reach: the n-th best of them. None before there are n."""
    window: deque[int] = deque()
    ordered: list[int] = []
    for value in values:
        window.append(value)
        insort(ordered, value)
        if len(window) > m:
            del ordered[bisect_left(ordered, window.popleft())]
        yield ordered[-n] if len(ordered) >= n else None


def sustained(pieces: Sequence[Piece], *, k: int) -> Iterator[int | None]:
    """After each piece, the lowest of the last `k`; None before there are `k`, or two kinds of evidence."""
    window: deque[int] = deque(maxlen=k)
    kinds: set[str] = set()
    for piece in pieces:
        window.append(piece.value)
        kinds.add(piece.kind)
        yield min(window) if len(window) == k and len(kinds) >= FEWEST_KINDS else None


def average_weights(values: Sequence[int]) -> Iterator[int]:
    """All the same, rounded for showing."""
    yield from [half_even(SCALE, len(values))] * len(values)


def n_of_m_weights(values: Sequence[int], *, n: int, m: int) -> Iterator[int]:
    """The piece that sets the value has all the weight: of equals the newest; none before there are n."""
    *_, reached = n_of_m(values, n=n, m=m)
    newest = max((index for index, value in enumerate(values) if value == reached), default=-1)
    yield from (SCALE if index == newest else 0 for index in range(len(values)))


def _no_more_than_there_are(parameters: Mapping[str, Any]) -> None:
    if parameters["n"] > parameters["m"]:
        raise ParameterError("/n", f"be at most m, {parameters['m']}")


ASCERTAIN = (
    Method(
        "ascertain.highest@1",
        Takes.VALUES,
        highest,
        formula="max(s₁ … sₙ)",
        source="RULES.md, head",
        why="The best that was ever shown stands. One lucky result does too.",
        words="The best piece of evidence sets the value.",
        weights=highest_weights,
        carries=True,
    ),
    Method(
        "ascertain.latest@1",
        Takes.VALUES,
        latest,
        formula="sₙ",
        source="RULES.md, head",
        why="Where the learner is now, and nothing of the way there. One slip undoes it.",
        words="The newest piece of evidence sets the value.",
        weights=latest_weights,
        carries=True,
    ),
    Method(
        "ascertain.decaying_average@1",
        Takes.VALUES,
        decaying_average,
        formula="d₁ = s₁; dₖ = round₆(dₖ₋₁·(1 − w) + sₖ·w), half even",
        source="RULES.md, head",
        why="Newer evidence weighs more, and each step can be checked by hand from what the page shows.",
        words="Newer evidence weighs more: each new piece weighs {weight}, all before the rest.",
        parameters=(DecimalParameter("weight", 0, SCALE, "what each new piece weighs", above=True),),
        weights=decaying_average_weights,
        carries=True,
    ),
    Method(
        "ascertain.average@1",
        Takes.VALUES,
        average,
        formula="round₆(mean(s₁ … sₙ)), half even; the sum is exact",
        source="RULES.md, head",
        why="Every piece weighs the same for ever: simple to check, but an early failure never leaves it.",
        words="The value is the mean of all pieces.",
        weights=average_weights,
    ),
    Method(
        "ascertain.n_of_m@1",
        Takes.VALUES,
        n_of_m,
        formula="the n-th greatest of the last m values; none before there are n",
        source="our own; after Kolibri's m of n (RULES.md 6), for values instead of right and wrong",
        why="Says at which level the learner works n times of the last m: a bad day is forgiven, an old failure goes.",
        words="The value is what {n} of the last {m} pieces reach.",
        parameters=(
            WholeParameter("n", 1, 100, "how many must reach it"),
            WholeParameter("m", 1, 100, "of how many of the newest"),
        ),
        check=_no_more_than_there_are,
        weights=n_of_m_weights,
    ),
    Method(
        "ascertain.sustained@1",
        Takes.PIECES,
        sustained,
        formula="min(sₙ₋ₖ₊₁ … sₙ), once k values exist and two kinds of evidence have been seen",
        source="our own",
        why="What the learner keeps showing: a further result at or above the level never lowers it, and one lucky "
        "result never makes it.",
        words="The lowest of the last {k} pieces sets the value, once two kinds of evidence have been seen.",
        parameters=(WholeParameter("k", 1, 100, "how many of the newest must hold"),),
    ),
)
