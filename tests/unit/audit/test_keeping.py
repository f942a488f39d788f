"""What is kept beside states: each row is what the copy's entries say, up to where whoever keeps it had come."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from services.audit.domain.keeping import MOST_MEMBERS, Compared, Kept, compare_kept
from services.audit.domain.rows import Key, members_of, said_by
from shared.ledger.canonical import JsonValue, canonical
from shared.ledger.entry import Entry, entry_from_envelope
from shared.ledger.identifiers import shard_of
from tests.support.ledger_writer import TENANT, LedgerWriter, named, result

ADA, NORTH, SOUTH, THEME, SYMBOLS = (named(name) for name in ("Ada", "North", "South", "theme", "symbols"))
COURSE, FALL, SPRING = (named(name) for name in ("English", "fall", "spring"))
SHARD, REASON, PINS = shard_of(TENANT, ADA), "ab" * 32, [{"ledger": "evidence", "shard": 3, "position": 1}]
ACTOR = named("somebody")
FIRST, SECOND = sorted([THEME, SYMBOLS])


def level(competency: str, state: str) -> dict[str, str]:
    return {"competency": competency, "status": "no_evidence", "state": state * 64}


def of_grade(period: str = FALL, **more: Any) -> dict[str, Any]:
    return {"course": COURSE, "period": period, "pins": PINS, **more}


WRITER = LedgerWriter()
for school in (NORTH, NORTH, SOUTH):
    WRITER.enrol(ADA, school)
GRADE = WRITER.say("GradeReleased", ADA, "grade", of_grade(levels=[level(FIRST, "1"), level(SECOND, "2")]))
WRITER.say(
    *("GradeAmended", ADA, "grade", of_grade(grade=GRADE, levels=[level(FIRST, "3")], reason_ref=REASON)),
)
WRITER.say(
    *("GradeUpheld", ADA, "grade"),
    of_grade(
        grade=GRADE,
        states=[{"competency": FIRST, "state": "4" * 64}, {"competency": SECOND, "state": "5" * 64}],
        reason_ref=REASON,
    ),
)
REVIEW = WRITER.say("ReviewRequested", ADA, "review/1", {"grade": GRADE, "reason_ref": REASON})
OPEN = WRITER.say("ReviewRequested", ADA, "review/2", {"competency": THEME, "reason_ref": REASON})
WRITER.say(
    *("ReviewAnswered", ADA, "review/1"),
    {"review": REVIEW, "outcome": "changed", "change": GRADE, "answer_ref": REASON},
)
REDO = WRITER.say("RedoRequested", ADA, "redo/1", {"competency": THEME, "evidence": GRADE})
WRITER.say("RelearnLogged", ADA, "redo/1", {"competency": THEME, "cycle": REDO, "kind": "practice", "note_ref": REASON})
WRITER.say("RedoOpened", ADA, "redo/1", {"competency": THEME, "cycle": REDO, "task": COURSE, "work": FALL})
SCORE = WRITER.score(ADA, result(THEME, "2", criterion="thesis"), feedback_ref=REASON)


def entries_of(writer: LedgerWriter) -> list[Entry]:
    return [entry_from_envelope(raw["envelope"], canonical(raw["body"])) for raw in writer.entries]


ENTRIES = entries_of(WRITER)
MS, LAST = ENTRIES[0].recorded_at, len(ENTRIES)


def decision(position: int, state: str, seen: Mapping[str, str], **more: Any) -> dict[str, Any]:
    entry = ENTRIES[position - 1]
    return {
        "event": entry.id,
        "state": state,
        "version": position - 3,
        "position": position,
        "recorded_ms": MS,
        "actor": ACTOR,
        "reason_ref": REASON,
        "levels": [],
        "seen": seen,
        "pins": PINS,
        **more,
    }


def step(position: int, **more: Any) -> dict[str, Any]:
    entry = ENTRIES[position - 1]
    where = {"position": position, "version": position - 9, "recorded_ms": MS, "actor": ACTOR}
    return {"event": entry.id, **where, "evidence": None, "note_ref": None, **more}


TOLD: dict[Key, Any] = {
    Key("enrolled", ADA): {
        "school": SOUTH,
        "schools": [
            {"school": NORTH, "position": 1, "recorded_ms": MS},
            {"school": SOUTH, "position": 3, "recorded_ms": MS},
        ],
    },
    Key("grade", GRADE): {
        "course": COURSE,
        "period": FALL,
        "decisions": [
            decision(
                *(4, "released", {FIRST: "1" * 64, SECOND: "2" * 64}),
                levels=[{**level(FIRST, "1"), "at": None, "policy": None}, level(SECOND, "2")],
                reason_ref=None,
            ),
            decision(5, "amended", {FIRST: "3" * 64}, levels=[level(FIRST, "3")]),
            decision(6, "upheld", {FIRST: "4" * 64, SECOND: "5" * 64}),
        ],
    },
    Key("graded", GRADE, FIRST): {"digest": "4" * 64},
    Key("review", REVIEW): {
        "about": "grade",
        "about_id": GRADE,
        "requested_ms": MS,
        "asked_by": ACTOR,
        "reason_ref": REASON,
        "answer": ENTRIES[8].id,
        "answered_by": ACTOR,
        "answered_ms": MS,
        "outcome": "changed",
        "change": GRADE,
        "answer_ref": REASON,
    },
    Key("review", OPEN): {
        "about": "competency",
        "about_id": THEME,
        "requested_ms": MS,
        "asked_by": ACTOR,
        "reason_ref": REASON,
        **dict.fromkeys(("answer", "answered_by", "answered_ms", "outcome", "change", "answer_ref")),
    },
    Key("redo", REDO, THEME): {
        "began": 10,
        "opened": True,
        "work": FALL,
        "cycle": {
            **{name: value for name, value in step(10, evidence=GRADE).items() if name != "event"},
            "id": REDO,
            "learner": ADA,
            "competency": THEME,
            "begun": "requested",
            "relearned": [step(11, kind="practice", note_ref=REASON)],
            "opened": step(12, task=COURSE, work=FALL),
        },
    },
    Key("feedback", SCORE): {"ref": REASON},
}
"""What is kept of Ada when everything is applied, written by hand."""

KEPT = Kept(ADA, SHARD, LAST, False, {key: dict(members_of(row)) for key, row in TOLD.items()})


def compared(kept: Kept = KEPT, entries: Sequence[Entry] = ENTRIES, known: int = LAST) -> Compared:
    return compare_kept(SHARD, entries, kept, known)


def kept_but(key: Key, members: Mapping[str, JsonValue]) -> Kept:
    return replace(KEPT, rows={**KEPT.rows, key: members})


def without(key: Key) -> Kept:
    return replace(KEPT, rows={one: row for one, row in KEPT.rows.items() if one != key})


def test_what_the_entries_say_is_right() -> None:
    assert compared() == Compared(
        ADA, {"learners": 1, "grades": 1, "reviews": 2, "redos": 1, "feedback": 1}, 0, (), behind=False
    )


def test_a_row_of_any_earlier_moment_is_right_then() -> None:
    for position in range(LAST + 1):
        rows = {key: said.members for key, said in said_by(ENTRIES[:position]).items()}
        then = replace(KEPT, applied=position, rows=rows)
        assert compared(then, known=0).differences == ()
        assert compared(then, known=position).behind is False
        assert compared(then).behind == (position < LAST)
        if position < LAST - 1:
            assert compared(then).differences  # what it should know by now is compared then


@pytest.mark.parametrize(("key", "name"), [(key, name) for key, row in KEPT.rows.items() for name in row])
def test_any_member_that_differs_is_found_and_located(key: Key, name: str) -> None:
    before = KEPT.rows[key][name]
    for value in ("otherwise", None):
        row = {one: said for one, said in {**KEPT.rows[key], name: value}.items() if said is not None}
        [difference] = compared(kept_but(key, row)).differences
        assert (difference.kind, difference.learner, difference.shard) == ("kept_differs", ADA, SHARD)
        assert difference.position in range(1, LAST + 1)
        [member] = difference.members
        assert (member.name, member.in_copy, member.elsewhere) == (name, str(before), value)
        assert f" {name}." in difference.what


def test_a_difference_is_located_at_the_entry_that_says_otherwise() -> None:
    grade, review, schools = Key("grade", GRADE), Key("review", REVIEW), Key("enrolled", ADA)
    for key, name, position in (
        (grade, "course", 4),
        (grade, "decisions/0/actor", 4),
        (grade, "decisions/1/levels/0/state", 5),
        (grade, f"decisions/2/seen/{SECOND}", 6),
        (review, "asked_by", 7),
        (review, "answered_ms", 9),
        (schools, "schools/0/school", 1),
        (schools, "school", 3),
    ):
        [difference] = compared(kept_but(key, {**KEPT.rows[key], name: "otherwise"})).differences
        assert difference.position == position, name


def test_a_member_that_nothing_says_is_found() -> None:
    key = Key("review", OPEN)
    [difference] = compared(kept_but(key, {**KEPT.rows[key], "outcome": "unchanged"})).differences
    assert (difference.kind, difference.event, difference.position) == ("kept_differs", OPEN, 8)
    key = Key("grade", GRADE)
    [difference] = compared(kept_but(key, {**KEPT.rows[key], "decisions/3/actor": ACTOR})).differences
    assert (difference.grade, difference.position) == (GRADE, 6)


@pytest.mark.parametrize("key", KEPT.rows)
def test_a_missing_row_is_found(key: Key) -> None:
    [difference] = compared(without(key)).differences
    assert (difference.kind, difference.learner, difference.competency) == ("kept_missing", ADA, key.competency or None)
    assert key.id in difference.what
    assert difference.position is not None
    assert difference.phase == {
        "enrolled": "learners",
        "review": "reviews",
        "redo": "redos",
        "feedback": "feedback",
    }.get(key.what, "grades")


@pytest.mark.parametrize(
    "key", [Key("forgotten", ADA), Key("grade", OPEN), Key("graded", GRADE, SECOND), Key("review", GRADE)]
)
def test_a_row_that_nothing_says_is_found(key: Key) -> None:
    [difference] = compared(kept_but(key, {"position": 1})).differences
    assert (difference.kind, difference.position) == ("kept_unexpected", None)


def test_what_cannot_be_read_any_more_tells_the_first_members_alone() -> None:
    [difference] = compared(kept_but(Key("grade", GRADE), {"course": COURSE, "period": FALL})).differences
    assert len(difference.members) == MOST_MEMBERS
    assert difference.what.endswith(" more.")
    assert difference.position == 4


def test_what_lies_in_another_shard_is_not_hers() -> None:
    result = compared(replace(KEPT, shard=SHARD + 1, applied=0))
    assert {one.kind for one in result.differences} == {"kept_unexpected"}
    assert len(result.differences) == len(KEPT.rows)
    assert not result.behind


def test_of_one_under_review_all_is_set_aside() -> None:
    held = replace(without(Key("grade", GRADE)), under_review=True)
    assert compared(held) == Compared(ADA, {}, len(held.rows), (), behind=False)


def test_of_a_forgotten_learner_there_is_nothing_but_that_she_is() -> None:
    writer = LedgerWriter()
    writer.enrol(ADA, NORTH)
    before = entries_of(writer)
    writer.forget(ADA)
    entries = entries_of(writer)
    gone = Kept(ADA, SHARD, 3, False, {Key("forgotten", ADA): {"position": 3}})
    assert compared(gone, entries, 3) == Compared(ADA, {"learners": 1}, 0, (), behind=False)
    for under_review in (False, True):
        still = replace(gone, rows={**gone.rows, Key("review", OPEN): {}}, under_review=under_review)
        [difference] = compared(still, entries, 3).differences
        assert (difference.kind, difference.position, difference.event) == ("kept_unexpected", 3, OPEN)
    [difference] = compared(replace(gone, rows={}), entries, 3).differences
    assert (difference.kind, difference.position) == ("kept_missing", 3)
    [difference] = compared(replace(gone, rows={Key("forgotten", ADA): {"position": 2}}), entries, 3).differences
    assert difference.kind == "kept_differs"
    rows = {key: said.members for key, said in said_by(before).items()}
    assert compared(replace(gone, applied=2, rows=rows), entries, 2).differences == ()


@pytest.mark.parametrize(
    "body",
    [
        lambda body: {**body, "levels": 1},
        lambda body: {**body, "levels": [{}]},
        lambda body: {name: value for name, value in body.items() if name != "pins"},
        lambda body: {**body, "levels": [{"competency": [], "state": ""}]},
    ],
)
def test_a_copy_that_cannot_be_read_is_told(body: Callable[[Any], Any]) -> None:
    raw = WRITER.entries[3]
    broken = replace(ENTRIES[3], body=canonical(body(raw["body"])))
    [difference] = compared(entries=[*ENTRIES[:3], broken, *ENTRIES[4:]]).differences
    assert (difference.kind, difference.learner) == ("unreadable", ADA)
    [difference] = compared(entries=[*ENTRIES[:3], *ENTRIES[4:]]).differences  # a word of a grade that is not released
    assert difference.kind == "unreadable"


def test_a_later_word_of_another_period_is_no_word_of_this_grade() -> None:
    raw = WRITER.entries[4]
    other = replace(ENTRIES[4], body=canonical({**raw["body"], "period": SPRING}))
    [difference] = compared(entries=[*ENTRIES[:4], other, *ENTRIES[5:]]).differences
    assert difference.kind == "unreadable"
