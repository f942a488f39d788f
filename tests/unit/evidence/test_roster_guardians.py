"""Given what rosters said of a learner's guardians, when another comes, then only what it changes is recorded."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from services.evidence.domain.roster_changes import Changes, decide_roster
from services.evidence.domain.roster_known import KnownRoster, Section
from services.evidence.domain.roster_reading import Reading
from services.evidence.domain.roster_rows import read_rows
from shared.contracts.learners import GuardianLinked, GuardianUnlinked
from shared.ledger.instants import instant
from shared.ledger.streams import learner_stream

READING = Reading(b"k" * 32, ZoneInfo("America/New_York"), instant("2026-11-24T12:00:00Z"))
SCHOOL, COURSE, CLASS = READING.id("org", "school"), READING.id("course", "course"), READING.id("class", "class")
AMARA, NGOZI, EMEKA = (READING.id("user", name) for name in ("amara", "ngozi", "emeka"))
ENROLLED = KnownRoster(
    sections={CLASS: Section(COURSE, SCHOOL, None, None)},
    enrolments={AMARA: frozenset({(SCHOOL, CLASS)})},
    versions={learner_stream(AMARA): 1},
)
PARENTS = [{"sourcedId": "ngozi", "role": "parent"}, {"sourcedId": "emeka", "role": "guardian"}]


def amara(agents: str | None = "ngozi, emeka", **more: str) -> dict[str, str]:
    return {"sourcedId": "amara", **({} if agents is None else {"agentSourcedIds": agents}), **more}


def known(said: tuple[str, ...] = (), linked: tuple[str, ...] = (), base: KnownRoster = ENROLLED) -> KnownRoster:
    return replace(base, said_guardians={AMARA: frozenset(said)}, guardians={AMARA: frozenset(linked)})


def when(before: KnownRoster, *users: dict[str, str], **files: Any) -> Changes:
    rows = read_rows({"users": list(users), **files})  # type: ignore[dict-item]
    assert not rows.refused
    return decide_roster(rows, before, READING)


def then(changes: Changes) -> list[object]:
    assert not changes.refused
    return [change.fact for own in changes.streams.values() for change in own]


def linked(guardian: str) -> GuardianLinked:
    return GuardianLinked(learner=AMARA, guardian=guardian)


def unlinked(guardian: str) -> GuardianUnlinked:
    return GuardianUnlinked(learner=AMARA, guardian=guardian)


def test_guardians_are_linked_once() -> None:
    changes = when(known(), amara(), *PARENTS)
    assert then(changes) == [linked(guardian) for guardian in sorted((NGOZI, EMEKA))]
    assert changes.said_guardians == {AMARA: {NGOZI, EMEKA}}
    assert changes.changed == 1
    again = when(known((NGOZI, EMEKA), (NGOZI, EMEKA)), amara(), *PARENTS)
    assert then(again) == []
    assert again.said_guardians == {}
    assert again.changed == 0


def test_only_guardians_parents_and_relatives_are_guardians() -> None:
    for role in ("relative", "parent", "guardian"):
        assert then(when(known(), amara("ngozi"), {"sourcedId": "ngozi", "role": role})) == [linked(NGOZI)]
    for role in ("teacher", "student", "aide", ""):
        assert then(when(known(), amara("ngozi"), {"sourcedId": "ngozi", "role": role})) == []


def test_whom_a_roster_no_longer_names_is_unlinked() -> None:
    both = known((NGOZI, EMEKA), (NGOZI, EMEKA))
    changes = when(both, amara("ngozi"), *PARENTS)
    assert then(changes) == [unlinked(EMEKA)]
    assert changes.said_guardians == {AMARA: {NGOZI}}
    assert then(when(both, amara(""))) == [unlinked(guardian) for guardian in sorted((NGOZI, EMEKA))]
    no_guardian = [PARENTS[0], {"sourcedId": "emeka", "role": "teacher"}]
    assert then(when(both, amara(), *no_guardian)) == [unlinked(EMEKA)]


def test_without_the_column_nothing_is_said() -> None:
    changes = when(known((NGOZI,), (NGOZI,)), amara(None), *PARENTS)
    assert then(changes) == []
    assert changes.said_guardians == {}


def test_of_whom_there_is_no_row_that_stays_as_it_was() -> None:
    assert then(when(known((NGOZI,), (NGOZI,)), amara("ngozi,emeka"))) == []
    changes = when(known((NGOZI,), (NGOZI,)), amara("ngozi,emeka"), PARENTS[1])
    assert then(changes) == [linked(EMEKA)]
    assert changes.said_guardians == {AMARA: {NGOZI, EMEKA}}


def test_what_was_done_by_hand_is_not_undone_every_night() -> None:
    assert then(when(known((NGOZI, EMEKA), (EMEKA,)), amara(), *PARENTS)) == [], "unlinked by hand"
    assert then(when(known((), (NGOZI,)), amara(""), *PARENTS)) == [], "linked by hand"
    named_too = when(known((), (NGOZI,)), amara("ngozi"), *PARENTS)
    assert then(named_too) == []
    assert named_too.said_guardians == {AMARA: {NGOZI}}


def test_whoever_left_speaks_for_nobody() -> None:
    left = {"sourcedId": "ngozi", "role": "parent", "status": "tobedeleted"}
    both = known((NGOZI, EMEKA), (NGOZI, EMEKA))
    for users in ([left], [amara(), left, PARENTS[1]], [left, PARENTS[1], amara()]):
        changes = when(both, *users)
        assert then(changes) == [unlinked(NGOZI)], users
        assert changes.said_guardians == {AMARA: {EMEKA}}


def test_of_whom_nothing_is_recorded_nobody_speaks_and_a_new_learner_is_enrolled_first() -> None:
    nobody = replace(ENROLLED, enrolments={}, versions={})
    changes = when(known(base=nobody), amara("ngozi"), *PARENTS)
    assert then(changes) == []
    assert changes.said_guardians == {}, "so that it is said anew once she is enrolled"
    row = {"sourcedId": "e", "classSourcedId": "class", "userSourcedId": "amara", "role": "student"}
    [enrolled, link] = then(when(known(base=nobody), amara("ngozi"), *PARENTS, enrollments=[row]))
    assert type(enrolled).__name__ == "LearnerEnrolled"
    assert link == linked(NGOZI)


def test_nobody_speaks_for_the_forgotten_nor_for_herself() -> None:
    forgotten = replace(known((NGOZI,), ()), forgotten=frozenset({AMARA}))
    left = {"sourcedId": "ngozi", "status": "tobedeleted"}
    assert when(forgotten, amara("emeka"), PARENTS[1], left).streams == {}
    assert then(when(known(), amara("amara"))) == []
    assert then(when(known(), {**amara("ngozi"), "role": "parent"}, *PARENTS)) == [], "a parent's agents are children"


def test_a_refused_row_says_nothing() -> None:
    changes = when(known(), amara("ngozi", role="student", orgSourcedIds="nowhere"), *PARENTS)
    assert len(changes.refused) == 1
    assert changes.streams == {}
