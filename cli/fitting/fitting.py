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


def measured(answers: BySkill, fits: Sequence[Fitted], *, share: float, seed: int) -> Mapping[str, Any]:
    """AUC and RMSE over all answers of the learners held back: of the fits, and of each skill's plain mean."""
    right: list[em.Floats] = []
    traced: list[em.Floats] = []
    plain: list[em.Floats] = []
    learners: set[str] = set()
    for fitted in fits:
        own = [each for each in answers[fitted.skill] if held_back(each.learner, share, seed)]
        if not own:
            continue
        learners |= {each.learner for each in own}
        data, parameters = _data(own, fitted.templates), fitted.fit.parameters
        before, _, _, _ = em.forward(data, parameters)
        for known, correct, kind in zip(before, data.right, data.templates, strict=True):
            traced.append(known[0] * (1 - parameters.slip[0, kind]) + (1 - known[0]) * parameters.guess[0, kind])
            right.append(correct.astype(np.float64))
            plain.append(np.full(len(correct), fitted.mean))
    if not right:
        return {"learners": 0, "answers": 0}
    truth, by_tracing, by_mean = np.concatenate(right), np.concatenate(traced), np.concatenate(plain)
    return {
        "learners": len(learners),
        "answers": len(truth),
        "auc": _six(auc(truth, by_tracing)),
        "auc_of_means": _six(auc(truth, by_mean)),
        "rmse": _six(rmse(truth, by_tracing)),
        "rmse_of_means": _six(rmse(truth, by_mean)),
    }


def _data(sequences: Sequence[Answers], templates: Sequence[str]) -> em.Data:
    places = {template: index for index, template in enumerate(templates)}
    kinds = [[places.get(template, 0) for template in each.templates] for each in sequences]
    return em.Data.of([each.right for each in sequences], kinds, len(templates))


def _six(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
