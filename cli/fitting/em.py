"""Expectation and maximisation for knowledge tracing (RULES.md 7), all restarts and all learners at once.

E is a scaled forward and backward pass, M the normalised counts; `guess + slip` stays below 1, so that a right answer
never speaks against knowing. No pass lowers the likelihood. Forgetting starts at nothing, and so stays there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

MOST_TOGETHER = 0.98
"""The most that guess and slip come to together."""

_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Data:
    """Answers of one skill: row t has the t-th answers of those learners who gave so many, longest first."""

    right: list[NDArray[np.bool_]]
    templates: list[NDArray[np.int64]]
    kinds: int

    @classmethod
    def of(cls, right: Sequence[Sequence[bool]], templates: Sequence[Sequence[int]], kinds: int) -> "Data":
        order = sorted(range(len(right)), key=lambda row: -len(right[row]))
        steps = len(right[order[0]]) if order else 0
        there = [[row for row in order if len(right[row]) > t] for t in range(steps)]
        return cls(
            [np.array([right[row][t] for row in rows]) for t, rows in enumerate(there)],
            [np.array([templates[row][t] for row in rows]) for t, rows in enumerate(there)],
            kinds,
        )


@dataclass(frozen=True, slots=True)
class Parameters:
    """Of each restart: `prior` (restarts); `learn`, `guess`, `slip` (restarts × templates)."""

    prior: Floats
    learn: Floats
    guess: Floats
    slip: Floats

    def chosen(self, restart: int) -> "Parameters":
        only = slice(restart, restart + 1)
        return Parameters(self.prior[only], self.learn[only], self.guess[only], self.slip[only])


@dataclass(frozen=True, slots=True)
class Fit:
    """The best restart, its log likelihood, and the log likelihood of every restart after each pass."""

    parameters: Parameters
    likelihood: float
    passes: list[Floats]


def fit(data: Data, *, restarts: int, seed: int, tolerance: float = 0.001, most: int = 100) -> Fit:
    """Fit from seeded random starts; stops once no restart gains more than `tolerance`."""
    parameters, passes = starts(restarts, data.kinds, seed), []
    for number in range(most):
        parameters_after, likelihood = one_pass(data, parameters)
        passes.append(likelihood)
        if number >= 2 and np.all(passes[-1] - passes[-2] <= tolerance):
            break
        parameters = parameters_after
    best = int(np.argmax(passes[-1]))
    return Fit(parameters.chosen(best), float(passes[-1][best]), passes)


def starts(restarts: int, kinds: int, seed: int) -> Parameters:
    """Random starts: prior U(0, 1), learn and guess U(0, 0.4), slip U(0, 0.3)."""
    random = np.random.default_rng(seed)
    prior, shape = random.uniform(0, 1, restarts), (restarts, kinds)
    return Parameters(
        prior, random.uniform(0, 0.4, shape), random.uniform(0, 0.4, shape), random.uniform(0, 0.3, shape)
    )


def forward(data: Data, parameters: Parameters) -> tuple[list[Floats], list[Floats], list[Floats], Floats]:
    """At each step: how probable knowing was before the answer, and after it, and how probable the answer was.

    The last of the four is the log likelihood of each restart.
    """
    before, after, scales = [], [], []
    known = np.repeat(parameters.prior[:, None], len(data.right[0]), axis=1)
    likelihood = np.zeros(len(parameters.prior))
    for right, kind in zip(data.right, data.templates, strict=True):
        known = known[:, : len(right)]
        if_known, if_not = emissions(parameters, right, kind)
        scale = known * if_known + (1 - known) * if_not
        posterior = known * if_known / scale
        before.append(known)
        after.append(posterior)
        scales.append(scale)
        likelihood += np.log(scale).sum(axis=1)
        known = posterior + (1 - posterior) * parameters.learn[:, kind]
    return before, after, scales, likelihood


def emissions(parameters: Parameters, right: NDArray[np.bool_], kind: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """How probable the answers are of one who knows, and of one who does not."""
    slip, guess = parameters.slip[:, kind], parameters.guess[:, kind]
    return np.where(right, 1 - slip, slip), np.where(right, guess, 1 - guess)


def one_pass(data: Data, parameters: Parameters) -> tuple[Parameters, Floats]:
    """One E and one M: the parameters after it, and the log likelihood of those before it."""
    _, after, scales, likelihood = forward(data, parameters)
    kinds, which = data.kinds, np.eye(data.kinds)
    counts = {
        name: np.zeros((len(parameters.prior), kinds)) for name in ("u", "u right", "k", "k wrong", "left", "learnt")
    }
    back_known = back_not = np.ones_like(after[-1])
    knew = after[-1]
    for t in reversed(range(len(data.right))):
        right, kind = data.right[t], data.templates[t]
        if t + 1 < len(data.right):
            later = len(data.right[t + 1])
            if_known, if_not = emissions(parameters, data.right[t + 1], data.templates[t + 1])
            learn, scale = parameters.learn[:, kind[:later]], scales[t + 1]
            to_known, to_not = if_known * back_known / scale, if_not * back_not / scale
            of_not = 1 - after[t][:, :later]
            counts["learnt"] += (of_not * learn * to_known) @ which[kind[:later]]
            counts["left"] += (of_not * (learn * to_known + (1 - learn) * to_not)) @ which[kind[:later]]
            rest = np.ones((len(parameters.prior), len(right) - later))
            back_known = np.concatenate([to_known, rest], axis=1)
            back_not = np.concatenate([learn * to_known + (1 - learn) * to_not, rest], axis=1)
        knew = after[t] * back_known
        counts["k"] += knew @ which[kind]
        counts["k wrong"] += (knew * ~right) @ which[kind]
        counts["u"] += (1 - knew) @ which[kind]
        counts["u right"] += ((1 - knew) * right) @ which[kind]
    guess, slip = _together(counts["u right"], counts["u"], counts["k wrong"], counts["k"], parameters)
    learn = _share(counts["learnt"], counts["left"], parameters.learn)
    return Parameters(np.clip(knew.mean(axis=1), _LEAST, 1 - _LEAST), learn, guess, slip), likelihood


def _share(part: Floats, whole: Floats, before: Floats) -> Floats:
    """A count's share of another; what it was where there was nothing to count."""
    share = np.where(whole > _LEAST, part / np.maximum(whole, _LEAST), before)
    return np.clip(share, _LEAST, 1 - _LEAST)


def _together(
    guessed: Floats, unknown: Floats, slipped: Floats, known: Floats, parameters: Parameters
) -> tuple[Floats, Floats]:
    """Guess and slip: the best that come to at most `MOST_TOGETHER`, found on that line where the counts lie above."""
    guess, slip = _share(guessed, unknown, parameters.guess), _share(slipped, known, parameters.slip)
    low, high = np.full_like(guess, _LEAST), np.full_like(guess, MOST_TOGETHER - _LEAST)
    for _ in range(50):
        middle = (low + high) / 2
        other = MOST_TOGETHER - middle
        rising = guessed / middle - (unknown - guessed) / (1 - middle) > slipped / other - (known - slipped) / (
            1 - other
        )
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    above = guess + slip > MOST_TOGETHER
    return np.where(above, low, guess), np.where(above, MOST_TOGETHER - low, slip)
