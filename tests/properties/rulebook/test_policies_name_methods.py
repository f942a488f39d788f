"""A policy may name every method of contributions: what is folded under it is what `rules score` says of the same."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.rulebook.explain import Missing, explain
from shared.rulebook.members import PolicyError
from shared.rulebook.method import Method, Takes
from shared.rulebook.outcome import Outcomes, outcome_of
from shared.rulebook.policy import read_policy
from shared.rulebook.scoring import read_case, score
from shared.rulebook.state import canonical_state
from shared.rulebook.table import METHODS
from shared.rulebook.wording import what_next, why
from tests.properties.rulebook.worlds import COMPETENCIES, LEARNERS
from tests.support.folding import gathered
from tests.support.ledger_writer import LedgerWriter, policy_document, result
from tests.support.promises import TRIED, contributions_methods

LEARNER, THEME = LEARNERS[0], COMPETENCIES[0]
PIECES = st.lists(st.tuples(st.sampled_from(["attempt", "observe"]), st.integers(0, 4)), min_size=1, max_size=7)


def policy_of(method: Method, **more: Any) -> dict[str, Any]:
    return {**policy_document(method.id, **more), "parameters": dict(TRIED.get(method.id, {}))}


def written(method: Method, pieces: list[tuple[str, int]], **more: Any) -> LedgerWriter:
    writer = LedgerWriter()
    writer.adopt("district", policy_of(method, **more))
    for kind, earned in pieces:
        writer.now += 1000
        getattr(writer, kind)(LEARNER, result(THEME, str(earned), "4"), purpose="performance")
    return writer


@pytest.mark.parametrize("method", contributions_methods(), ids=lambda method: method.id)
@given(PIECES)
@settings(max_examples=5)
def test_the_fold_says_what_a_score_of_the_same_says(method: Method, pieces: list[tuple[str, int]]) -> None:
    record = gathered((writer := written(method, pieces)).entries, writer.documents)
    state = record.state(LEARNER, THEME)
    kinds = {"attempt": "attempt", "observe": "observation"}
    entries = [{"earned": str(earned), "possible": "4", "kind": kinds[kind]} for kind, earned in pieces]
    case: dict[str, Any] = {**policy_of(method), "entries": entries}
    told = score(read_case({name: case[name] for name in ("method", "parameters", "scale", "entries")}))
    if not method.days:  # entries without times are all of one moment
        assert (state.trajectory, state.value, state.status) == (told.after_each, told.value, told.status)
        assert state.level == told.level
    assert state.digest == hashlib.sha256(canonical_state(state).encode()).hexdigest()
    contributions = record.records[LEARNER].contributions[THEME]
    fast = Outcomes(record.definitions).of(record.learners[LEARNER], THEME, contributions)
    assert fast == outcome_of(state)
    explanation = explain(state, contributions)
    assert why(explanation)
    assert what_next(explanation)


def test_a_method_that_has_no_value_yet_has_not_enough_and_says_so() -> None:
    writer = written(METHODS["ascertain.sustained@1"], [("attempt", 3), ("attempt", 4), ("attempt", 4)])
    record = gathered(writer.entries, writer.documents)
    state = record.state(LEARNER, THEME)
    assert (state.status, state.value, state.trajectory) == ("not_enough", None, (None, None, None))
    explanation = explain(state, record.records[LEARNER].contributions[THEME])
    words = " ".join(why(explanation))
    assert "The lowest of the last 3 pieces sets the value, once two kinds of evidence have been seen." in words
    assert "Value 3. After it: not enough for a value yet." in words
    assert explanation.missing == Missing(pieces=0, kinds=1)
    assert what_next(explanation)[0] == "1 more kind of evidence is needed for a level."


def test_what_a_method_still_needs_for_a_value_is_found_by_trying() -> None:
    writer = written(METHODS["canvas.n_mastery@1"], [("attempt", 3), ("attempt", 2)])
    record = gathered(writer.entries, writer.documents)
    explanation = explain(record.state(LEARNER, THEME), record.records[LEARNER].contributions[THEME])
    assert explanation.missing == Missing(pieces=2, kinds=0)


def test_slipped_looks_past_the_pieces_that_had_no_value() -> None:
    pieces = [("attempt", 3), ("observe", 4), ("attempt", 4), ("attempt", 0)]
    writer = written(METHODS["ascertain.sustained@1"], pieces)
    state = gathered(writer.entries, writer.documents).state(LEARNER, THEME)
    assert (state.status, state.trajectory) == ("slipped", (None, None, 3_000_000, 0))


def test_several_results_of_one_piece_are_one_quiz_for_canvas() -> None:
    writer = LedgerWriter()
    writer.adopt("district", policy_document("canvas.average@1"))
    writer.attempt(LEARNER, result(THEME, "4", "4"))
    writer.attempt(LEARNER, result(THEME, "1", "2"), result(THEME, "2", "2"), result(THEME, "0", "4"))
    state = gathered(writer.entries, writer.documents).state(LEARNER, THEME)
    # The quiz has 3 of 8 points, so 1.5 of 4, and stands three times: (4 + 3 · 1.5) ÷ 4 = 2.125, half up.
    assert state.trajectory == (4_000_000, 2_130_000)


@pytest.mark.parametrize(
    ("method", "parameters", "parameter", "says"),
    [
        ("canvas.n_mastery@1", {"calculation_int": 11}, "/parameters/calculation_int", "a whole number from 1 to 10"),
        ("canvas.n_mastery@1", {}, "/parameters/calculation_int", "be given"),
        ("recent.mode@1", {"n": 3, "tie": "lower"}, "/parameters/tie", "be higher or newer"),
        ("bkt.forward@1", {**TRIED["bkt.forward@1"], "slip": "0.8"}, "/parameters/slip", "guess + slip below 1"),
        ("kolibri.m_of_n@1", {"m": 5, "n": 4}, "/parameters/m", "at most n, 4"),
        ("rollup.conjunctive@1", {}, "/method", "be one of ascertain.highest@1"),
    ],
)
def test_a_policy_with_a_parameter_that_is_wrong_names_it_and_its_range(
    method: str, parameters: dict[str, Any], parameter: str, says: str
) -> None:
    with pytest.raises(PolicyError) as refused:
        read_policy({**policy_document(method), "parameters": dict(parameters)})
    assert refused.value.parameter == parameter
    assert says in str(refused.value)


def test_a_policy_may_leave_out_what_has_a_default() -> None:
    assert read_policy(policy_document("canvas.weighted_average@1")).parameters == {"calculation_int": 65}


def test_methods_of_children_are_for_no_policy_yet() -> None:
    for method in METHODS.values():
        if method.takes is Takes.CHILDREN:
            with pytest.raises(PolicyError, match="method must be one of"):
                read_policy(policy_document(method.id))
