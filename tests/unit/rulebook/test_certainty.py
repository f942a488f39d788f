"""How sure a level is, as data and in plain words; and that it is told soon of very many pieces."""

import re
import time
from typing import Any

import pytest
from hypothesis import given, settings

from shared.rulebook.certainty import MOST_LEFT_OUT, Rests
from shared.rulebook.certainty_wording import how_sure
from shared.rulebook.explain import Explanation, explain
from shared.rulebook.moving import Move
from tests.properties.rulebook.worlds import worlds
from tests.support.folding import gathered
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result

ADA, THEME = named("Ada"), named("theme")
AVERAGE = policy_document("ascertain.average@1")
HIGHEST = policy_document("ascertain.highest@1")


def explained(writer: LedgerWriter) -> Explanation:
    record = gathered(writer.entries, writer.documents)
    return explain(record.state(ADA, THEME), record.records[ADA].contributions.get(THEME, ()))


def after(policy: dict[str, Any], *earned: str) -> Explanation:
    writer = LedgerWriter()
    writer.adopt("district", policy)
    for number in earned:
        writer.attempt(ADA, result(THEME, number))
    return explained(writer)


def test_a_state_that_no_single_piece_moves_is_firm() -> None:
    explanation = after(HIGHEST, "3", "4", "4")
    assert explanation.certainty.rests is Rests.FIRM
    assert how_sure(explanation) == (
        "This rests on 3 attempts, the newest of 21 September 2026.",
        "It is firm: no one piece left out, and no one more near this level, would change it.",
        "Leaving out any one of them would not change it.",
        "No single next result would lower it.",
    )


def test_a_state_that_moves_one_way_alone_is_leaning() -> None:
    explanation = after(HIGHEST, "2", "4")
    assert (explanation.certainty.rests, explanation.certainty.direction) == (Rests.LEANING, -1)
    assert how_sure(explanation)[1:] == (
        "It is leaning: one piece left out, or one more near this level, could lower it, and none such would raise it.",
        "Without the attempt of 21 September 2026 it would be Developing.",
        "No single next result would lower it.",
    )


def test_a_state_that_moves_both_ways_is_open() -> None:
    writer = LedgerWriter()
    writer.adopt("district", AVERAGE)
    writer.attempt(ADA, result(THEME, "2"))
    writer.now += 86_400_000
    writer.observe(ADA, result(THEME, "3"))
    explanation = explained(writer)
    assert explanation.certainty.rests is Rests.OPEN
    assert how_sure(explanation) == (
        "This rests on 1 attempt and 1 observation, the newest of 22 September 2026.",
        "It is open: one piece left out, or one more near this level, could raise it, or lower it.",
        "Without the attempt of 21 September 2026 it would be Proficient.",
        "A single next result could lower it.",
    )


def test_pieces_that_would_do_the_same_are_told_of_together() -> None:
    writer = LedgerWriter()
    writer.adopt("district", policy_document("ascertain.average@1", pieces=2))
    writer.attest(ADA, result(THEME, "3"))
    writer.score(ADA, result(THEME, "3", criterion="thesis"))
    assert "Without any one of them there would not be enough evidence for a level." in how_sure(explained(writer))
    explanation = after(AVERAGE, "4", "4", "1", "1", "3.5")
    assert [left.then.level.name for left in explanation.certainty.left_out if left.then.level] == ["Proficient"] * 2
    assert "Without any one of 2 of them it would be Proficient." in " ".join(how_sure(explanation))


def test_what_a_redo_did_over_counts_again_where_the_redo_is_left_out() -> None:
    writer = LedgerWriter()
    writer.adopt("district", policy_document())
    first = writer.attempt(ADA, result(THEME, "4"))
    redo = writer.attempt(ADA, result(THEME, "2"), redo_of=first)
    [left] = explained(writer).certainty.left_out
    assert left.event == redo
    assert left.then.level is not None
    assert left.then.level.name == "Proficient"


def test_the_one_piece_of_its_kind_is_missed_among_its_equals() -> None:
    writer = LedgerWriter()
    writer.adopt("district", policy_document("ascertain.highest@1", kinds=2))
    writer.attempt(ADA, result(THEME, "4"))
    seen = writer.observe(ADA, result(THEME, "4"))
    writer.attempt(ADA, result(THEME, "4"))
    assert [(left.event, left.then.status) for left in explained(writer).certainty.left_out] == [(seen, "not_enough")]


