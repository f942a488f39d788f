"""A teacher's judgement: when it applies, under which policy, and what the evidence alone says beside it."""

import pytest

from shared.ledger.decimals import scaled
from shared.rulebook.contribution import Withdrawal
from shared.rulebook.known import Known
from shared.rulebook.override import Override, cleared, level_set
from shared.rulebook.policy import read_policy
from shared.rulebook.state import Alone, State, Status
from tests.support.folding import gathered
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result

ADA, THEME, NORTH, SOUTH = (named(name) for name in ("Ada", "theme", "North", "South"))
PLAIN = policy_document()
BRIEF = policy_document(override="until_evidence")


class Story:
    """Ada and one competency under a policy; the clock moves a second a step."""

    def __init__(self, policy: dict[str, object] | None = PLAIN) -> None:
        self.writer = LedgerWriter()
        self.policy = policy or PLAIN
        if policy is not None:
            self.writer.adopt("district", policy)

    def earns(self, earned: str, **more: object) -> str:
        self.writer.now += 1000
        return self.writer.attempt(ADA, result(THEME, earned), **more)

    def judged(self, at: str, policy: dict[str, object] | None = None, **more: object) -> str:
        self.writer.now += 1000
        return self.writer.override(ADA, THEME, policy or self.policy, at, **more)

    def adopts(self, policy: dict[str, object], mode: str = "recompute", scope: str = "district") -> None:
        self.writer.now += 1000
        self.writer.adopt(scope, policy, mode)

    def state(self, known: Known | None = None) -> State:
        return gathered(self.writer.entries, self.writer.documents).state(ADA, THEME, known or Known())

    def stands(self) -> tuple[str, str | None, str | None]:
        """Status, level, and the override's event."""
        state = self.state()
        return str(state.status), state.level, None if state.override is None else state.override.event


def test_a_judgement_sets_level_and_status_beside_what_the_evidence_says() -> None:
    story = Story()
    story.earns("1")
    override = story.judged("3")
    state = story.state()
    assert story.stands() == ("mastered", "Proficient", override)
    assert state.alone == Alone(Status.NOT_YET, "Beginning", scaled("1"))
    assert state.value == scaled("1")
    assert state.override is not None
    assert state.override.reason_ref == "cd" * 32


def test_it_may_be_lower_and_stands_where_there_is_no_evidence() -> None:
    story = Story()
    override = story.judged("2")
    assert story.stands() == ("not_yet", "Developing", override)
    assert story.state().alone == Alone(Status.NO_EVIDENCE, None, None)
    story.earns("4")
    assert story.stands() == ("not_yet", "Developing", override)
    assert story.state().alone == Alone(Status.MASTERED, "Proficient", scaled("4"))


def test_the_latest_takes_the_place_of_the_one_before_and_cleared_brings_none_back() -> None:
    story = Story()
    story.earns("1")
    story.judged("2")
    later = story.judged("3")
    assert story.stands() == ("mastered", "Proficient", later)
    story.writer.clear(ADA, THEME, later)
    assert story.stands() == ("not_yet", "Beginning", None)
    assert story.state().alone is None


def test_clearing_an_earlier_one_or_nothing_changes_nothing() -> None:
    story = Story()
    first = story.judged("2")
    later = story.judged("3")
    before = story.state()
    story.writer.clear(ADA, THEME, named("nothing"))
    assert story.state() == before
    story.writer.clear(ADA, THEME, first)
    assert story.stands() == ("mastered", "Proficient", later)


def test_the_first_clearing_stands_whichever_is_read_first() -> None:
    override = Override("e", 1, 1, 1, "a", "p", 3, "r")
    first, second = Withdrawal(5, 500, "first"), Withdrawal(7, 700, "second")
    assert cleared(cleared(override, first), second).cleared == first
    assert cleared(cleared(override, second), first).cleared == first


def test_without_a_policy_it_does_not_apply() -> None:
    story = Story(None)
    story.judged("3")
    assert story.stands() == ("no_policy", None, None)


def test_it_stands_above_what_an_adoption_keeps_and_is_no_floor_itself() -> None:
    story = Story()
    story.earns("3")
    story.judged("2")
    harder = policy_document(cut="4", levels=[("0", "Beginning"), ("2", "Developing"), ("4", "Proficient")])
    story.adopts(harder, "keep_attained")
    assert story.stands()[:2] == ("not_yet", "Developing")
    assert story.state().alone == Alone(Status.MASTERED, "Proficient", scaled("3"))
    story = Story()
    override = story.judged("3")
    story.adopts(harder, "keep_attained")
    story.writer.clear(ADA, THEME, override)
    assert story.stands() == ("no_evidence", None, None)


# ---- until new evidence -----------------------------------------------------------------------------------------


