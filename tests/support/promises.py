"""What each method promises, found by trying every short history: with the smallest that breaks a promise.

A history is the values of pieces, oldest first, on a scale to 4 with mastery from 3 (for knowledge tracing from 3.8).
Short ones are tried in order of length and then of value, so that what is found is the smallest. Longer ones are
Hypothesis's (`tests/properties/rulebook/test_method_promises.py`), which may not find what this page says is not there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from shared.ledger.decimals import SCALE, unscaled
from shared.rulebook.contribution import Result
from shared.rulebook.families.artemis import LECTURE_UNIT
from shared.rulebook.method import Child, Method, Piece, Takes
from shared.rulebook.table import METHODS

TOP, CUT = 4 * SCALE, 3 * SCALE
STEPS = (0, 1, 2, 3, 4)
LONGEST, WHILE, BEFORE = 4, 40, 10
KINDS = ("attempt", "observation", "rubric_score")

UNIT = Piece(TOP, (Result(TOP, TOP),), 0, LECTURE_UNIT)

History = tuple[int, ...]

TRIED: Mapping[str, Mapping[str, Any]] = {
    "ascertain.decaying_average@1": {"weight": "0.65"},
    "ascertain.n_of_m@1": {"n": 3, "m": 5},
    "ascertain.sustained@1": {"k": 3},
    "canvas.n_mastery@1": {"calculation_int": 3},
    "canvas.older_n_mastery@1": {"calculation_int": 3},
    "marzano.power_law@1": {"fewest": 3},
    "recent.mode@1": {"n": 3},
    "recent.median@1": {"n": 3},
    "recent.mean@1": {"n": 3},
    "kolibri.m_of_n@1": {"m": 3, "n": 5},
    "kolibri.in_a_row@1": {"m": 3},
    "bkt.forward@1": {"prior": "0.4", "learn": "0.1", "guess": "0.2", "slip": "0.1"},
    "ilias.entry@1": {"by": "best"},
    "totara.overall@1": {"by": "latest"},
}
"""The parameters that a method is tried with; one that is not named here is tried with its defaults."""

OF_CHILDREN: Mapping[str, Mapping[str, Any]] = {
    name: {"base": 3, "competencies": [{"id": str(n), "points": 1, "required": n == 0} for n in range(4)]}
    for name in ("moodle.points@1", "rollup.required_points@1")
} | {"totara.criteria@1": {"levels": [{"at": "2", "groups": [["0"]]}, {"at": "4", "groups": [["0", "1"]]}]}}


@dataclass(frozen=True)
class Promise:
    """Whether it holds, and what was seen: the smallest history against it, or how soon it comes about."""

    holds: bool
    seen: str


@dataclass(frozen=True)
class Promises:
    """What is said of a method of contributions."""

    better: Promise
    more: Promise
    failure: Promise
    slip: Promise


def parameters_of(method: Method) -> dict[str, Any]:
    return method.read({**TRIED, **OF_CHILDREN}.get(method.id, {}))


def cut_of(method: Method) -> int:
    return TOP * 95 // 100 if method.id.startswith("bkt.") else CUT


def run(method: Method, history: Sequence[int]) -> list[int | None]:
    """The value after each piece; the pieces are of kinds in turn, each of its own group."""
    values = [step * SCALE for step in history]
    taken: list[Any] = values
    if method.takes is Takes.PIECES:
        taken = [Piece(each, (Result(each, TOP),), at, KINDS[at % len(KINDS)]) for at, each in enumerate(values)]
    scale = {"top": TOP, "cut": cut_of(method)}
    before = [UNIT] if method.id.startswith("artemis.") else []  # without a lecture unit it is 0 whatever happens
    after_each = method.values(
        [*before, *taken], **parameters_of(method), **{name: scale[name] for name in method.scale}
    )
    return list(after_each)[len(before) :]


def came_to(method: Method, history: Sequence[int]) -> int | None:
    return run(method, history)[-1]


def of_children(method: Method, values: Sequence[int | None]) -> int | None:
    cut = cut_of(method)
    children = [
        Child(str(n), None if each is None else each * SCALE, each is not None and each * SCALE >= cut)
        for n, each in enumerate(values)
    ]
    scale = {"top": TOP, "cut": cut}
    arguments = {**parameters_of(method), **{name: scale[name] for name in method.scale}}
    return next(iter(method.values(children, **arguments)))


def histories(longest: int = LONGEST) -> Iterator[History]:
    """Every short history, the shortest first."""
    for length in range(1, longest + 1):
        yield from product(STEPS, repeat=length)


def promises_of(method: Method) -> Promises:
    known: dict[History, int | None] = {}

    def value(history: History) -> int | None:
        if history not in known:
            known[history] = came_to(method, history)
        return known[history]

    return Promises(_better(value), _more(value), _failure(method), _slip(method))


def better_children(method: Method) -> Promise:
    """No child, had it stood a step higher, would have lowered the parent; tried with up to three children."""
    for length in (1, 2, 3):
        for values in product((None, *STEPS), repeat=length):
            now = of_children(method, values)
            for place, each in enumerate(values):
                if each is not None and each < STEPS[-1]:
                    better = [*values[:place], each + 1, *values[place + 1 :]]
                    if _lower(of_children(method, better), now):
                        return Promise(False, f"{values} → {text(now)}; {better} → {text(of_children(method, better))}")
    return Promise(True, "")


def _better(value: Callable[[History], int | None]) -> Promise:
    """No piece, had it been a step better, would have lowered the value."""
    for history in histories():
        for place in range(len(history)):
            if history[place] < STEPS[-1]:
                better = (*history[:place], history[place] + 1, *history[place + 1 :])
                if _lower(value(better), value(history)):
                    return Promise(False, _against(history, value(history), better, value(better)))
    return Promise(True, "")


def _more(value: Callable[[History], int | None]) -> Promise:
    """One more piece, at or above where the value stands, never lowers it."""
    for history in histories(LONGEST - 1):
        now = value(history)
        for step in STEPS:
            if now is not None and step * SCALE >= now and _lower(value((*history, step)), now):
                return Promise(False, _against(history, now, (*history, step), value((*history, step))))
    return Promise(True, "")


def _failure(method: Method) -> Promise:
    """A zero at the beginning is gone: as many pieces at the top come to what they come to without it."""
    with_it, without = run(method, [0, *[4] * WHILE]), run(method, [4] * (WHILE + 1))
    gone = next((n for n in range(1, WHILE + 1) if with_it[n:] == without[n:] and with_it[n] is not None), None)
    if gone is None:
        return Promise(False, f"0 and {WHILE} × 4 → {text(with_it[-1])}")
    return Promise(True, f"after {gone} more" if gone > 1 else "at once")


def _slip(method: Method) -> Promise:
    """A zero after ten at the top leaves it mastered; and the longest run that a zero undoes."""
    cut = cut_of(method)
    undone = [n for n in range(1, WHILE) for then in [run(method, [*[4] * n, 0])] if _undoes(then[-2], then[-1], cut)]
    if BEFORE not in undone:
        few = f"; {undone[-1]} × 4, 0 would" if undone and undone[-1] < BEFORE else ""
        return Promise(True, f"{BEFORE} × 4, 0 → {text(came_to(method, [*[4] * BEFORE, 0]))}{few}")
    return Promise(False, f"{undone[0]} × 4, 0 → {text(came_to(method, [*[4] * undone[0], 0]))}")


def _undoes(before: int | None, after: int | None, cut: int) -> bool:
    return before is not None and before >= cut and (after is None or after < cut)


def _lower(after: int | None, before: int | None) -> bool:
    return before is not None and (after is None or after < before)


def _against(one: History, value: int | None, other: History, then: int | None) -> str:
    return f"{', '.join(map(str, one))} → {text(value)}; {', '.join(map(str, other))} → {text(then)}"


def text(value: int | None) -> str:
    return "none" if value is None else unscaled(value)


def contributions_methods() -> list[Method]:
    return [method for method in METHODS.values() if method.takes is not Takes.CHILDREN]


def children_methods() -> list[Method]:
    return [method for method in METHODS.values() if method.takes is Takes.CHILDREN]
