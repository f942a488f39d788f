"""What the richer form of policy adds, as a learner meets it: kinds, courses, days apart, slips; in words too."""

from typing import Any

import pytest

from shared.rulebook.contribution import in_order
from shared.rulebook.explain import Explanation, Missing, explain
from shared.rulebook.outcome import Outcomes, outcome_of
from shared.rulebook.state import Reason, SetAside, State
from shared.rulebook.wording import what_next, why
from tests.support.folding import gathered
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result

ADA, THEME, ENGLISH, ART = named("Ada"), named("theme"), named("English 10"), named("Art 10")
HOUR = 60 * 60 * 1000


def under(**members: Any) -> LedgerWriter:
    writer = LedgerWriter()
    writer.adopt("district", policy_document(**members))
    return writer


def earns(writer: LedgerWriter, earned: str, *, how: str = "attempt", after: int = 1, **more: Any) -> str:
    """One piece, `after` hours after what was before."""
    writer.now += after * HOUR
    return str(getattr(writer, how)(ADA, result(THEME, earned), **more))


def told(writer: LedgerWriter) -> tuple[State, Explanation]:
    """The state, of which the quicker fold says the same, and its reasons."""
    record = gathered(writer.entries, writer.documents)
    state, pieces = record.state(ADA, THEME), in_order(record.records[ADA].contributions[THEME])
    assert Outcomes(record.definitions).of(record.learners[ADA], THEME, pieces) == outcome_of(state)
    return state, explain(state, pieces)


def test_a_kind_that_does_not_count_is_set_aside_and_nobody_is_blamed() -> None:
    writer = under(counted_kinds=["rubric_score", "observation"])
    quiz = earns(writer, "4")
    earns(writer, "2", how="observe")
    state, explanation = told(writer)
    assert (state.status, state.level) == ("not_yet", "Developing")
    assert state.set_aside == (SetAside(quiz, Reason.KIND, None),)
    assert "an attempt was set aside: evidence of this kind does not count under this policy." in why(explanation)[-1]


def test_evidence_of_another_course_or_of_none_is_set_aside() -> None:
    writer = under(courses=[ENGLISH])
    elsewhere, nowhere = earns(writer, "4", course=ART), earns(writer, "4")
    earns(writer, "2", course=ENGLISH)
    state, explanation = told(writer)
    assert state.level == "Developing"
    assert state.set_aside == tuple(SetAside(event, Reason.COURSE, None) for event in (elsewhere, nowhere))
    assert "it was given for no course whose evidence counts under this policy." in why(explanation)[-1]


def test_a_redo_that_does_not_count_replaces_nothing() -> None:
    writer = under(counted_kinds=["attempt"])
    first = earns(writer, "3")
    earns(writer, "1", how="observe", redo_of=first)
    state, _ = told(writer)
    assert state.counted == ((first, 3_000_000),)


def test_too_few_days_apart_is_not_enough_and_says_how_many() -> None:
    writer = under(days_apart=3)
    earns(writer, "4")
    state, explanation = told(writer)
    assert (state.status, state.level, explanation.missing) == ("not_enough", None, Missing(0, 0, 3))
    assert what_next(explanation)[0] == "The first and the last piece must lie 3 days or more apart."
    earns(writer, "4", after=20)
    _, explanation = told(writer)
    assert explanation.missing == Missing(0, 0, 2)
    assert why(explanation)[0] == (
        "There is not enough evidence for a level yet: 2 pieces so far; "
        "the first and the last must lie 3 days apart, and lie 1 day apart."
    )
    assert what_next(explanation)[0] == "A further piece is needed for a level, 2 days or more after the newest."
    earns(writer, "4", after=48)
    state, explanation = told(writer)
    assert (state.status, state.level) == ("mastered", "Proficient")
    assert [piece.level_after for piece in explanation.counted] == [None, None, "Proficient"]


@pytest.mark.parametrize(("slip", "status"), [("from_first", "slipped"), ("from_minimum", "not_yet")])
def test_what_counts_as_a_slip(slip: str, status: str) -> None:
    """One lucky result before there was enough evidence is mastery shown before, or it is not, as the policy says."""
    writer = under(pieces=2, slip=slip)
    earns(writer, "4")
    earns(writer, "2")
    state, _ = told(writer)
    assert state.status == status
    earns(writer, "4")
    earns(writer, "2")
    state, _ = told(writer)
    assert state.status == "slipped"


def test_a_piece_that_arrives_late_may_be_the_one_from_which_on_there_was_enough() -> None:
    writer = under(kinds=2, slip="from_minimum")
    earns(writer, "4")
    earns(writer, "4")
    earns(writer, "1", how="observe")
    state, _ = told(writer)
    assert state.status == "not_yet"
    earns(writer, "0", how="observe", occurred=writer.now - 3 * HOUR)
    state, _ = told(writer)
    assert state.status == "slipped"
