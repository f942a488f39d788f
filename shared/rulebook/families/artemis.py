"""Artemis: progress times confidence, of exercises and lecture units (RULES.md 4).

Exact fractions where Artemis has doubles. An exercise is a `group` of pieces, of which the newest counts; a piece of
the kind `lecture_unit` is a unit, completed where all of it was earned. What is linked to the competency and was never
tried is not in the record, so it is not counted.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from shared.rulebook.arithmetic import half_even
from shared.rulebook.method import Method, Piece, Takes

LECTURE_UNIT = "lecture_unit"
FEWEST_FOR_RECENCY = 3
GREEN = Fraction(80)
QUICK = 3
_MOST = Fraction(1, 4)
_HUNDRED = Fraction(100)


def mastery(pieces: Sequence[Piece], *, top: int) -> Iterator[int]:
    """After each piece, `top ×` progress × confidence ÷ 100, held to the scale. Each looks at all exercises again."""
    newest: dict[str, Piece] = {}
    for index, piece in enumerate(pieces):
        newest[f"{piece.kind == LECTURE_UNIT} {index if piece.group is None else f'in {piece.group}'}"] = piece
        units = [each for each in newest.values() if each.kind == LECTURE_UNIT]
        exercises = [each for each in newest.values() if each.kind != LECTURE_UNIT]
        reached = min(_HUNDRED, progress(exercises, units) * confidence(exercises)) * top
        yield half_even(reached.numerator, reached.denominator * 100)


def progress(exercises: Sequence[Piece], units: Sequence[Piece]) -> int:
    """0 to 100. Without lecture units it is 0: at the commit that we follow they divide by their number."""
    if not units:
        return 0
    n, possible = len(exercises) + len(units), sum(each.possible for each in exercises)
    earned = sum(each.earned for each in exercises)
    of_exercises = Fraction(earned * len(exercises), possible * n) if possible else Fraction(0)
    of_units = Fraction(sum(each.earned == each.possible for each in units), n)
    return max(0, min(100, ((of_exercises + of_units) * 100 + Fraction(1, 2)).__floor__()))


def confidence(exercises: Sequence[Piece]) -> Fraction:
    """1 + recency + difficulty + quick solving, each at most a quarter."""
    return 1 + recency(exercises) + difficulty(exercises) + quick(exercises)


def recency(exercises: Sequence[Piece]) -> Fraction:
    """The mean weighted by time, from nothing for the oldest, less the plain mean, of scores of a hundred."""
    if len(exercises) < FEWEST_FOR_RECENCY:
        return Fraction(0)
    seconds = [each.at // 1000 for each in exercises]
    first, whole = min(seconds), max(seconds) - min(seconds)
    weights = [second - first if whole else 1 for second in seconds]
    scores = [_score(each) for each in exercises]
    weighted = sum((score * weight for score, weight in zip(scores, weights, strict=True)), Fraction())
    return _held(weighted / Fraction(sum(weights)) - sum(scores, Fraction()) / Fraction(len(scores)))


def difficulty(exercises: Sequence[Piece]) -> Fraction:
    """The share of hard exercises in what was earned less that in what was possible; less the same of easy ones."""
    earned, possible = sum(each.earned for each in exercises), sum(each.possible for each in exercises)
    if not earned or not possible:
        return Fraction(0)

    def gained(level: str) -> Fraction:
        own = [each for each in exercises if each.difficulty == level]
        return Fraction(sum(each.earned for each in own), earned) - Fraction(
            sum(each.possible for each in own), possible
        )

    return _held(gained("hard") - gained("easy"))


def quick(exercises: Sequence[Piece]) -> Fraction:
    """Of the programming exercises (those with a number of submissions), the share that was green soon."""
    programming = [each for each in exercises if each.submissions is not None]
    if not programming:
        return Fraction(0)
    soon = sum(_score(each) >= GREEN and (each.submissions or 0) <= QUICK for each in programming)
    return _held(Fraction(soon, len(programming)))


def _score(piece: Piece) -> Fraction:
    return Fraction(piece.earned * 100, piece.possible)


def _held(confidence: Fraction) -> Fraction:
    return max(-_MOST, min(_MOST, confidence))


ARTEMIS = (
    Method(
        "artemis.mastery@1",
        Takes.PIECES,
        mastery,
        formula="progress = round((nEx÷n)·100·Σearned÷Σpossible + (nLec÷n)·100·completed÷nLec), 0 to 100, 0 without "
        "lecture units; confidence = 1 + recency + difficulty + quick, each held to ±¼; top·progress·confidence ÷ 100",
        source="Artemis, CompetencyProgressService.java@0092205e; RULES.md 4 (quick solving is held to ¼ there too)",
        why="Counts what was read beside what was solved, and trusts recent, hard and quick work more.",
        words="Points in exercises and finished lecture units, times how far they can be trusted, set the value.",
        scale=("top",),
        days=True,
        by_task=True,
        again=True,
    ),
)
