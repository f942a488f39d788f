"""Auditing words of grades: right where the copy comes to them at their pins; else what differs, and since when."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.auditing import Audited, audit_words
from services.audit.domain.defining import definitions_of
from services.audit.domain.differences import Difference
from services.audit.domain.grades import words_of
from services.audit.domain.verdicts import judged
from shared.ledger.canonical import canonical
from shared.ledger.entry import Entry, entry_from_envelope
from shared.ledger.identifiers import shard_of
from shared.rulebook.definitions import Learner
from tests.support import oracle
from tests.support.graded import amend, release, uphold
from tests.support.ledger_writer import TENANT, LedgerWriter, framework_document, named, policy_document, result

ADA, NORTH, THEME, SYMBOLS = (named(name) for name in ("Ada", "North", "theme", "symbols"))
SHARD = shard_of(TENANT, ADA)


class Told:
    """What happened to Ada, and which of its events tests ask for."""

    def __init__(self) -> None:
        writer = self.writer = LedgerWriter()
        writer.publish(framework_document(named("framework"), [THEME, SYMBOLS]))
        self.policy = policy_document("ascertain.decaying_average@1", weight="0.65")
        writer.publish(self.policy)
        writer.adopt("district", self.policy)
        writer.enrol(ADA, NORTH)
        self.first = writer.attempt(ADA, result(THEME, "2"))
        self.practice = writer.attempt(ADA, result(THEME, "1"), purpose="practice")
        self.voided = writer.attempt(ADA, result(THEME, "0"), result(SYMBOLS, "3"))
        self.released = release(writer, ADA, [THEME, SYMBOLS])
        self.voiding = writer.void(ADA, self.voided)
        self.override = writer.override(ADA, SYMBOLS, self.policy, "3")
        self.amended = amend(writer, ADA, self.released, [THEME, SYMBOLS])
        writer.attempt(ADA, result(THEME, "4"))
        self.upheld = uphold(writer, ADA, self.released, [THEME])

    @property
    def entries(self) -> list[Entry]:
        everything = [entry_from_envelope(raw["envelope"], canonical(raw["body"])) for raw in self.writer.entries]
        return [entry for entry in everything if entry.ledger == "evidence"]

    def audited(self, entries: Sequence[Entry] | None = None, asked: str | None = None) -> list[Audited]:
        raw = [raw for raw in self.writer.entries if raw["envelope"]["ledger"] == "definitions"]
        contents = {address: canonical(document) for address, document in self.writer.documents.items()}
        definitions = definitions_of([entry_from_envelope(r["envelope"], canonical(r["body"])) for r in raw], contents)
        mine = self.entries if entries is None else entries
        return audit_words(Learner(ADA, SHARD), mine, words_of(mine, asked), definitions, told=True)


TOLD = Told()


def changed(event: str, body: dict[str, Any]) -> list[Entry]:
    """Ada's entries, one of them with other members in its body."""
    return [
        replace(entry, body=canonical({**_body(event), **body})) if entry.id == event else entry
        for entry in TOLD.entries
    ]


def _body(event: str) -> dict[str, Any]:
    return next(dict(raw["body"]) for raw in TOLD.writer.entries if raw["envelope"]["id"] == event)


def position(event: str) -> int:
    return next(entry.position for entry in TOLD.entries if entry.id == event)


def found(audited: Sequence[Audited]) -> list[Difference]:
    return [difference for word in audited for difference in word.differences]


def test_every_word_of_an_untouched_grade_is_what_the_copy_comes_to() -> None:
    audited = TOLD.audited()
    assert [word.word.entry.id for word in audited] == [TOLD.released, TOLD.amended, TOLD.upheld]
    assert found(audited) == []


def test_the_released_event_stands_for_all_its_words_and_any_other_for_itself() -> None:
    assert len(TOLD.audited(asked=TOLD.released)) == 3
    assert [word.word.entry.id for word in TOLD.audited(asked=TOLD.amended)] == [TOLD.amended]
    assert TOLD.audited(asked=TOLD.first) == []


def test_accounts_tell_each_piece_as_it_was_known_then() -> None:
    released, amended, _ = TOLD.audited()
    [_, theme] = sorted(released.accounts, key=lambda account: account.competency == THEME)
    assert [
        (piece.event, piece.counted, piece.value, piece.value_after, piece.set_aside) for piece in theme.pieces
    ] == [
        (TOLD.first, True, "2", "2", None),
        (TOLD.practice, False, None, None, "purpose"),
        (TOLD.voided, True, "0", "0.7", None),
    ]
    [_, theme] = sorted(amended.accounts, key=lambda account: account.competency == THEME)
    assert [(piece.set_aside, piece.by) for piece in theme.pieces][-1] == ("voided", TOLD.voiding)
    [symbols] = [account for account in amended.accounts if account.competency == SYMBOLS]
    assert (symbols.override, symbols.level) == (TOLD.override, "Proficient")


