"""Fit every skill on its own, and see what the fits predict of learners that they never saw."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cli.fitting import em
from cli.fitting.answers import Answers, BySkill, held_back
from cli.fitting.measures import auc, rmse


@dataclass(frozen=True, slots=True)
class Fitted:
    """The fit of one skill, the names of its templates, and how often its answers were right."""

    skill: str
    fit: em.Fit
    templates: tuple[str, ...]
    mean: float
    answers: int

    def parameters(self) -> dict[str, str]:
        """As bkt.forward@1 takes them: six places; of several templates, the usual ones are their plain means."""
        own = self.fit.parameters
        told = {"prior": _six(own.prior[0]), "forget": "0"}
        for name, row in (("learn", own.learn[0]), ("guess", own.guess[0]), ("slip", own.slip[0])):
            told[name] = _six(row.mean())
            if len(self.templates) > 1:
                told |= {f"{name}.{template}": _six(row[index]) for index, template in enumerate(self.templates)}
        return told


def fit_skills(answers: BySkill, *, share: float, restarts: int, seed: int) -> Iterator[Fitted]:
    """The fit of each skill to the learners who are not held back; a skill of none of them is passed over."""
    for skill, sequences in answers.items():
        own = [each for each in sequences if not held_back(each.learner, share, seed)]
        if own:
            templates = tuple(sorted({template for each in own for template in each.templates}))
            data = _data(own, templates)
            given = sum(len(each.right) for each in own)
            mean = sum(sum(each.right) for each in own) / given
            yield Fitted(skill, em.fit(data, restarts=restarts, seed=seed), templates, mean, given)


@dataclass(frozen=True, slots=True)
class _Told:
    """Of answers that were held back: whether they were right, and what the fit and the plain mean foretold."""

    right: em.Floats
    traced: em.Floats
    plain: em.Floats

    @property
    def gain(self) -> float:
        """By how much the fit misses less than the mean."""
        return rmse(self.right, self.plain) - rmse(self.right, self.traced)


def measured(answers: BySkill, fits: Sequence[Fitted], *, share: float, seed: int) -> Mapping[str, Any]:
    """AUC and RMSE over all answers of the learners held back: of the fits, and of each skill's plain mean.

    `no_better` are the skills whose fit misses no less than their mean does.
    """
    learners: set[str] = set()
    told: dict[str, _Told] = {}
    for fitted in fits:
        own = [each for each in answers[fitted.skill] if held_back(each.learner, share, seed)]
        if own:
            learners |= {each.learner for each in own}
            told[fitted.skill] = _foretold(fitted, _data(own, fitted.templates))
    if not told:
        return {"learners": 0, "answers": 0}
    right, traced, plain = (
        np.concatenate([getattr(each, name) for each in told.values()]) for name in ("right", "traced", "plain")
    )
    return {
        "learners": len(learners),
        "answers": len(right),
        "auc": _six(auc(right, traced)),
        "auc_of_means": _six(auc(right, plain)),
        "rmse": _six(rmse(right, traced)),
        "rmse_of_means": _six(rmse(right, plain)),
        "no_better": [skill for skill, each in told.items() if each.gain <= 0],
    }


def _foretold(fitted: Fitted, data: em.Data) -> _Told:
    before, _, _, _ = em.forward(data, fitted.fit.parameters)
    own = fitted.fit.parameters
    traced = [
        known[0] * (1 - own.slip[0, kind]) + (1 - known[0]) * own.guess[0, kind]
        for known, kind in zip(before, data.templates, strict=True)
    ]
    right = np.concatenate(data.right).astype(np.float64)
    return _Told(right, np.concatenate(traced), np.full(len(right), fitted.mean))


def _data(sequences: Sequence[Answers], templates: Sequence[str]) -> em.Data:
    places = {template: index for index, template in enumerate(templates)}
    kinds = [[places.get(template, 0) for template in each.templates] for each in sequences]
    return em.Data.of([each.right for each in sequences], kinds, len(templates))


def _six(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
