"""Why a level is what it is, and what would move it: as data and in plain words."""

import re
import time
from typing import Any

from hypothesis import given

from shared.ledger.decimals import scaled, unscaled
from shared.rulebook.explain import Explanation, Missing, Weakest, explain
from shared.rulebook.moving import Move
from shared.rulebook.policy import read_policy
from shared.rulebook.wording import what_next, why
from tests.properties.rulebook.worlds import worlds
from tests.support.folding import gathered
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result

ADA, THEME = named("Ada"), named("theme")
DECAYING = policy_document("ascertain.decaying_average@1", weight="0.65")


def explained(writer: LedgerWriter) -> Explanation:
    record = gathered(writer.entries, writer.documents)
    return explain(record.state(ADA, THEME), record.records[ADA].contributions.get(THEME, ()))


def after(policy: dict[str, Any] | None, *earned: str) -> Explanation:
    writer = LedgerWriter()
    if policy is not None:
        writer.adopt("district", policy)
    for number in earned:
        writer.attempt(ADA, result(THEME, number))
    return explained(writer)


def test_every_piece_with_its_weight_and_the_level_after_it() -> None:
    explanation = after(DECAYING, "2", "4")
    assert [
        (unscaled(piece.value), unscaled(piece.weight or 0), unscaled(piece.value_after or 0), piece.level_after)
        for piece in explanation.counted
    ] == [("2", "0.35", "2", "Developing"), ("4", "0.65", "3.3", "Proficient")]


def test_no_level_is_told_while_there_was_not_enough() -> None:
    explanation = after(policy_document(pieces=2), "4", "4")
    assert [piece.level_after for piece in explanation.counted] == [None, "Proficient"]
    assert explanation.missing is None


def test_what_is_missing() -> None:
    assert after(policy_document(pieces=3, kinds=2), "4").missing == Missing(pieces=2, kinds=1)
    assert after(policy_document(pieces=3, kinds=2), "4").moves == ()


def test_the_smallest_next_result_that_moves_the_level() -> None:
    # 2·0.35 + s·0.65 reaches 3 at s = 2.3/0.65 = 3.538461538…: 3.538461 gives 2.99999965 → 3 by rounding.
    assert after(DECAYING, "2").moves == (Move("Proficient", 1, 3_538_461, masters=True),)


def test_the_smallest_move_is_the_smallest() -> None:
    policy = read_policy(DECAYING)
    for move in after(DECAYING, "2", "1").moves:
        reached = [list(policy.run([scaled("2"), scaled("1"), value]))[-1] for value in (move.value - 1, move.value)]
        assert [policy.scale.level_at(value or 0) for value in reached] == [
            policy.scale.named("Beginning"),
            policy.scale.named(move.level),
        ]
        break


def test_where_one_result_is_not_enough_it_says_how_many() -> None:
    # From 0 with weight 0.3: 4·(1 − 0.7ⁿ) is 1.2, 2.04, 2.628, 3.0396.
    explanation = after(policy_document("ascertain.decaying_average@1", weight="0.3"), "0")
    assert explanation.moves == (
        Move("Developing", 2, scaled("4"), masters=False),
        Move("Proficient", 4, scaled("4"), masters=True),
    )


def test_what_cannot_be_reached_is_not_promised() -> None:
    assert after(policy_document("ascertain.decaying_average@1", weight="0.000001"), "0").moves == ()


def test_the_cut_is_a_goal_of_its_own() -> None:
    policy = policy_document(cut="2.5")
    assert after(policy, "2").moves == (
        Move("Developing", 1, scaled("2.5"), masters=True),
        Move("Proficient", 1, scaled("3"), masters=True),
    )


def test_the_weakest_criterion() -> None:
    writer = LedgerWriter()
    writer.adopt("district", DECAYING)
    writer.score(ADA, result(THEME, "3", criterion="thesis"), result(THEME, "1", criterion="evidence"))
    writer.score(ADA, result(THEME, "4", criterion="thesis"), result(THEME, "2", criterion="evidence"))
    assert explained(writer).weakest == Weakest("evidence", 375_000)


def test_no_criterion_is_the_weakest_of_one_or_of_equals() -> None:
    writer = LedgerWriter()
    writer.adopt("district", DECAYING)
    writer.score(ADA, result(THEME, "3", criterion="thesis"))
    assert explained(writer).weakest is None
    writer.score(ADA, result(THEME, "3", criterion="evidence"))
    assert explained(writer).weakest is None


