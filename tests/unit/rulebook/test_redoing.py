"""Whose turn it is in a redo and since when, what did it over, and what is said of it."""

from typing import Any

import pytest

from shared.rulebook.contribution import Contribution, Result, Withdrawal
from shared.rulebook.known import Known
from shared.rulebook.policy import read_policy
from shared.rulebook.redoing import (
    Cycle,
    Opening,
    Relearned,
    Turn,
    as_known,
    done_by,
    latest,
    missing,
    required_before,
    standing,
    standing_for,
    weakest_of,
)
from shared.rulebook.redoing_words import next_step
from tests.support.ledger_writer import policy_document

NEEDED = ("practice", "conference", "reflection")


def cycle(*logged: tuple[str, int], opened: int | None = None, evidence: str | None = "first") -> Cycle:
    """Begun at 10; what is said at an instant lies at the position of the same number."""
    begun = Cycle("redo", "Ana", "theme", "requested", 10, 1, 10, "Ana", "first", None)
    steps = tuple(Relearned(f"log {at}", at, 2, at, "Ana", kind, None, None) for kind, at in logged)
    opening = None if opened is None else Opening("opening", opened, 3, opened, "teacher", evidence, None, None, None)
    return begun._replace(relearned=steps, opened=opening)


def piece(event: str, at: int, *results: Result, **more: Any) -> Contribution:
    made = Contribution(event, "attempt", "performance", at, at, at, results or (Result(1, 2),), redo_of="first")
    return made._replace(**more)


@pytest.mark.parametrize(
    ("logged", "turn", "since", "left"),
    [
        ((), Turn.RELEARNING, 10, NEEDED),
        ((("practice", 20),), Turn.CONFERENCE, 20, ("conference", "reflection")),
        ((("practice", 20), ("practice", 30)), Turn.CONFERENCE, 20, ("conference", "reflection")),
        ((("conference", 20),), Turn.RELEARNING, 10, ("practice", "reflection")),
        ((("practice", 20), ("conference", 30)), Turn.RELEARNING, 30, ("reflection",)),
        ((("reflection", 15), ("practice", 20), ("conference", 30)), Turn.OPENING, 30, ()),
    ],
)
def test_whoever_is_first_in_the_order_of_what_is_asked_for_is_waited_for(
    logged: tuple[tuple[str, int], ...], turn: Turn, since: int, left: tuple[str, ...]
) -> None:
    seen = standing(cycle(*logged), NEEDED, ())
    assert (seen.turn, seen.since, seen.missing) == (turn, since, left)


def test_where_nothing_is_asked_for_it_waits_for_the_opening_and_then_for_the_learner() -> None:
    assert standing(cycle(), (), ()).turn is Turn.OPENING
    assert standing(cycle(opened=40), NEEDED, ())[:2] == (Turn.REDO, 40)
    assert standing(cycle(opened=40), (), (), handed_in=39).turn is Turn.REDO
    assert standing(cycle(opened=40), (), (), handed_in=50)[:2] == (Turn.SCORE, 50)
    assert standing(cycle(opened=40), (), (piece("second", 60),), handed_in=50)[:2] == (Turn.OVER, 60)


SUPERSEDED = Withdrawal(45, 45, "superseding", "instead")


@pytest.mark.parametrize(
    ("pieces", "done"),
    [
        ((piece("before", 40),), None),
        ((piece("second", 41), piece("third", 42)), "second"),
        ((piece("second", 41, redo_of=None), piece("third", 42)), "third"),
        ((piece("second", 41, purpose="practice"),), None),
        ((piece("second", 41, purpose="diagnostic"),), "second"),
        ((piece("second", 41, kind="reflection"), piece("third", 41, kind="attestation")), None),
        ((piece("second", 41, withdrawn=Withdrawal(50, 50, "void")),), None),
        ((piece("first", 5, redo_of=None, withdrawn=SUPERSEDED), piece("second", 50, redo_of="instead")), "second"),
    ],
)
def test_it_is_done_by_the_first_piece_after_the_opening_that_names_what_is_done_over(
    pieces: tuple[Contribution, ...], done: str | None
) -> None:
    opening = cycle(opened=40).opened
    assert opening is not None
    found = done_by(opening, pieces)
    assert (None if found is None else found.event) == done


