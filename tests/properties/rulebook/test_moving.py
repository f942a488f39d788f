"""The smallest next result is the smallest: every candidate tried, on scales so small that there are few of them.

The finest step of a scale's numbers is a millionth, so a scale to 0.000024 has 25 results and no more. Canvas and
Mastery Connect show two places, so theirs is to 0.06, with a few places beside each turn and sixty over the scale.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ledger.decimals import unscaled
from shared.rulebook.contribution import Result
from shared.rulebook.explain import Explanation, explain
from shared.rulebook.fold import fold
from shared.rulebook.method import Method
from shared.rulebook.moving import Move
from shared.rulebook.policy import Policy, read_policy
from shared.rulebook.supposing import Supposing
from tests.properties.rulebook.worlds import COMPETENCIES, LEARNERS
from tests.support.folding import gathered
from tests.support.ledger_writer import LedgerWriter, policy_document, result
from tests.support.promises import TRIED, contributions_methods

LEARNER, THEME = LEARNERS[0], COMPETENCIES[0]
ROUNDED = ("canvas.", "masteryconnect.")
HISTORIES = st.lists(st.tuples(st.sampled_from(["attempt", "observe"]), st.integers(0, 12)), min_size=1, max_size=6)
OTHERS: dict[str, list[dict[str, Any]]] = {
    "bkt.forward@1": [
        {"prior": "0.5", "learn": "0.7", "forget": "0.6", "guess": "0.2", "slip": "0.1", "correct_at": "0.55"}
    ],
    "openedx.threshold@1": [{"op": "lte", "threshold": "0.3"}, {"op": "eq", "threshold": "0.5"}],
    "recent.mode@1": [{"n": 4, "tie": "newer"}],
    "marzano.power_law@1": [
        {"fewest": 1, "rule": "trend", "zeros": "exclude"},
        {"fewest": 1, "rule": "maximum", "zeros": "floor"},
        {"fewest": 2, "rule": "trend", "zeros": "floor"},
    ],
    "totara.overall@1": [{"by": "highest"}, {"by": "prioritised"}],
    "ilias.entry@1": [{"by": "last"}],
    "canvas.n_mastery@1": [{"calculation_int": 1}],
}
"""Parameters besides those that a method is tried with: where a greater result comes to less."""

CASES = [
    (method, parameters)
    for method in contributions_methods()
    for parameters in [dict(TRIED.get(method.id, {})), *OTHERS.get(method.id, [])]
]
each_case = pytest.mark.parametrize(
    ("method", "parameters"), CASES, ids=[f"{m.id} {' '.join(map(str, p.values()))}" for m, p in CASES]
)


def explained(
    method: Method, parameters: dict[str, Any], pieces: list[tuple[str, int]]
) -> tuple[Explanation, Policy, list[int], LedgerWriter]:
    """The explanation of pieces worth twelfths of the scale, whose levels begin at each quarter."""
    top = 60_000 if method.id.startswith(ROUNDED) else 24
    levels = [(unscaled(top * quarter // 4), f"Level {quarter}") for quarter in range(4)]
    document = policy_document(method.id, top=unscaled(top), cut=unscaled(top * 5 // 8), levels=levels, redo="adds")
    writer = LedgerWriter()
    writer.adopt("district", {**document, "parameters": parameters})
    for kind, twelfths in pieces:
        writer.now += 1000
        getattr(writer, kind)(LEARNER, result(THEME, str(twelfths), "12"))
    record = gathered(writer.entries, writer.documents)
    state = record.state(LEARNER, THEME)
    policy = read_policy({**document, "parameters": parameters})
    values = [value for _, value in state.counted]
    return explain(state, record.records[LEARNER].contributions[THEME]), policy, values, writer


def comes_to(policy: Policy, writer: LedgerWriter, values: Iterable[int]) -> dict[int, int]:
    """What the fold comes to after each candidate, as one more piece like the newest; -1 where it is no value."""
    record, top = gathered(writer.entries, writer.documents), policy.scale.top
    pieces = record.records[LEARNER].contributions[THEME]
    come: dict[int, int] = {}
    for value in values:
        more = pieces[-1]._replace(event="more", position=pieces[-1].position + 1, results=(Result(value, top),))
        last = fold(record.learners[LEARNER], THEME, [*pieces, more], record.definitions).trajectory[-1]
        come[value] = -1 if last is None else last
    return come


def candidates(top: int, near: Sequence[int]) -> list[int]:
    if top < 100:
        return list(range(top + 1))
    places = {at + step for at in near for step in (-2, -1, 0, 1, 2)} | set(range(0, top + 1, top // 60))
    return sorted(at for at in places if 0 <= at <= top)


@each_case
@given(HISTORIES)
@settings(max_examples=5)
def test_no_smaller_result_does_it_and_what_is_told_does(
    method: Method, parameters: dict[str, Any], pieces: list[tuple[str, int]]
) -> None:
    explanation, policy, values, writer = explained(method, parameters, pieces)
    scale = policy.scale
    told = [move.value for move in explanation.moves]
    come = comes_to(policy, writer, candidates(scale.top, [*told, scale.cut, *values]))
    state = explanation.state
    if explanation.missing is not None or state.value is None:
        assert explanation.moves == ()
        return
    now = scale.level_at(state.value)
    above = next((level.at for level in scale.levels if now is None or level.at > now.at), None)
    goals = {above} if above is not None else set()
    goals |= set() if state.status == "mastered" else {scale.cut}
    for goal in sorted(goals):
        reach = sorted(value for value, after in come.items() if after >= goal)
        move = for_goal(explanation.moves, goal, policy, come)
        if reach:
            assert move is not None
            assert move.pieces == 1
            assert move.value == reach[0] if move.exact else move.value in reach
            assert not move.or_more or all(value in reach for value in come if value >= move.value)
            assert move.or_more or not move.exact or reach != [value for value in come if value >= reach[0]]
        elif method.id != "empower.true_score@1":
            assert move is None or move.pieces > 1
    least = min(come.values())
    lower = scale.level_at(least) != now or (state.status == "mastered" and least < scale.cut)
    if method.id != "empower.true_score@1":
        assert explanation.can_lower == (least < state.value and lower)


def for_goal(moves: Sequence[Move], goal: int, policy: Policy, come: dict[int, int]) -> Move | None:
    """The move that reaches a goal: the one of these that comes to it, the smallest first."""
    one = [move for move in moves if move.pieces == 1 and come[move.value] >= goal]
    more = [move for move in moves if move.pieces > 1]
    return next(iter([*sorted(one, key=lambda move: move.value), *more]), None)


@each_case
@given(HISTORIES)
@settings(max_examples=10)
def test_a_greater_result_comes_to_less_nowhere_but_where_the_method_says(
    method: Method, parameters: dict[str, Any], pieces: list[tuple[str, int]]
) -> None:
    """Of neighbours, beside each place that a method names and over all of a small scale."""
    explanation, policy, values, writer = explained(method, parameters, pieces)
    record = gathered(writer.entries, writer.documents)
    supposed = Supposing.of(explanation.state, record.records[LEARNER].contributions[THEME])
    turns = None if supposed is None else supposed.turns()
    if turns is not None:
        come = comes_to(policy, writer, candidates(policy.scale.top, [*turns, policy.scale.cut, *values]))
        assert {value for value, after in come.items() if after < come.get(value - 1, after)} <= set(turns)


def test_where_a_rising_curve_takes_over_from_the_mean_it_may_come_to_less() -> None:
    """2, 12: under the rule `trend` a 1 comes to their mean, 5; a 2 to the curve, 4."""
    parameters = {"fewest": 1, "rule": "trend", "zeros": "exclude"}
    method = next(method for method in contributions_methods() if method.id == "marzano.power_law@1")
    _, policy, values, writer = explained(method, parameters, [("attempt", 1), ("attempt", 6)])
    assert values == [2, 12]
    assert list(comes_to(policy, writer, range(4)).values()) == [12, 5, 4, 6]
    assert method.turns(values, top=24, **policy.parameters) == (1, 2)


def test_the_one_method_of_which_nobody_can_tell_says_so() -> None:
    unsure = [
        method.id
        for method in contributions_methods()
        for policy in [read_policy({**policy_document(method.id), "parameters": dict(TRIED.get(method.id, {}))})]
        if method.turns([], top=policy.scale.top, cut=policy.scale.cut, **policy.parameters) is None
    ]
    assert unsure == ["empower.true_score@1"]