def test_an_old_piece_at_mastery_is_remembered_whichever_later_one_is_left_out() -> None:
    """What was mastered before has slipped, and only without that one piece it never was."""
    for method in ("ascertain.latest@1", "ascertain.average@1"):
        explanation = after(policy_document(method), "4", "0", "1", "0", "1")
        assert explanation.state.status == "slipped"
        assert [left.event for left in explanation.certainty.left_out] == [explanation.counted[0].event]
        assert explanation.certainty.left_out[0].then.status == "not_yet"
        assert "Without the attempt of 21 September 2026 it would be not mastered yet." in how_sure(explanation)
    explanation = after(policy_document("ascertain.decaying_average@1", weight="0.65"), "2", "3", "2.5")
    assert "Without the attempt of 21 September 2026 it would have slipped from mastery." in how_sure(explanation)


def test_not_enough_is_not_not_yet() -> None:
    explanation = after(policy_document(pieces=3, kinds=2), "0")
    assert explanation.certainty.rests is None
    assert explanation.missing is not None
    assert how_sure(explanation) == ("So far there is 1 attempt, of 21 September 2026.",)


def test_beside_a_judgement_it_is_said_of_the_evidence_alone() -> None:
    writer = LedgerWriter()
    policy = policy_document(override="stands")
    writer.adopt("district", policy)
    writer.attempt(ADA, result(THEME, "1"))
    writer.override(ADA, THEME, policy, "3")
    explanation = explained(writer)
    assert how_sure(explanation)[0] == "What the evidence alone says rests on 1 attempt, of 21 September 2026."
    assert how_sure(explanation)[2] == "Without it there would not be enough evidence for a level."


def test_knowledge_tracing_says_how_probable_it_is_that_this_is_known() -> None:
    parameters = {"prior": "0.5", "learn": "0", "guess": "0.2", "slip": "0.1"}
    explanation = after({**policy_document("bkt.forward@1"), "parameters": parameters}, "4")
    assert explanation.certainty.probability == 818_182  # 0.45 ÷ (0.45 + 0.1)
    assert how_sure(explanation)[-1] == "By this method, the probability that this is known is 81.8%."


def test_where_only_some_results_reach_a_level_it_is_not_said_that_more_do() -> None:
    """Canvas takes no result below the cut, and one just above it draws a high mean down."""
    document = policy_document(
        "canvas.n_mastery@1", levels=[("0", "Beginning"), ("3", "Proficient"), ("3.8", "Expert")]
    )
    explanation = after({**document, "parameters": {"calculation_int": 2}}, "4", "4", "3.3")
    [move] = explanation.moves
    assert (move.level, move.or_more, move.exact) == ("Expert", True, True)
    threshold = {**policy_document("openedx.threshold@1"), "parameters": {"op": "lte", "threshold": "0.25"}}
    assert after(threshold, "4").moves == (Move("Proficient", 1, 0, masters=True, or_more=False),)


def test_a_result_that_no_scale_can_hold_is_not_promised() -> None:
    explanation = after(policy_document("ascertain.average@1"), *["0"] * 90)
    assert explanation.moves == ()
    assert "No single next result would raise it, nor would 20 more worth 4 of 4." in how_sure(explanation)


@given(worlds())
@settings(max_examples=15)
def test_it_is_told_without_rank_or_blame(world: LedgerWriter) -> None:
    record = gathered(world.entries, world.documents)
    for (learner, competency), state in record.states().items():
        explanation = explain(state, record.records[learner].contributions.get(competency, ()))
        words = " ".join(how_sure(explanation))
        assert bool(words) == bool(explanation.counted)
        assert not re.search(r"below|behind|rank|fail|poor|weak|late\b|than other|only", words, re.IGNORECASE)


@pytest.mark.parametrize("method", ["ascertain.decaying_average@1", "ascertain.average@1", "canvas.latest@1"])
def test_of_very_many_pieces_the_newest_are_left_out_and_it_says_how_many(method: str) -> None:
    writer = LedgerWriter()
    weight = "0.65" if "decaying" in method else None
    writer.adopt("district", policy_document(method, weight=weight))
    for number in range(1_000):
        writer.attempt(ADA, result(THEME, str(number % 5)))
    record = gathered(writer.entries, writer.documents)
    state, pieces = record.state(ADA, THEME), record.records[ADA].contributions[THEME]
    begun = time.thread_time()
    explanation = explain(state, pieces)
    assert time.thread_time() - begun < 1.5
    of = explanation.certainty.left_out_of
    assert of == (MOST_LEFT_OUT if "decaying" in method else 10)
    words = " ".join(how_sure(explanation))
    assert f"For this the newest {of} were left out, one by one." in words
