"""Open edX competency criteria: a threshold on an exact fraction, and groups of criteria (RULES.md 3).

Met or not met, so the value is the top of the scale (Demonstrated) or nothing. What was demonstrated once stays so.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from shared.ledger.decimals import SCALE
from shared.rulebook.method import Child, ChoiceParameter, DecimalParameter, Method, Piece, Takes


def threshold(pieces: Sequence[Piece], *, top: int, op: str, threshold: int) -> Iterator[int]:
    """After each piece, the top once any so far met the criterion, else nothing; fractions are compared exactly."""
    demonstrated = False
    for piece in pieces:
        demonstrated = demonstrated or _met(piece, op, threshold)
        yield top if demonstrated else 0


def _met(piece: Piece, op: str, threshold: int) -> bool:
    if len(piece.results) == 1:
        fraction, wanted = piece.earned * SCALE, piece.possible * threshold
    else:
        shares = [Fraction(result.earned, result.possible) for result in piece.results]
        mean = sum(shares, Fraction()) / Fraction(len(shares))
        fraction, wanted = mean.numerator * SCALE, mean.denominator * threshold
    return fraction >= wanted if op == "gte" else fraction <= wanted if op == "lte" else fraction == wanted


def at_the_threshold(_: Sequence[int], *, top: int, threshold: int, **_op: Any) -> tuple[int, int]:
    """Where a fraction meets the threshold, and where it is past it."""
    reached = top * threshold // SCALE
    return reached, reached + 1


def group(children: Sequence[Child], *, top: int, operator: str) -> Iterator[int]:
    """The top where the criteria, groups within groups, are met in their order; else nothing."""
    yield top if _all_or_any(children, operator) else 0


def _all_or_any(children: Sequence[Child], operator: str | None) -> bool:
    """AND and OR stop at the first that decides; no operator is OR. A group without children is never met."""
    met = (_all_or_any(child.children, child.operator) if child.children else child.proficient for child in children)
    return bool(children) and (all(met) if operator == "AND" else any(met))


OPENEDX = (
    Method(
        "openedx.threshold@1",
        Takes.PIECES,
        threshold,
        formula="the top once any earned ÷ possible so far is gte, lte or eq the threshold, exactly; else 0",
        source="Open edX, openedx-core decision 0002 (59f62e6d); RULES.md 3",
        why="AttemptedNotDemonstrated rises to Demonstrated and is never lowered by a later score.",
        words="One result that is {op} {threshold} of what is possible demonstrates it, and it stays demonstrated.",
        parameters=(
            ChoiceParameter("op", ("gte", "lte", "eq"), "how the fraction is compared", default="gte"),
            DecimalParameter("threshold", 0, SCALE, "the fraction it is compared with", default=800_000),
        ),
        scale=("top",),
        verdicts=("Demonstrated", "AttemptedNotDemonstrated"),
        turns=at_the_threshold,
    ),
    Method(
        "openedx.group@1",
        Takes.CHILDREN,
        group,
        formula="AND or OR over criteria and groups in their order, stopping at the first that decides; null is OR",
        source="Open edX, openedx-core decision 0002 (59f62e6d); RULES.md 3",
        why="Demonstrated, or only partially attempted: the root knows no third.",
        words="The criteria are joined by {operator}.",
        parameters=(ChoiceParameter("operator", ("AND", "OR"), "how the criteria are joined", default="OR"),),
        scale=("top",),
        verdicts=("Demonstrated", "PartiallyAttempted"),
    ),
)
