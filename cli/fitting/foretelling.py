"""What fits and plain means foretell of learners that they never saw, and under which conditions a fit is no better."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from cli.fitting import em
from cli.fitting.answers import Answers, BySkill, held_back
from cli.fitting.fitting import Fitted, data_of
from cli.fitting.measures import auc, rmse

FEW_ANSWERS = (100, 250, 1_000)
FEW_IN_A_ROW = (3.0, 6.0)
MOSTLY_RIGHT = (0.6, 0.8)


@dataclass(frozen=True, slots=True)
class Foretold:
    """Of a skill's answers that were held back: whether they were right, and what its fit and plain mean foretold.

    `fitted_to` answers of so many; `length` is how many answers a learner gave to it, in the mean of those.
    """

    right: em.Floats
    traced: em.Floats
    plain: em.Floats
    fitted_to: int
    length: float
    mean: float

    @property
    def better(self) -> bool:
        """Whether the fit misses less than the mean."""
        return rmse(self.right, self.traced) < rmse(self.right, self.plain)


class Together(NamedTuple):
    """The same of several skills, one after another."""

    right: em.Floats
    traced: em.Floats
    plain: em.Floats

    @classmethod
    def of(cls, told: Sequence[Foretold]) -> "Together":
        return cls(*(np.concatenate([getattr(each, name) for each in told]) for name in cls._fields))


def foretold(answers: BySkill, fits: Sequence[Fitted], *, share: float, seed: int) -> dict[str, Foretold]:
    """By skill, where a learner who answered it was held back."""
    told: dict[str, Foretold] = {}
    for fitted in fits:
        own = _held_back(answers, fitted.skill, share, seed)
        if own:
            told[fitted.skill] = _foretold(fitted, own, answers[fitted.skill])
    return told


def measured(answers: BySkill, fits: Sequence[Fitted], *, share: float, seed: int) -> Mapping[str, Any]:
    """AUC and RMSE over all answers of the learners held back: of the fits, and of each skill's plain mean.

    `no_better` are the skills whose fit misses no less than their mean does.
    """
    told = foretold(answers, fits, share=share, seed=seed)
    if not told:
        return {"learners": 0, "answers": 0}
    learners = {each.learner for skill in told for each in _held_back(answers, skill, share, seed)}
    right, traced, plain = Together.of(list(told.values()))
    return {
        "learners": len(learners),
        "answers": len(right),
        "auc": _six(auc(right, traced)),
        "auc_of_means": _six(auc(right, plain)),
        "rmse": _six(rmse(right, traced)),
        "rmse_of_means": _six(rmse(right, plain)),
        "no_better": [skill for skill, each in told.items() if not each.better],
    }


class Condition(NamedTuple):
    """Skills of which the same holds, and how their fits do."""

    what: str
    told: Sequence[Foretold]

    @property
    def no_better(self) -> int:
        return sum(not each.better for each in self.told)


def conditions(told: Mapping[str, Foretold]) -> Iterator[Condition]:
    """The skills by how many answers they were fitted to, how many a learner gave, and how many were right."""
    yield from _parted(told, "fitted to {} answers", FEW_ANSWERS, lambda each: each.fitted_to)
    yield from _parted(told, "{} answers of a learner, in the mean", FEW_IN_A_ROW, lambda each: each.length)
    yield from _parted(told, "{} of the answers right", MOSTLY_RIGHT, lambda each: each.mean, percent=True)


def _parted(
    told: Mapping[str, Foretold], what: str, edges: Sequence[float], measure: Any, *, percent: bool = False
) -> Iterator[Condition]:
    def text(edge: float) -> str:
        return f"{edge * 100:.0f} %" if percent else f"{edge:,.0f}"

    bounds = [0, *edges, float("inf")]
    for low, high in pairwise(bounds):
        own = [each for each in told.values() if low <= measure(each) < high]
        between = f"under {text(high)}" if not low else f"{text(low)} and more" if high == float("inf") else ""
        if own:
            yield Condition(what.format(between or f"{text(low)} to under {text(high)}"), own)


def _held_back(answers: BySkill, skill: str, share: float, seed: int) -> list[Answers]:
    return [each for each in answers[skill] if held_back(each.learner, share, seed)]


def _foretold(fitted: Fitted, own: Sequence[Answers], everyone: Sequence[Answers]) -> Foretold:
    data, parameters = data_of(own, fitted.templates), fitted.fit.parameters
    before, _, _, _ = em.forward(data, parameters)
    traced = [
        known[0] * (1 - parameters.slip[0, kind]) + (1 - known[0]) * parameters.guess[0, kind]
        for known, kind in zip(before, data.templates, strict=True)
    ]
    right = np.concatenate(data.right).astype(np.float64)
    length = sum(len(each.right) for each in everyone) / len(everyone)
    return Foretold(
        right, np.concatenate(traced), np.full(len(right), fitted.mean), fitted.answers, length, fitted.mean
    )


def _six(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
