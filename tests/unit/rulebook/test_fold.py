"""The story of a level: statuses, redos, scopes, and what an adoption keeps."""

from typing import Any

import pytest

from shared.ledger.decimals import unscaled
from shared.rulebook.known import Known
from shared.rulebook.state import Floor, Reason, SetAside, State, Status
from tests.support.folding import gathered
from tests.support.ledger_writer import LedgerWriter, framework_document, named, policy_document, result

ADA, THEME, SYMBOL, NORTH, SOUTH = (named(name) for name in ("Ada", "theme", "symbol", "North", "South"))
ENGLISH, ART = named("English"), named("Art")


class Story:
    """Ada and one competency: write what happened, then read the state."""

    def __init__(self, policy: dict[str, Any] | None = None) -> None:
        self.writer = LedgerWriter()
        if policy is not None:
            self.writer.adopt("district", policy)

    def earns(self, *earned: str, **more: Any) -> str:
        """One attempt a number, of four possible, a second apart. Returns the last one's id."""
        event = ""
        for number in earned:
            self.writer.now += 1000
            event = self.writer.attempt(ADA, result(THEME, number), **more)
        return event

    def adopts(self, policy: dict[str, Any], mode: str = "recompute", scope: str = "district") -> None:
        self.writer.now += 1000
        self.writer.adopt(scope, policy, mode)

    def state(self, known: Known | None = None) -> State:
        return gathered(self.writer.entries, self.writer.documents).state(ADA, THEME, known or Known())

    def stands(self) -> tuple[str, str | None, str | None]:
        state = self.state()
        return (str(state.status), state.level, None if state.value is None else unscaled(state.value))


def test_without_a_policy_there_is_no_level() -> None:
    story = Story()
    story.earns("4")
    assert story.stands() == ("no_policy", None, None)
    assert story.state().policy is None
    assert story.state().counted == ()


def test_evidence_that_does_not_count_is_no_evidence() -> None:
    story = Story(policy_document())
    event = story.earns("4", purpose="practice")
    assert story.stands() == ("no_evidence", None, None)
    assert story.state().set_aside == (SetAside(event, Reason.PURPOSE, None),)


def test_not_enough_is_not_not_yet() -> None:
    story = Story(policy_document(pieces=2))
    story.earns("1")
    assert story.stands() == ("not_enough", None, None)
    story.earns("1")
    assert story.stands() == ("not_yet", "Beginning", "1")


def test_a_policy_may_ask_for_different_kinds() -> None:
    story = Story(policy_document(kinds=2))
    story.earns("4", "4")
    assert story.stands()[0] == "not_enough"
    story.writer.score(ADA, result(THEME, "4", criterion="thesis"))
    assert story.stands() == ("mastered", "Proficient", "4")


def test_the_cut_itself_is_mastery() -> None:
    story = Story(policy_document())
    story.earns("3")
    assert story.stands() == ("mastered", "Proficient", "3")


def test_slipped_is_not_not_yet() -> None:
    story = Story(policy_document())
    story.earns("2.999999")
    assert story.stands()[0] == "not_yet"
    story.earns("3", "2")
    assert story.stands() == ("slipped", "Developing", "2")


def test_what_was_voided_was_never_shown() -> None:
    story = Story(policy_document())
    story.earns("2")
    high = story.earns("4")
    story.earns("1")
    assert story.stands()[0] == "slipped"
    void = story.writer.void(ADA, high)
    assert story.stands() == ("not_yet", "Beginning", "1")
    assert story.state().set_aside == (SetAside(high, Reason.VOIDED, void),)


def test_below_the_lowest_level_there_is_none() -> None:
    story = Story(policy_document(levels=[("1", "Developing"), ("3", "Proficient")]))
    story.earns("0.5")
    assert story.stands() == ("not_yet", None, "0.5")


# ---- redo -------------------------------------------------------------------------------------------------------


def test_a_redo_replaces_what_it_names() -> None:
    story = Story(policy_document("ascertain.decaying_average@1", weight="0.5"))
    first = story.earns("1")
    redo = story.earns("4", redo_of=first)
    assert story.stands() == ("mastered", "Proficient", "4")
    assert story.state().set_aside == (SetAside(first, Reason.REPLACED, redo),)


def test_a_redo_may_count_beside_what_it_names() -> None:
    story = Story(policy_document("ascertain.decaying_average@1", weight="0.5", redo="adds"))
    first = story.earns("1")
    story.earns("4", redo_of=first)
    assert story.stands() == ("not_yet", "Developing", "2.5")


def test_a_redo_that_does_not_count_replaces_nothing() -> None:
    story = Story(policy_document("ascertain.highest@1"))
    first = story.earns("2")
    story.earns("4", redo_of=first, purpose="practice")
    assert story.stands() == ("not_yet", "Developing", "2")
    voided = story.earns("3", redo_of=first)
    assert story.stands() == ("mastered", "Proficient", "3")
    story.writer.void(ADA, voided)
    assert story.stands() == ("not_yet", "Developing", "2")