def test_the_words_of_a_whole_story() -> None:
    writer = LedgerWriter()
    writer.adopt("district", DECAYING)
    first = writer.score(ADA, result(THEME, "2", criterion="thesis"), result(THEME, "1", criterion="evidence"))
    wrong = writer.attempt(ADA, result(THEME, "4"))
    writer.attempt(ADA, result(THEME, "3"), purpose="practice")
    writer.void(ADA, wrong)
    writer.now += 86_400_000
    redo = [result(THEME, "4", criterion="thesis"), result(THEME, "1", criterion="evidence")]
    writer.score(ADA, *redo, redo_of=first)
    explanation = explained(writer)
    assert why(explanation) == (
        "This is not mastered yet: the level is Developing, the value 2.5 of 4; mastery begins at 3.",
        "Newer evidence weighs more: each new piece weighs 0.65, all before the rest.",
        (
            "22 September 2026, a rubric score: 4 of 4 for thesis, 1 of 4 for evidence. "
            "Value 2.5, weight 100%. After it: 2.5, Developing."
        ),
        "21 September 2026, a rubric score was set aside: it was done over on 22 September 2026.",
        "21 September 2026, an attempt was set aside: it was withdrawn.",
        "21 September 2026, an attempt was set aside: evidence for practice does not count under this policy.",
        "The criterion with the most room to grow is evidence: 25% so far.",
    )
    assert what_next(explanation) == (
        "A next result worth 3.27 of 4 or more reaches Proficient, which is mastery.",
        "A good place to start: evidence.",
        "Any piece can be done over; the new one then takes its place.",
    )


def test_what_is_mastered_already_is_not_promised_again() -> None:
    levels = [{"at": "3", "name": "Proficient"}, {"at": "3.5", "name": "Exemplary"}]
    policy = {**DECAYING, "scale": {**DECAYING["scale"], "levels": levels}}
    [higher, _] = what_next(after(policy, "3", "3"))
    assert higher.endswith("reaches Exemplary.")


def test_the_words_of_each_status() -> None:
    assert why(after(None, "3")) == ("No policy is in force here yet, so there is no level.",)
    assert what_next(after(None, "3")) == (
        "Once a policy is adopted, all evidence recorded until then is looked at under it.",
    )
    thin = after(policy_document(pieces=3, kinds=2), "3")
    assert why(thin)[0] == "There is not enough evidence for a level yet: 1 piece so far."
    assert what_next(thin) == (
        "2 more pieces of evidence are needed for a level.",
        "1 more kind of evidence is needed for a level.",
        "What counts here: performance.",
    )
    assert why(after(policy_document(), "3"))[0] == (
        "This is mastered: the level is Proficient, the value 3 of 4; mastery begins at 3."
    )
    assert why(after(policy_document(), "3", "2"))[0].startswith(
        "This was shown at mastery before and has slipped since"
    )
    low = after(policy_document(levels=[("1", "Developing")]), "0.5")
    assert why(low)[0] == "This is not mastered yet: there is no level yet, the value 0.5 of 4; mastery begins at 3."


def test_what_an_adoption_keeps_is_told() -> None:
    writer = LedgerWriter()
    writer.adopt("district", policy_document())
    writer.attempt(ADA, result(THEME, "3"))
    writer.adopt(
        "district", policy_document(cut="4", levels=[("0", "Beginning"), ("4", "Proficient")]), "keep_attained"
    )
    assert "The level Proficient was attained under the policy before, and is kept." in why(explained(writer))


@given(worlds())
def test_every_state_explains_itself_without_rank_or_blame(world: LedgerWriter) -> None:
    record = gathered(world.entries, world.documents)
    for (learner, competency), state in record.states().items():
        pieces = record.records[learner].contributions.get(competency, ())
        explanation = explain(state, pieces)
        alone = state if state.alone is None else state.alone
        told = {piece.event for piece in explanation.counted} | {piece.event for piece in explanation.set_aside}
        assert told == ({piece.event for piece in pieces} if state.adoption is not None else set())
        words = " ".join([*why(explanation), *what_next(explanation)])
        assert why(explanation)
        assert what_next(explanation)
        assert not re.search(r"below|rank|fail|poor|weak|late\b|than other|attempts", words, re.IGNORECASE)
        if explanation.counted:
            assert explanation.counted[-1].level_after in {None, alone.level} or state.floor is not None
            assert abs(sum(piece.weight or 0 for piece in explanation.counted) - 1_000_000) <= len(explanation.counted)
        for move in explanation.moves:
            policy = record.states()[learner, competency].adoption
            assert policy is not None
            values = [value for _, value in state.counted]
            *_, then = policy.policy.run([*values, *[move.value] * move.pieces])
            assert then is not None
            assert policy.policy.scale.level_at(then) == policy.policy.scale.named(move.level)
            assert move.masters == (then >= policy.policy.scale.cut)


