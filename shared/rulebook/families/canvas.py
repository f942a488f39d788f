"""Canvas LMS to the last digit: its doubles, its order of operations and Ruby's rounding (RULES.md 1).

The only module of the pure rooms with floats, and it has + − × ÷ alone, which IEEE 754 fixes to the last bit. Written
from the published formulas, not from Canvas's code.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import TypeAlias

from shared.ledger.decimals import SCALE
from shared.rulebook.method import Child, Piece

Formula: TypeAlias = Callable[[Iterable[float]], Iterator[float | None]]

EPSILON = 2.220446049250313e-16
_HUNDREDTH = SCALE // 100


def rounded(x: float, s: float = 100.0) -> float:
    """Ruby's `Float#round`: half away from zero, in doubles (RULES.md 1.10); `s` is 10 to the digits that stay."""
    return _steps(x, s) / s


def _steps(x: float, s: float) -> float:
    """How many steps of `1 ÷ s` x comes to, rounded; a whole number."""
    if x < 0:
        return -_steps(-x, s)
    product = x * s
    f = float(int(product))
    if product - f >= 0.5:
        f += 1.0
    if x > 0 and (f + 0.5) / s <= x:
        f += 1.0
    return f


def weighted_average(scores: Iterable[float], weight: int) -> Iterator[float]:
    """RULES.md 1.2: the newest against the mean of all before it."""
    total, count = 0.0, 0
    for score in scores:
        if count:
            yield score * (0.01 * weight) + total / count * (0.01 * (100 - weight))
        else:
            yield score
        total, count = total + score, count + 1


def older_weighted_average(scores: Iterable[float], weight: int) -> Iterator[float | None]:
    """RULES.md 1.2, the very old version: nothing before the second score, and only one factor rounded."""
    total, count = 0.0, 0
    for score in scores:
        if count:
            yield score * (0.01 * weight) + total / count * rounded(0.01 * (100 - weight))
        else:
            yield None
        total, count = total + score, count + 1


def decaying_average(scores: Iterable[float], weight: int) -> Iterator[float]:
    """RULES.md 1.3: each score against all that came of those before it."""
    w, average = 0.01 * weight, None
    for score in scores:
        average = score if average is None else average * (1 - w) + score * w
        yield average


def n_mastery(scores: Iterable[float], needed: int, threshold: float) -> Iterator[float | None]:
    """RULES.md 1.4: the mean of every score at or above the threshold, once enough of them exist."""
    total, kept = 0.0, 0
    for score in scores:
        if score >= threshold:
            total, kept = total + score, kept + 1
        yield total / kept if kept >= needed else None


def older_n_mastery(scores: Iterable[float], needed: int) -> Iterator[float | None]:
    """RULES.md 1.4, the old version: the mean of the highest scores, no threshold."""
    best: list[float] = []
    for score in scores:
        best = sorted([*best, score], reverse=True)[:needed]
        yield _sum(best) / needed if len(best) >= needed else None


def highest(scores: Iterable[float]) -> Iterator[float]:
    best = None
    for score in scores:
        best = score if best is None or score > best else best
        yield best


def latest(scores: Iterable[float]) -> Iterator[float]:
    yield from scores


def average(scores: Iterable[float]) -> Iterator[float]:
    total, count = 0.0, 0
    for score in scores:
        total, count = total + score, count + 1
        yield total / count


def percent(earned: int, possible: int, mastery_at: int | None, top: int, cut: int) -> float:
    """RULES.md 1.8: what a result comes to as a share, scaled so that the assignment's mastery is the outcome's.

    Piecewise linear: the assignment's cut becomes the outcome's cut, and all of it all of it.
    """
    score, whole = earned / SCALE, possible / SCALE
    if mastery_at is None or mastery_at <= 0 or cut <= 0:
        return score / whole
    alignment = mastery_at / SCALE
    ratio = (cut / SCALE) / (top / SCALE) / alignment
    if -EPSILON <= ratio - 1 <= EPSILON:
        return score / whole
    cutoff = whole * (1 - alignment)
    over = score + cutoff - whole
    if over > 0 and cutoff > 0:
        stretched = score + (over / cutoff) * (whole / ratio - whole)
        return rounded(stretched / whole * ratio, 10_000.0)
    return rounded(score / whole * ratio, 10_000.0)


def single(pieces: Sequence[Piece], top: int, cut: int) -> Iterator[list[float]]:
    """The scores of each piece, every question of it for itself (RULES.md 1.7: highest and n times)."""
    for piece in pieces:
        shares = (percent(one.earned, one.possible, piece.mastery_at, top, cut) for one in piece.results)
        yield [share * (top / SCALE) for share in shares]


def grouped(pieces: Sequence[Piece], top: int, cut: int) -> Iterator[list[float]]:
    """All scores so far after each piece: the questions of one quiz each stand for the whole quiz (RULES.md 1.7)."""
    quizzes: list[str] = []
    sums: dict[str, tuple[float, float]] = {}
    for index, piece in enumerate(pieces):
        quiz = f"in {piece.group}" if piece.group is not None else f"{index}"
        for one in piece.results:
            share = percent(one.earned, one.possible, piece.mastery_at, top, cut)
            weighed, whole = sums.get(quiz, (0.0, 0.0))
            possible = one.possible / SCALE
            sums[quiz] = (weighed + possible * share, whole + possible)
            quizzes.append(quiz)
        yield [sums[name][0] / sums[name][1] * (top / SCALE) for name in quizzes]


