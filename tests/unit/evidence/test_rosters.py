"""Given what is known of a roster, when rows are handed in, then only what differs becomes an event."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.evidence.domain.roster_changes import Changes, Fact, decide_roster
from services.evidence.domain.roster_commands import commands_of
from services.evidence.domain.roster_known import Grant, KnownRoster, Section, Session
from services.evidence.domain.roster_names import names_of
from services.evidence.domain.roster_reading import Reading
from services.evidence.domain.roster_rows import read_rows
from services.evidence.domain.texts import Name
from shared.contracts.bodies import LearnerEnrolled, LearnerWithdrawn, RoleGranted, RoleRevoked, SectionOpened
from shared.ledger.instants import instant

TENANT = "5f0c6c0e-2d0b-4b55-9a53-0a2f6b1e7a01"
ADMINISTRATOR = "10000000-0000-4000-8000-000000000000"
READING = Reading(b"k" * 32, ZoneInfo("America/New_York"), instant("2026-11-24T12:00:00Z"))

SCHOOL, COURSE, CLASS, YEAR = (
    READING.id("org", "school"),
    READING.id("course", "course"),
    READING.id("class", "class"),
    READING.id("academicSession", "year"),
)
AMARA, LINDGREN = READING.id("user", "amara"), READING.id("user", "lindgren")
BEGINS, ENDS = instant("2026-08-17T04:00:00Z"), instant("2027-06-12T04:00:00Z")
OPENED = Section(COURSE, SCHOOL, BEGINS, ENDS)
EMPTY = KnownRoster(orgs={SCHOOL: "school"}, sessions={YEAR: Session(BEGINS, ENDS)})
TEACHES: Grant = ("teacher", f"section/{CLASS}")

CLASS_ROW = {
    "sourcedId": "class",
    "courseSourcedId": "course",
    "schoolSourcedId": "school",
    "termSourcedIds": "year",
}


def enrolment(user: str = "amara", **more: str) -> dict[str, str]:
    row = {"sourcedId": f"e-{user}", "classSourcedId": "class", "userSourcedId": user, "role": "student"}
    return {**row, **more}


def given(**more: Any) -> KnownRoster:
    """The class is open, Lindgren teaches it, Amara is in it."""
    known = replace(
        EMPTY,
        sections={CLASS: OPENED},
        grants={LINDGREN: {TEACHES: None}},
        enrolments={AMARA: frozenset({(SCHOOL, None), (SCHOOL, CLASS)})},
    )
    return replace(known, **more)


def when(known: KnownRoster, reading: Reading = READING, **files: Any) -> Changes:
    rows = read_rows(files)  # type: ignore[arg-type]
    assert not rows.refused
    return decide_roster(rows, known, reading)


def then(changes: Changes) -> list[Fact]:
    assert not changes.refused
    return [change.fact for own in changes.streams.values() for change in own]


def test_a_new_class_is_opened_from_midnight_to_midnight_of_the_district() -> None:
    [fact] = then(when(EMPTY, classes=[CLASS_ROW]))
    assert fact == SectionOpened(
        section=CLASS,
        course=COURSE,
        school=SCHOOL,
        begins_at="2026-08-17T04:00:00.000Z",
        ends_at="2027-06-12T04:00:00.000Z",
    )


def test_a_class_lasts_from_its_first_term_to_its_last() -> None:
    spring = READING.id("academicSession", "spring")
    known = replace(EMPTY, sessions={**EMPTY.sessions, spring: Session(ENDS, ENDS + 1)})
    [fact] = then(when(known, classes=[{**CLASS_ROW, "termSourcedIds": "year, spring"}]))
    assert isinstance(fact, SectionOpened)
    assert (fact.begins_at, fact.ends_at) == ("2026-08-17T04:00:00.000Z", "2027-06-12T04:00:00.001Z")


def test_a_new_class_brings_its_people_along() -> None:
    facts = then(when(EMPTY, classes=[CLASS_ROW], enrollments=[enrolment(), enrolment("lindgren", role="teacher")]))
    assert facts[1:] == [
        LearnerEnrolled(learner=AMARA, school=SCHOOL, section=CLASS, course=COURSE),
        RoleGranted(person=LINDGREN, role="teacher", scope=f"section/{CLASS}"),
    ]


def test_what_is_known_changes_nothing() -> None:
    changes = when(given(), classes=[CLASS_ROW], enrollments=[enrolment(), enrolment("lindgren", role="teacher")])
    assert then(changes) == []
    assert changes.changed == 0


@pytest.mark.parametrize("row", [{"status": "tobedeleted"}, {"endDate": "2026-11-24"}], ids=["deleted", "ended"])
def test_an_enrolment_that_no_longer_holds_is_withdrawn_once(row: dict[str, str]) -> None:
    [fact] = then(when(given(), enrollments=[enrolment(**row)]))
    assert fact == LearnerWithdrawn(learner=AMARA, school=SCHOOL, section=CLASS)
    assert then(when(given(enrolments={AMARA: frozenset({(SCHOOL, None)})}), enrollments=[enrolment(**row)])) == []


def test_an_end_date_is_the_first_day_that_no_longer_counts() -> None:
    assert then(when(given(), enrollments=[enrolment(endDate="2026-11-25")])) == []


def test_when_an_enrolment_began_is_told_where_it_has_begun() -> None:
    nobody = given(enrolments={})
    for begins, told in (("2026-08-17", BEGINS), ("2027-01-04", None), ("", None)):
        [[change]] = when(nobody, enrollments=[enrolment(beginDate=begins)]).streams.values()
        assert change.occurred_at == told


def test_a_teachers_role_ends_when_the_enrolment_does() -> None:
    row = enrolment("lindgren", role="teacher", endDate="2027-01-30")
    [fact] = then(when(given(), enrollments=[row]))
    assert fact == RoleGranted(
        person=LINDGREN, role="teacher", scope=f"section/{CLASS}", ends_at="2027-01-30T05:00:00.000Z"
    )
    ends = instant("2027-01-30T05:00:00Z")
    known = given(grants={LINDGREN: {TEACHES: ends}})
    assert then(when(known, enrollments=[row])) == []
    assert then(when(known, replace(READING, now=ends), enrollments=[row])) == []


def test_a_teacher_who_leaves_loses_the_role() -> None:
    [fact] = then(when(given(), enrollments=[enrolment("lindgren", role="teacher", status="tobedeleted")]))
    assert fact == RoleRevoked(person=LINDGREN, role="teacher", scope=f"section/{CLASS}")


def test_of_two_rows_for_one_place_the_one_that_holds_counts() -> None:
    gone = enrolment(sourcedId="old", status="tobedeleted")
    for rows in ([gone, enrolment()], [enrolment(), gone]):
        assert then(when(given(), enrollments=rows)) == []


def test_what_one_class_grants_an_administrator_another_does_not_take_back() -> None:
    other = READING.id("class", "other")
    known = given(sections={CLASS: OPENED, other: OPENED}, grants={LINDGREN: {}})
    gone = enrolment("lindgren", sourcedId="x", classSourcedId="other", role="administrator", status="tobedeleted")
    for rows in (
        [gone, enrolment("lindgren", role="administrator")],
        [enrolment("lindgren", role="administrator"), gone],
    ):
        [fact] = then(when(known, enrollments=rows))
        assert fact == RoleGranted(person=LINDGREN, role="administrator", scope=f"school/{SCHOOL}")


def test_a_deleted_user_leaves_every_school_and_section() -> None:
    user = {"sourcedId": "lindgren", "status": "tobedeleted"}
    known = given(grants={LINDGREN: {TEACHES: None, ("auditor", "district"): None}})
    rows = [enrolment("lindgren", role="teacher")]
    assert then(when(known, users=[user], enrollments=rows)) == [
        RoleRevoked(person=LINDGREN, role="teacher", scope=f"section/{CLASS}")
    ]
    assert then(when(given(), users=[{"sourcedId": "amara", "status": "tobedeleted"}])) == [
        LearnerWithdrawn(learner=AMARA, school=SCHOOL)
    ]


def test_a_deleted_class_ends_now_and_once() -> None:
    row = {**CLASS_ROW, "status": "tobedeleted"}
    [fact] = then(when(given(), classes=[row]))
    assert isinstance(fact, SectionOpened)
    assert fact.ends_at == "2026-11-24T12:00:00.000Z"
    ended = given(sections={CLASS: replace(OPENED, ends_at=READING.now)})
    assert then(when(ended, classes=[row])) == []
    assert then(when(EMPTY, classes=[row])) == []


@pytest.mark.parametrize(
    ("files", "field", "reason"),
    [
        ({"classes": [{**CLASS_ROW, "schoolSourcedId": "x"}]}, "/schoolSourcedId", "school-unknown"),
        ({"classes": [{**CLASS_ROW, "termSourcedIds": "year,x"}]}, "/termSourcedIds", "term-unknown"),
        ({"enrollments": [enrolment(classSourcedId="x")]}, "/classSourcedId", "class-unknown"),
        ({"enrollments": [enrolment(schoolSourcedId="x")]}, "/schoolSourcedId", "school-of-another"),
        (
            {"users": [{"sourcedId": "a", "role": "administrator", "orgSourcedIds": "x"}]},
            "/orgSourcedIds",
            "orgs-no-schools",
        ),
    ],
)
def test_a_row_that_names_what_is_not_known_is_refused(files: Any, field: str, reason: str) -> None:
    changes = when(given(), **files)
    assert [(row.refusal.field, row.refusal.reason) for row in changes.refused] == [(field, reason)]
    assert not changes.streams


def test_commands_are_bound_to_the_versions_decided_on_and_named_by_their_content() -> None:
    files: dict[str, Any] = {
        "classes": [CLASS_ROW],
        "enrollments": [enrolment(), enrolment("lindgren", role="teacher")],
    }
    changes = when(EMPTY, **files)
    versions = {f"learner/{AMARA}": 3}
    commands = commands_of(changes, versions, tenant=TENANT, actor=ADMINISTRATOR)
    assert [command.ledger for command in commands] == ["definitions", "definitions", "evidence"]
    assert [expected.version for command in commands for expected in command.expects] == [0, 0, 3]
    assert commands == commands_of(when(EMPTY, **files), versions, tenant=TENANT, actor=ADMINISTRATOR)
    later = commands_of(changes, {f"learner/{AMARA}": 4}, tenant=TENANT, actor=ADMINISTRATOR)
    assert commands[2].id != later[2].id


def test_a_row_that_brings_an_address_is_refused_without_it_being_told() -> None:
    rows = read_rows({"users": [{"sourcedId": "amara", "email": "amara.okafor@demo.invalid"}]})
    [refused] = rows.refused
    assert refused.refusal.field == "/email"
    assert "okafor" not in refused.refusal.detail


def test_names_are_those_of_sound_rows_of_people_who_are_here_and_as_they_prefer() -> None:
    rows = read_rows(
        {
            "users": [
                {"sourcedId": "amara", "givenName": " Amara ", "familyName": "Okafor", "preferredGivenName": "Mara"},
                {"sourcedId": "bao", "familyName": "Nguyen"},
                {"sourcedId": "chiara", "givenName": "", "familyName": ""},
                {"sourcedId": "dmitri", "givenName": "Dmitri", "status": "tobedeleted"},
                {"sourcedId": "esi", "givenName": "Es\u0007i"},
                {"sourcedId": "farid", "givenName": "F" * 256},
                {"sourcedId": "gita", "givenName": "Gita", "role": "administrator", "orgSourcedIds": "nowhere"},
            ]
        }
    )
    assert [row.sourced_id for row in rows.refused] == ["esi", "farid"]
    assert not any("Es" in row.refusal.detail or "FFF" in row.refusal.detail for row in rows.refused)
    refused = decide_roster(rows, EMPTY, READING).refused
    names = names_of(rows, refused, READING)
    assert names == {
        READING.id("user", "amara"): Name("Mara", "Okafor"),
        READING.id("user", "bao"): Name("", "Nguyen"),
    }


def test_what_a_school_is_called_is_a_name() -> None:
    plain = {"type": "school"}
    rows = read_rows(
        {
            "orgs": [
                {"sourcedId": "high", "name": " Willowbrook High ", **plain},
                {"sourcedId": "low", **plain},
                {"sourcedId": "gone", "name": "Gone", "status": "tobedeleted", **plain},
                {"sourcedId": "long", "name": "n" * 256, **plain},
            ]
        }
    )
    assert [row.sourced_id for row in rows.refused] == ["long"]
    assert names_of(rows, rows.refused, READING) == {READING.id("org", "high"): Name("Willowbrook High", "")}


def test_a_classes_title_is_a_name() -> None:
    plain = {"courseSourcedId": "english-10", "schoolSourcedId": "school"}
    rows = read_rows(
        {
            "classes": [
                {"sourcedId": "10a", "title": " Ms Lindgren’s English ", **plain},
                {"sourcedId": "10b", "title": "", **plain},
                {"sourcedId": "10c", "title": "Gone", "status": "tobedeleted", **plain},
                {"sourcedId": "10d", "title": "t" * 256, **plain},
                {"sourcedId": "10e", "title": "Nowhere", **plain, "courseSourcedId": ""},
            ]
        }
    )
    assert [row.sourced_id for row in rows.refused] == ["10d", "10e"]
    assert names_of(rows, [], READING) == {READING.id("class", "10a"): Name("Ms Lindgren’s English", "")}


def test_a_school_that_a_user_names_twice_is_enrolled_in_once() -> None:
    row = {"sourcedId": "amara", "role": "student", "orgSourcedIds": "school, school"}
    assert then(when(EMPTY, users=[row])) == [LearnerEnrolled(learner=AMARA, school=SCHOOL)]


@pytest.mark.parametrize("written", ["2026-W01-1", "20260817", "2026-8-17", "2026-02-30", "1066-10-14", "٢026-08-17"])
def test_a_date_is_written_in_one_way(written: str) -> None:
    rows = read_rows({"enrollments": [enrolment(beginDate=written)]})
    assert [(row.refusal.field, row.refusal.reason) for row in rows.refused] == [("/beginDate", "date-wrong")]


@pytest.mark.parametrize(
    ("row", "detail", "reason", "figures"),
    [
        ({"sourcedId": ""}, "sourcedId: must not be empty.", "field-empty", {}),
        ({"userSourcedId": ...}, "userSourcedId: must be given.", "field-missing", {}),
        ({"userSourcedId": "u" * 256}, "userSourcedId: must have at most 255 characters.", "field-too-long", 255),
        ({"userSourcedId": " u"}, "userSourcedId: must not begin or end with a space", "text-unclean", {}),
        ({"role": "guest"}, "role: must be 'student', 'teacher'", "word-unknown", {}),
    ],
)
def test_what_is_wrong_with_a_row_is_said_in_words_and_as_a_code(
    row: dict[str, Any], detail: str, reason: str, figures: Any
) -> None:
    written = {name: cell for name, cell in {**enrolment(), **row}.items() if cell is not ...}
    [refused] = read_rows({"enrollments": [written]}).refused
    assert refused.refusal.detail.startswith(detail)
    assert (refused.refusal.reason, refused.refusal.figures) == (reason, {"number": figures} if figures else {})


def test_a_row_of_an_id_that_stands_there_before_is_refused() -> None:
    [refused] = read_rows({"enrollments": [enrolment(), enrolment()]}).refused
    assert (refused.index, refused.refusal.reason) == (1, "row-twice")