def test_many_pieces_are_explained_in_little_time() -> None:
    writer = LedgerWriter()
    writer.adopt("district", DECAYING)
    for number in range(1_000):
        writer.attempt(ADA, result(THEME, str(number % 5)))
    record = gathered(writer.entries, writer.documents)
    state, pieces = record.state(ADA, THEME), record.records[ADA].contributions[THEME]
    begun = time.thread_time()
    explanation = explain(state, pieces)
    assert time.thread_time() - begun < 0.1
    assert len(explanation.counted) == 1_000


def test_the_words_of_a_judgement_and_of_what_the_evidence_alone_says() -> None:
    writer = LedgerWriter()
    policy = policy_document(override="until_evidence", counts=["performance"])
    writer.adopt("district", policy)
    wrong = writer.observe(ADA, result(THEME, "1"))
    writer.supersede(ADA, wrong, writer.observe(ADA, result(THEME, "2")))
    writer.reflect(ADA, result(THEME, "4"))
    writer.attest(ADA, result(THEME, "4"), purpose="practice")
    writer.now += 86_400_000
    writer.override(ADA, THEME, policy, "3")
    explanation = explained(writer)
    assert why(explanation) == (
        "On 22 September 2026 a teacher set the level to Proficient by professional judgement: this is mastered.",
        (
            "By the evidence alone, this is not mastered yet: the level is Developing, the value 2 of 4; "
            "mastery begins at 3."
        ),
        "The newest piece of evidence sets the value.",
        "21 September 2026, an observation: 2 of 4. Value 2, weight 100%. After it: 2, Developing.",
        "21 September 2026, an observation was set aside: the one of 21 September 2026 stands in its place.",
        "21 September 2026, a self-rating was set aside: it is shown beside the evidence and does not count.",
        (
            "21 September 2026, a result from elsewhere was set aside: "
            "evidence for practice does not count under this policy."
        ),
    )
    assert what_next(explanation) == (
        "The teacher's judgement stands until there is newer evidence that counts, or it is taken back.",
        "By the evidence alone, a next result worth 3 of 4 or more reaches Proficient, which is mastery.",
        "This holds: go on to what rests on it, or choose this work for the portfolio.",
    )


def test_a_judgement_without_evidence_explains_itself() -> None:
    writer = LedgerWriter()
    writer.adopt("district", policy_document())
    writer.override(ADA, THEME, policy_document(), "2")
    explanation = explained(writer)
    assert why(explanation) == (
        (
            "On 21 September 2026 a teacher set the level to Developing by professional judgement: "
            "this is not mastered yet."
        ),
        "By the evidence alone, there is no evidence yet that counts.",
    )
    assert what_next(explanation)[0] == "The teacher's judgement stands until it is taken back."


def test_a_judgement_made_under_another_policy_is_not_told_as_made_of_this_level() -> None:
    writer = LedgerWriter()
    then = policy_document(levels=[("0", "Novice"), ("3", "Expert")])
    writer.adopt("district", then)
    writer.override(ADA, THEME, then, "3")
    writer.adopt("district", policy_document())
    assert why(explained(writer))[0] == (
        "On 21 September 2026 a teacher set the level by professional judgement, under another policy. "
        "Under this one it is Proficient: this is mastered."
    )


def test_beside_a_judgement_what_is_missing_is_missing_to_the_evidence_alone() -> None:
    """A level was set, and too little evidence takes nothing from it."""
    writer = LedgerWriter()
    policy = policy_document(pieces=2, kinds=2)
    writer.adopt("district", policy)
    writer.attempt(ADA, result(THEME, "4"))
    writer.override(ADA, THEME, policy, "3")
    assert what_next(explained(writer)) == (
        "The teacher's judgement stands until it is taken back.",
        "By the evidence alone, 1 more piece of evidence is needed for a level.",
        "By the evidence alone, 1 more kind of evidence is needed for a level.",
        "What counts here: performance.",
    )


def test_what_stands_in_the_place_of_a_piece_may_speak_of_another_competency() -> None:
    writer = LedgerWriter()
    writer.adopt("district", policy_document())
    wrong = writer.attempt(ADA, result(THEME, "1"))
    writer.supersede(ADA, wrong, writer.attempt(ADA, result(named("symbol"), "1")))
    assert why(explained(writer))[1] == (
        "21 September 2026, an attempt was set aside: another one stands in its place."
    )