def test_a_redo_done_over_in_its_turn_still_replaces() -> None:
    story = Story(policy_document("ascertain.highest@1"))
    first = story.earns("4")
    second = story.earns("3", redo_of=first)
    third = story.earns("1", redo_of=second)
    assert story.stands() == ("not_yet", "Beginning", "1")
    assert [(aside.event, aside.by) for aside in story.state().set_aside] == [(first, second), (second, third)]


def test_a_redo_of_something_else_counts_as_a_piece() -> None:
    story = Story(policy_document())
    story.earns("3", redo_of=named("elsewhere"))
    assert story.stands()[0] == "mastered"


# ---- scopes -----------------------------------------------------------------------------------------------------


def test_the_most_specific_scope_goes_first_and_there_the_latest() -> None:
    story = Story()
    story.writer.enrol(ADA, NORTH)
    story.writer.publish(framework_document(ENGLISH, [THEME]))
    story.earns("2")
    scopes = ["district", f"school/{NORTH}", f"framework/{ENGLISH}", f"competency/{THEME}", f"learner/{ADA}"]
    for scope in scopes:
        story.adopts(policy_document("ascertain.highest@1"), scope=scope)
        assert str(getattr(story.state().adoption, "scope", None)) == scope
    for scope in scopes[:-1]:
        story.adopts(policy_document("ascertain.latest@1"), scope=scope)
        assert story.state().method == "ascertain.highest@1"
    story.adopts(policy_document("ascertain.latest@1"), scope=scopes[-1])
    assert story.state().method == "ascertain.latest@1"


@pytest.mark.parametrize(
    "elsewhere", [f"school/{SOUTH}", f"framework/{ART}", f"competency/{SYMBOL}", f"learner/{NORTH}"]
)
def test_other_scopes_do_not_matter(elsewhere: str) -> None:
    story = Story(policy_document("ascertain.highest@1"))
    story.writer.enrol(ADA, NORTH)
    story.writer.publish(framework_document(ENGLISH, [THEME]))
    story.earns("2")
    before = story.state()
    story.adopts(policy_document("ascertain.latest@1"), scope=elsewhere)
    assert story.state() == before


def test_moving_to_another_school_or_framework_moves_the_policy_and_the_pins() -> None:
    story = Story()
    story.adopts(policy_document("ascertain.highest@1"), scope=f"school/{NORTH}")
    story.adopts(policy_document("ascertain.latest@1"), scope=f"school/{SOUTH}")
    story.writer.enrol(ADA, NORTH)
    story.earns("2")
    assert story.state().method == "ascertain.highest@1"
    story.writer.enrol(ADA, SOUTH)
    moved = story.state()
    assert moved.method == "ascertain.latest@1"
    assert [(pin.ledger, pin.position) for pin in moved.pins] == [("definitions", 2), ("evidence", 3)]
    story.writer.enrol(ADA, SOUTH)
    assert story.state() == moved
    story.writer.publish(framework_document(ENGLISH, [THEME]))
    assert [(pin.ledger, pin.position) for pin in story.state().pins] == [("definitions", 3), ("evidence", 3)]


# ---- what an adoption keeps -------------------------------------------------------------------------------------

HARDER = policy_document(
    "ascertain.latest@1", cut="3.5", levels=[("0", "Beginning"), ("2.5", "Developing"), ("3.5", "Proficient")]
)
RENAMED = policy_document(
    "ascertain.latest@1", cut="3.5", levels=[("0", "One"), ("2", "Two"), ("3.25", "Three"), ("3.75", "Four")]
)


def test_recompute_keeps_nothing() -> None:
    story = Story(policy_document())
    story.earns("3")
    story.adopts(HARDER, "recompute")
    assert story.stands() == ("not_yet", "Developing", "3")
    assert story.state().floor is None


def test_the_level_of_the_same_name_is_kept() -> None:
    story = Story(policy_document())
    story.earns("3")
    story.adopts(HARDER, "keep_attained")
    assert story.stands() == ("mastered", "Proficient", "3")
    assert story.state().floor == Floor(Status.MASTERED, "Proficient")
    story.earns("0")
    assert story.stands() == ("mastered", "Proficient", "0")


def test_mastery_without_that_name_keeps_the_level_at_the_cut() -> None:
    story = Story(policy_document())
    story.earns("3")
    story.adopts(RENAMED, "keep_attained")
    assert story.stands() == ("mastered", "Three", "3")


def test_a_level_short_of_mastery_is_kept_by_name_or_not_at_all() -> None:
    story = Story(policy_document())
    story.earns("2")
    story.adopts(HARDER, "keep_attained")
    assert story.stands() == ("not_yet", "Developing", "2")
    story = Story(policy_document())
    story.earns("2")
    story.adopts(RENAMED, "keep_attained")
    story.earns("1")
    assert story.stands() == ("not_yet", "One", "1")
    assert story.state().floor is None