VOIDED = Withdrawal(12, 12, "void")


@pytest.mark.parametrize(
    ("pieces", "stands", "anew"),
    [
        ((piece("first", 5),), "first", False),
        ((piece("first", 5, withdrawn=VOIDED),), "first", True),
        ((piece("first", 5, withdrawn=SUPERSEDED), piece("instead", 44)), "instead", False),
        ((piece("first", 5, withdrawn=SUPERSEDED), piece("instead", 44, withdrawn=VOIDED)), "instead", True),
        ((piece("first", 5, withdrawn=SUPERSEDED),), None, True),
        ((), None, False),
    ],
)
def test_what_stands_in_the_place_of_the_first_piece_is_meant_and_else_it_is_opened_anew(
    pieces: tuple[Contribution, ...], stands: str | None, anew: bool
) -> None:
    found = standing_for("first", pieces)
    assert (None if found is None else found.event) == stands
    seen = standing(cycle(), (), pieces)
    assert (seen.turn, seen.anew) == (Turn.OPENING, anew)
    assert ("opens it anew" in next_step(seen)) is anew
    assert standing(cycle(opened=40), (), pieces).anew is False


def test_a_competency_shown_anew_is_shown_by_any_piece_or_by_one_of_the_task() -> None:
    opening = cycle(opened=40, evidence=None).opened
    assert opening is not None
    other = piece("second", 41, redo_of=None, task="a poster")
    assert done_by(opening, (other,)) == other
    assert done_by(opening._replace(task="a poster"), (piece("third", 41, redo_of=None), other)) == other
    assert done_by(opening._replace(task="an essay"), (other,)) is None


def test_what_is_asked_for_comes_from_the_policy_and_then_from_the_task_once_each() -> None:
    policy = read_policy(policy_document(relearn=["practice", "conference"]))
    required = required_before(policy, ("sketch", "practice"))
    assert required == ("practice", "conference", "sketch")
    assert missing(cycle(("conference", 20)), required) == ("practice", "sketch")
    assert required_before(None, ()) == ()


def test_what_was_not_known_had_not_happened() -> None:
    whole = cycle(("practice", 20), ("conference", 30), opened=40)
    assert as_known(whole, Known(evidence=9)) is None
    assert as_known(whole, Known(evidence=20)) == cycle(("practice", 20))
    assert as_known(whole, Known(at=30)) == cycle(("practice", 20), ("conference", 30))
    assert as_known(whole, Known()) == whole


def test_of_each_competency_the_latest_stands() -> None:
    first, other = cycle(), cycle()._replace(id="other", competency="symbols", position=20)
    second = cycle()._replace(id="second", position=30)
    assert latest([second, first, other]) == [other, second]


def test_the_weakest_criterion_is_the_one_with_the_most_room_to_grow() -> None:
    thesis, evidence, voice = Result(3, 4, "thesis"), Result(1, 4, "evidence"), Result(2, 8, "voice")
    assert weakest_of(piece("first", 5, thesis, evidence, voice)) == "evidence"
    assert weakest_of(piece("first", 5, Result(4, 4, "thesis"))) is None
    assert weakest_of(piece("first", 5, Result(1, 4))) is None


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (standing(cycle(), ("practice",), ()), "practise it"),
        (standing(cycle(), ("reflection",), ()), "look back at it"),
        (standing(cycle(), ("conference",), ()), "talk it over"),
        (standing(cycle(), ("sketch",), ()), "Next: sketch, which the teacher logs."),
        (standing(cycle(), (), ()), "the teacher opens it"),
        (standing(cycle(opened=40), (), ()), "do it over when you are ready"),
        (standing(cycle(opened=40), (), (), handed_in=50), "the teacher scores it"),
        (standing(cycle(opened=40), (), (piece("second", 50),)), "It was done over."),
    ],
)
def test_one_sentence_says_what_comes_next_and_no_number_is_in_it(seen: object, says: str) -> None:
    sentence = next_step(seen)  # type: ignore[arg-type]  # each is a Standing
    assert says in sentence
    assert not any(character.isdigit() for character in sentence)
    assert sentence.count(". ") == 0
