"""Canvas's methods under ids of their own: the same name in Canvas may mean two numbers (RULES.md 1.1).

What they compute is in `canvas`. In Canvas, what a name computes hangs on a flag of the root account,
`outcomes_new_decaying_average_calculation`; here each meaning has an id that never changes.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from shared.rulebook.families import canvas
from shared.rulebook.method import Method, Takes, WholeParameter, nowhere

_WEIGHT = partial(WholeParameter, "calculation_int", about="what the newest weighs, of a hundred", default=65)
_SCALE = ("top", "cut")


def _row(  # noqa: PLR0913, PLR0917 - what a row says
    name: str,
    values: Callable[..., Iterator[int | None]],
    formula: str,
    section: str,
    why: str,
    words: str,
    *parameters: WholeParameter,
    turns: Callable[..., Sequence[int] | None] = nowhere,
) -> Method:
    return Method(
        f"canvas.{name}@1",
        Takes.PIECES,
        values,
        formula,
        f"Canvas LMS; RULES.md {section}",
        why,
        words,
        parameters,
        _SCALE,
        turns=turns,
    )


def from_the_cut(_: Sequence[int], *, cut: int, **_more: Any) -> tuple[int, int]:
    """A result below the cut never counts, one at it may draw the mean down; as a double it may lie just past it."""
    return cut, cut + 1


def _of_class(name: str, values: Callable[..., Iterator[int | None]], formula: str, words: str) -> Method:
    why = "For staff alone: it speaks of a class, and orders nobody."
    source = "Canvas LMS; RULES.md 1.9"
    return Method(f"canvas.{name}@1", Takes.CHILDREN, values, formula, source, why, words, scale=("top",), staff=True)


_WEIGHTED = "n = 1: s₁; else sₙ·(0.01·w) + mean(s₁ … sₙ₋₁)·(0.01·(100 − w)); two places, half away from zero"
_DECAYING = "d₁ = s₁; dₖ = dₖ₋₁·(1 − w) + sₖ·w, w = 0.01·calculation_int; two places at the end only"
_WEIGHS = "The newest piece weighs {calculation_int}%, the mean of all before it the rest."
_DECAYS = "Each new piece weighs {calculation_int}%, all before it together the rest."

CANVAS = (
    _row(
        "highest",
        canvas.highest_of,
        "max(s₁ … sₙ), two places",
        "1.5",
        "What an account has that never chose anything.",
        "The best result sets the value, as in Canvas.",
    ),
    _row(
        "latest",
        canvas.latest_of,
        "sₙ, two places; a quiz counts as one, with the mean of its questions by points",
        "1.5, 1.7",
        "“Most recent score” in Canvas.",
        "The newest result sets the value, as in Canvas.",
    ),
    _row(
        "average",
        canvas.average_of,
        "mean(s₁ … sₙ), two places; each question of a quiz stands for the whole quiz",
        "1.5, 1.7",
        "“Average” in Canvas.",
        "The value is the mean of all results, as in Canvas.",
    ),
    _row(
        "n_mastery",
        canvas.n_mastery_of,
        "the mean of every sₖ ≥ cut, once calculation_int of them exist; two places",
        "1.4",
        "“n number of times” in Canvas. Results below the cut never count, so an early failure leaves no trace.",
        "The value is the mean of all results at the cut or above, once there are {calculation_int} of them.",
        WholeParameter("calculation_int", 1, 10, "how many results at the cut or above are needed"),
        turns=from_the_cut,
    ),
    _row(
        "older_n_mastery",
        canvas.older_n_mastery_of,
        "the mean of the calculation_int highest, once so many exist; no threshold; two places",
        "1.4 (aa8b5f6d)",
        "What Canvas meant by “n number of times” before: for grades of those years.",
        "The value is the mean of the {calculation_int} best results, once there are so many.",
        WholeParameter("calculation_int", 1, 5, "how many of the highest"),
    ),
    _row(
        "weighted_average",
        canvas.weighted_average_of,
        _WEIGHTED,
        "1.1, 1.2",
        "Stored as `weighted_average`, shown as “Weighted Average”.",
        _WEIGHS,
        _WEIGHT(1, 99),
    ),
    _row(
        "decaying_average",
        canvas.weighted_average_of,
        _WEIGHTED,
        "1.1, 1.2",
        "Stored as `decaying_average`: with the account's flag off it is shown as “Decaying Average”, with it on as "
        "“Weighted Average”; the number is the weighted average both times.",
        _WEIGHS,
        _WEIGHT(1, 99),
    ),
    _row(
        "standard_decaying_average",
        canvas.decaying_average_of,
        _DECAYING,
        "1.1, 1.3",
        "Stored as `standard_decaying_average` where the flag is on: what Canvas now shows as “Decaying Average”.",
        _DECAYS,
        _WEIGHT(50, 99),
    ),
    _row(
        "standard_decaying_average_flag_off",
        canvas.weighted_average_of,
        _WEIGHTED,
        "1.1, 1.2",
        "Stored as `standard_decaying_average` where the flag is off: the same stored name, another number.",
        _WEIGHS,
        _WEIGHT(50, 99),
    ),
    _row(
        "older_weighted_average",
        canvas.older_weighted_average_of,
        "from the second on: sₙ·(0.01·w) + mean(s₁ … sₙ₋₁)·round₂(0.01·(100 − w)); the sum is not rounded",
        "1.2 (aa8b5f6d)",
        "What Canvas meant by “decaying average” at first: for grades of those years.",
        _WEIGHS,
        _WEIGHT(1, 99),
    ),
    _of_class(
        "class_mean", canvas.class_mean, "the mean of the learners with a value, two places", "The mean of the class."
    ),
    _of_class(
        "class_median", canvas.class_median, "the middle, or the mean of the two in it; not rounded", "The median."
    ),
)