def test_a_kept_level_that_the_new_scale_calls_mastery_is_mastery() -> None:
    story = Story(policy_document())
    story.earns("2")
    story.adopts(policy_document("ascertain.latest@1", cut="2"), "keep_attained")
    story.earns("1")
    assert story.stands() == ("mastered", "Developing", "1")


def test_mastery_is_kept_even_where_the_name_now_stands_lower() -> None:
    story = Story(policy_document())
    story.earns("3")
    story.adopts(
        policy_document(cut="4", levels=[("0", "Beginning"), ("3", "Proficient"), ("4", "Advanced")]), "keep_attained"
    )
    assert story.stands() == ("mastered", "Proficient", "3")


def test_later_evidence_may_rise_above_what_is_kept() -> None:
    story = Story(policy_document())
    story.earns("2")
    story.adopts(HARDER, "keep_attained")
    story.earns("4")
    assert story.stands() == ("mastered", "Proficient", "4")


def test_only_what_was_recorded_by_then_is_kept() -> None:
    story = Story(policy_document())
    story.adopts(HARDER, "keep_attained")
    story.earns("3", occurred=story.writer.now - 5000)
    assert story.stands() == ("not_yet", "Developing", "3")


def test_what_was_attained_is_asked_of_the_school_of_then() -> None:
    """A move after the adoption changes nothing of what had been attained by it; one before it does."""
    for school, stands in ((NORTH, ("mastered", "Proficient", "3")), (SOUTH, ("not_yet", "Developing", "3"))):
        story = Story()
        story.adopts(policy_document(), scope=f"school/{NORTH}")
        story.adopts(HARDER, scope=f"school/{SOUTH}")
        story.writer.enrol(ADA, school)
        story.earns("3")
        story.adopts(HARDER, "keep_attained", scope=f"competency/{THEME}")
        story.writer.now += 1000
        story.writer.enrol(ADA, NORTH if school == SOUTH else SOUTH)
        assert story.stands() == stands


def test_what_is_voided_since_is_not_kept() -> None:
    story = Story(policy_document())
    event = story.earns("3")
    story.adopts(HARDER, "keep_attained")
    story.writer.void(ADA, event)
    assert story.stands() == ("no_evidence", None, None)


def test_what_was_attained_is_kept_where_now_there_is_not_enough() -> None:
    story = Story(policy_document())
    story.earns("3")
    story.adopts(policy_document(pieces=3), "keep_attained")
    assert story.stands() == ("mastered", "Proficient", None)


def test_slipped_before_is_slipped_after() -> None:
    story = Story(policy_document())
    story.earns("3", "2")
    story.adopts(policy_document("ascertain.latest@1", cut="4"), "keep_attained")
    assert story.stands() == ("slipped", "Developing", "2")


def test_one_kept_floor_carries_through_the_next() -> None:
    story = Story(policy_document())
    story.earns("3")
    story.adopts(HARDER, "keep_attained")
    story.earns("0")
    story.adopts(RENAMED, "keep_attained")
    assert story.stands() == ("mastered", "Three", "0")
    story.adopts(RENAMED, "recompute")
    assert story.stands() == ("not_yet", "One", "0")


def test_the_first_policy_has_nothing_to_keep() -> None:
    story = Story()
    story.earns("3")
    story.adopts(HARDER, "keep_attained")
    assert story.stands() == ("not_yet", "Developing", "3")


def test_a_thousand_adoptions_that_keep_what_was_attained() -> None:
    story = Story(policy_document())
    story.earns("3")
    for _ in range(1200):
        story.writer.now += 1
        story.writer.adopt("district", HARDER, "keep_attained")
    assert story.stands() == ("mastered", "Proficient", "3")


# ---- as known ---------------------------------------------------------------------------------------------------


def test_as_known_before_a_void_and_before_an_adoption() -> None:
    story = Story(policy_document())
    event = story.earns("4")
    shown, then = story.state(), story.writer.now
    story.writer.now += 1000
    story.writer.void(ADA, event)
    story.adopts(HARDER)
    assert story.state().status is Status.NO_EVIDENCE
    assert story.state(Known(at=then)) == shown
    assert story.state(Known.at_pins(shown.pins, shown.pins[1].shard)) == shown


def test_a_void_is_pinned() -> None:
    story = Story(policy_document())
    event = story.earns("4")
    story.writer.void(ADA, event)
    assert [(pin.ledger, pin.position) for pin in story.state().pins] == [("definitions", 1), ("evidence", 2)]


def test_a_shard_without_a_pin_knew_nothing() -> None:
    story = Story(policy_document())
    story.earns("4")
    assert story.state(Known.at_pins([], 0)).status is Status.NO_POLICY
    assert story.state(Known.at_pins([], 0)).pins == ()