def test_until_evidence_it_ends_with_a_later_piece_that_counts() -> None:
    story = Story(BRIEF)
    story.earns("1")
    override = story.judged("3")
    story.earns("4", purpose="practice")
    assert story.stands() == ("mastered", "Proficient", override)
    piece = story.earns("2")
    assert story.stands() == ("not_yet", "Developing", None)
    story.writer.void(ADA, piece)
    assert story.stands() == ("mastered", "Proficient", override)


def test_what_happened_before_the_judgement_does_not_end_it_however_late_it_comes() -> None:
    story = Story(BRIEF)
    override = story.judged("3")
    story.earns("1", occurred=story.writer.now - 5000)
    assert story.stands() == ("mastered", "Proficient", override)


def test_a_judgement_told_late_lies_where_it_was_made() -> None:
    story = Story(BRIEF)
    story.earns("1")
    story.judged("3", occurred=story.writer.now - 5000)
    assert story.stands() == ("not_yet", "Beginning", None)


def test_where_the_policy_says_so_it_stands_whatever_comes() -> None:
    story = Story(policy_document(override="stands"))
    override = story.judged("3")
    story.earns("1")
    assert story.stands() == ("mastered", "Proficient", override)


def test_the_policy_in_force_says_how_long_not_the_one_it_was_judged_under() -> None:
    story = Story(BRIEF)
    override = story.judged("3")
    story.earns("1")
    story.adopts(PLAIN)
    assert story.stands() == ("mastered", "Proficient", override)


# ---- under another policy ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "levels", "cut", "expected"),
    [
        ("3", [("0", "Beginning"), ("1", "Proficient")], "1", ("Proficient", True)),
        ("3", [("0", "Beginning"), ("1", "Proficient")], "2", ("Proficient", False)),
        ("3", [("0", "One"), ("2", "Two")], "3", ("Two", True)),
        ("2", [("0", "One"), ("2", "Two")], "3", None),
        ("3", [("2", "Two")], "1", None),
        ("2", [("0", "Beginning"), ("1", "Developing")], "1", ("Developing", True)),
    ],
)
def test_the_level_of_the_same_name_else_the_level_at_the_cut(
    at: str, levels: list[tuple[str, str]], cut: str, expected: tuple[str, bool] | None
) -> None:
    then, now = read_policy(PLAIN), read_policy(policy_document(levels=levels, cut=cut))
    override = Override("e", 1, 1, 1, "a", then.digest, scaled(at), "r")
    set_ = level_set(override, now, then)
    assert (None if set_ is None else (set_.level.name, set_.mastered)) == expected


def test_below_the_lowest_level_nothing_is_set() -> None:
    policy = read_policy(policy_document(levels=[("1", "Developing")]))
    assert level_set(Override("e", 1, 1, 1, "a", policy.digest, scaled("0.5"), "r"), policy, policy) is None


def test_a_policy_that_is_not_known_to_be_adopted_says_nothing() -> None:
    story = Story()
    story.earns("1")
    story.judged("2.5", BRIEF)
    assert story.stands() == ("not_yet", "Beginning", None)


def test_the_policy_it_was_judged_under_is_pinned() -> None:
    """Judged under a school's policy, she moves to a school whose policy was adopted before that."""
    story = Story(None)
    story.adopts(policy_document("ascertain.highest@1"), scope=f"school/{SOUTH}")
    story.adopts(PLAIN, scope=f"school/{NORTH}")
    story.writer.enrol(ADA, NORTH)
    story.earns("1")
    override = story.judged("3")
    story.writer.enrol(ADA, SOUTH)
    state = story.state()
    assert story.stands() == ("mastered", "Proficient", override)
    assert [(pin.ledger, pin.position) for pin in state.pins] == [("definitions", 2), ("evidence", 4)]
    assert story.state(Known.at_pins(state.pins, state.pins[1].shard)) == state


def test_as_known_before_its_policy_was_adopted_a_judgement_did_not_apply() -> None:
    """A fold may have the evidence before the definitions: its pins say so, and bring back what it then was."""
    story = Story()
    story.earns("1")
    override = story.judged("3", BRIEF)
    before = story.state()
    assert before.override is None
    story.adopts(BRIEF, scope=f"school/{SOUTH}")
    assert story.stands() == ("mastered", "Proficient", override)
    assert story.state(Known.at_pins(before.pins, before.pins[1].shard)) == before


def test_judgements_and_clearings_are_pinned_and_as_known_before_them_nothing_changed() -> None:
    story = Story()
    story.earns("1")
    before, then = story.state(), story.writer.now
    override = story.judged("3")
    judged, judged_then = story.state(), story.writer.now
    story.writer.now += 1000
    story.writer.clear(ADA, THEME, override)
    assert [pin.position for pin in story.state().pins if pin.ledger == "evidence"] == [3]
    assert story.state(Known(at=then)) == before
    assert story.state(Known(at=judged_then)) == judged