@given(st.sampled_from(["status", "at", "policy", "override", "state"]), st.sampled_from([THEME, SYMBOLS]))
def test_each_member_of_a_level_that_is_changed_is_named(member: str, competency: str) -> None:
    other = {"status": "slipped", "at": "1.5", "policy": "0" * 64, "override": NORTH, "state": "0" * 64}
    levels = [
        {**level, member: other[member]} if level["competency"] == competency else level
        for level in _body(TOLD.released)["levels"]
    ]
    [difference] = found(TOLD.audited(changed(TOLD.released, {"levels": levels})))
    assert (difference.kind, difference.competency, difference.event) == ("grade_differs", competency, TOLD.released)
    assert [one.name for one in difference.members] == [member]
    assert (difference.shard, difference.position) == (SHARD, position(TOLD.released))


def test_a_grade_of_an_earlier_moment_is_told_from_where_on_it_was_no_longer_true() -> None:
    """The levels are those before the third piece, the pins say that it was known."""
    then = [("definitions", 0, 100), ("evidence", SHARD, position(TOLD.practice))]
    state = oracle.states(TOLD.writer.entries, TOLD.writer.documents, then)[ADA, THEME]
    levels = [
        {**level, "state": state.digest} if level["competency"] == THEME else level
        for level in _body(TOLD.released)["levels"]
    ]
    [difference] = found(TOLD.audited(changed(TOLD.released, {"levels": levels})))
    assert difference.position == position(TOLD.voided)
    assert f"before position {position(TOLD.voided)}" in difference.what


def test_evidence_that_is_changed_is_told_for_every_word_after_it_and_none_before() -> None:
    entries = changed(TOLD.first, {"results": [result(THEME, "3")]})
    assert [one.event for one in found(TOLD.audited(entries))] == [TOLD.released, TOLD.amended, TOLD.upheld]
    entries = [entry for entry in TOLD.entries if entry.id != TOLD.voiding]
    assert {one.event for one in found(TOLD.audited(entries))} == {TOLD.amended, TOLD.upheld}


def test_pins_on_which_a_grade_cannot_rest_are_told() -> None:
    pins = [
        {"ledger": "definitions", "shard": 0, "position": 5},
        {"ledger": "evidence", "shard": SHARD, "position": 99},
    ]
    assert any("cannot rest" in one.what for one in found(TOLD.audited(changed(TOLD.released, {"pins": pins}))))


def test_a_position_that_is_pinned_twice_is_told_and_the_greater_holds() -> None:
    pins = _body(TOLD.released)["pins"]
    for position in (1, 2):
        twice = [*pins, {**pins[1], "position": position}]
        [difference] = found(TOLD.audited(changed(TOLD.released, {"pins": twice})))
        assert "cannot rest" in difference.what


@pytest.mark.parametrize("member", ["course", "period"])
def test_a_word_of_another_course_or_period_than_its_stream_is_told(member: str) -> None:
    [difference] = found(TOLD.audited(changed(TOLD.released, {member: NORTH})))
    assert (difference.kind, difference.event, difference.position) == (
        "grade_differs",
        TOLD.released,
        position(TOLD.released),
    )
    assert [one.name for one in difference.members] == ["stream"]


@pytest.mark.parametrize("of", ["nothing", "evidence"])
def test_a_word_about_a_grade_that_was_not_released_is_told(of: str) -> None:
    grade = {"nothing": NORTH, "evidence": TOLD.first}[of]
    [difference] = found(TOLD.audited(changed(TOLD.amended, {"grade": grade})))
    assert (difference.event, [one.name for one in difference.members]) == (TOLD.amended, ["grade"])


def test_a_grade_of_another_learner_among_these_entries_is_told() -> None:
    assert any("lies among" in one.what for one in found(TOLD.audited(changed(TOLD.upheld, {"learner": NORTH}))))


def test_a_grade_that_cannot_be_read_is_told_and_the_others_are_audited() -> None:
    [difference] = found(TOLD.audited(changed(TOLD.amended, {"levels": "many"})))
    assert (difference.kind, difference.event) == ("unreadable", TOLD.amended)


def test_an_entry_after_its_pins_that_cannot_be_read_leaves_a_grade_equal() -> None:
    broken = [*TOLD.entries, replace(TOLD.entries[1], id=named("broken"), position=90, body=b'{"results":[{}]}')]
    assert found(TOLD.audited(broken)) == []
    broken = [entry if entry.id != TOLD.voiding else replace(entry, body=b"{}") for entry in TOLD.entries]
    assert {(one.kind, one.event) for one in found(TOLD.audited(broken))} == {
        ("unreadable", TOLD.amended),
        ("unreadable", TOLD.upheld),
    }


@given(st.integers(1, 20))
def test_a_difference_in_the_ledger_concerns_the_words_that_rest_on_it(at: int) -> None:
    unlike = [Difference("ledger", "differs", "It differs.", "evidence", SHARD, at)]
    for word in TOLD.audited():
        rests = at <= word.word.pin("evidence") or at == word.word.entry.position
        one = judged(word, unlike)
        assert bool(one.differences) == rests
        assert one.verdict["begins"] == ([{"ledger": "evidence", "shard": SHARD, "position": at}] if rests else [])