def _each(formula: Formula, pieces: Sequence[Piece], top: int, cut: int) -> Iterator[float | None]:
    """The formula after each piece, every question for itself."""
    ends: list[int] = []

    def scores() -> Iterator[float]:
        for own in single(pieces, top, cut):
            ends.append(len(own) + (ends[-1] if ends else 0))
            yield from own

    for number, value in enumerate(formula(scores()), start=1):
        if number == ends[-1]:
            yield value


def _together(formula: Formula, pieces: Sequence[Piece], top: int, cut: int) -> Iterator[float | None]:
    """The formula after each piece, quizzes together. In one pass where there is no quiz."""
    if all(piece.group is None and len(piece.results) == 1 for piece in pieces):
        yield from _each(formula, pieces, top, cut)
        return
    for scores in grouped(pieces, top, cut):
        *_, last = formula(scores)
        yield last


def _shown(values: Iterable[float | None], top: int) -> Iterator[int | None]:
    """Rounded to two places as Canvas shows it, and never above the top of the scale."""
    for value in values:
        yield None if value is None else min(top, int(_steps(value, 100.0)) * _HUNDREDTH)


def _unrounded(values: Iterable[float | None], top: int) -> Iterator[int | None]:
    """To our own six places, half to even of what the double is exactly: for what Canvas does not round."""
    for value in values:
        yield None if value is None else min(top, round(Fraction(value) * SCALE))


def _sum(scores: Iterable[float]) -> float:
    """From left to right: Python's own `sum` compensates for what is lost, which is another number."""
    total = 0.0
    for score in scores:
        total += score
    return total


def highest_of(pieces: Sequence[Piece], *, top: int, cut: int) -> Iterator[int | None]:
    return _shown(_each(highest, pieces, top, cut), top)


def latest_of(pieces: Sequence[Piece], *, top: int, cut: int) -> Iterator[int | None]:
    return _shown(_together(latest, pieces, top, cut), top)


def average_of(pieces: Sequence[Piece], *, top: int, cut: int) -> Iterator[int | None]:
    return _shown(_together(average, pieces, top, cut), top)


def n_mastery_of(pieces: Sequence[Piece], *, top: int, cut: int, calculation_int: int) -> Iterator[int | None]:
    return _shown(_each(partial(n_mastery, needed=calculation_int, threshold=cut / SCALE), pieces, top, cut), top)


def older_n_mastery_of(pieces: Sequence[Piece], *, top: int, cut: int, calculation_int: int) -> Iterator[int | None]:
    return _shown(_each(partial(older_n_mastery, needed=calculation_int), pieces, top, cut), top)


def weighted_average_of(pieces: Sequence[Piece], *, top: int, cut: int, calculation_int: int) -> Iterator[int | None]:
    return _shown(_together(partial(weighted_average, weight=calculation_int), pieces, top, cut), top)


def older_weighted_average_of(
    pieces: Sequence[Piece], *, top: int, cut: int, calculation_int: int
) -> Iterator[int | None]:
    return _unrounded(_together(partial(older_weighted_average, weight=calculation_int), pieces, top, cut), top)


def decaying_average_of(pieces: Sequence[Piece], *, top: int, cut: int, calculation_int: int) -> Iterator[int | None]:
    return _shown(_together(partial(decaying_average, weight=calculation_int), pieces, top, cut), top)


def class_mean(children: Sequence[Child], *, top: int) -> Iterator[int | None]:
    """RULES.md 1.9: the mean of the learners who have a value, rounded to two places."""
    values = _values(children)
    return _shown([_sum(values) / len(values) if values else None], top)


def class_median(children: Sequence[Child], *, top: int) -> Iterator[int | None]:
    """RULES.md 1.9: the middle value, or the mean of the two middle ones, not rounded."""
    values, middle = sorted(_values(children)), len(_values(children)) // 2
    if not values:
        return iter([None])
    return _unrounded([values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2], top)


def rating_percents(children: Sequence[Child], ratings: Sequence[int]) -> list[int]:
    """RULES.md 1.9: of each rating, from high to low, how many of a hundred learners stand there and in none above.

    Each is rounded for itself, so they may not come to a hundred. A learner below every rating stands in none.
    """
    values, points = _values(children), [rating / SCALE for rating in sorted(ratings, reverse=True)]
    counts = [0] * len(points)
    for value in values:
        reached = next((place for place, least in enumerate(points) if value >= least), None)
        if reached is not None:
            counts[reached] += 1
    return [int(_steps(count / len(values) * 100, 1.0)) if values else 0 for count in counts]


def _values(children: Sequence[Child]) -> list[float]:
    return [child.value / SCALE for child in children if child.value is not None]
