"""Given where a learner stands, when a grade is decided on, then it says so, and nothing that was not seen."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from services.evidence.domain.batches import (
    Asked,
    Batch,
    Line,
    Released,
    decide_line,
    line_of,
    preview,
    recorded_line,
)
from services.evidence.domain.commands import Appended, Expectation, Guard, Mismatch, Placed, Refused, Stale
from services.evidence.domain.errors import Gone, Invalid, NotNow, StaleState, StaleStates
from services.evidence.domain.releasing import (
    JudgeGrade,
    Occasion,
    ReleaseGrade,
    again,
    check_of_grade,
    decide_amend,
    decide_release,
    decide_uphold,
    grade_of,
    repeats,
)
from services.evidence.domain.standing import LearnerStanding, Unreadable, standing_of
from shared.contracts.grades import GradeReleased
from shared.ledger.canonical import parse
from shared.ledger.entry import Entry
from shared.ledger.identifiers import further_event_id
from shared.rulebook.defining import adoption_of
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.known import Pin
from shared.rulebook.policy import read_policy
from tests.support import oracle
from tests.support.ledger_writer import TENANT, LedgerWriter, named, policy_document, result
from tests.support.mastery import entry_of

ADA, TEACHER, COURSE, TERM = (named(name) for name in ("Ada", "a teacher", "art", "the autumn"))
THEME, SYMBOLS, THESIS = sorted(named(name) for name in ("theme", "symbols", "thesis"))
RELEASE, AMEND, UPHOLD = (named(name) for name in ("released", "amended", "upheld"))
OCCASION = Occasion(ADA, COURSE, TERM)
POLICY = policy_document("ascertain.latest@1")


def given() -> LedgerWriter:
    writer = LedgerWriter()
    writer.adopt("district", POLICY)
    writer.enrol(ADA, named("a school"))
    writer.attempt(ADA, result(THEME, "2.5"), result(SYMBOLS, "4"))
    return writer


def stands(writer: LedgerWriter, *competencies: str) -> LearnerStanding:
    entries = [entry_of(raw) for raw in writer.entries]
    adoptions = [entry for entry in entries if entry.event == "PolicyAdopted"]
    own = [(entry, _members(entry)) for entry in entries if entry.owner == ADA]
    rules = Definitions.of([adoption_of(entry, _members(entry), read_policy(POLICY)) for entry in adoptions])
    learner = Learner(ADA, own[0][0].shard)
    return standing_of(learner, own, competencies or (THEME, SYMBOLS), rules, adoptions[-1].position)


def _members(entry: Entry) -> Any:
    return parse(entry.body)


def digests(standing: LearnerStanding) -> dict[str, str]:
    return {competency: level.state for competency, level in standing.levels.items()}


def release(standing: LearnerStanding, **more: Any) -> ReleaseGrade:
    return replace(ReleaseGrade(RELEASE, OCCASION, digests(standing), 0), **more)


def recorded(writer: LedgerWriter, command: Any, position: int = 9, version: int = 1) -> Entry:
    """The entry that a command's event becomes."""
    [event] = command.events
    return Entry(
        "evidence", 17, position, 1, TENANT, event.owner, event.stream, version, event.id, event.type, event.schema,
        writer.now, writer.now, command.actor, event.body,
    )  # fmt: skip


def test_a_standing_is_the_plain_fold_as_known_at_its_pins() -> None:
    writer = given()
    standing = stands(writer, THEME, SYMBOLS, THESIS)
    expected = oracle.states(
        writer.entries, writer.documents, [(pin.ledger, pin.shard, pin.position) for pin in standing.pins]
    )
    assert {competency: level.state for competency, level in standing.levels.items() if competency != THESIS} == {
        competency: state.digest for (_, competency), state in expected.items()
    }
    assert standing.levels[THESIS].status == "no_evidence"
    assert standing.pins == (Pin("definitions", 0, 1), Pin("evidence", standing.pins[1].shard, 2))
    assert standing.versions[f"learner/{ADA}"] == 1
    assert not standing.closed


def test_a_release_says_where_she_stands_in_ascending_order() -> None:
    standing = stands(given())
    command = decide_release(release(standing), standing, tenant=TENANT, actor=TEACHER)
    [event] = command.events
    body = GradeReleased.model_validate(parse(event.body))
    assert [level.competency for level in body.levels] == [THEME, SYMBOLS]
    assert [(level.status, level.at) for level in body.levels] == [("not_yet", "2"), ("mastered", "3")]
    assert {level.policy for level in body.levels} == {standing.levels[THEME].policy}
    assert [level.state for level in body.levels] == [standing.levels[THEME].state, standing.levels[SYMBOLS].state]
    assert [(pin.ledger, pin.position) for pin in body.pins] == [("definitions", 1), ("evidence", 2)]
    assert event.stream == f"grade/{ADA}/{COURSE}/{TERM}"
    assert command.expects == (Expectation(ADA, event.stream, 0),)
    assert command.guards == (Guard(ADA, f"learner/{ADA}", "open"),)


def test_where_there_is_no_level_neither_it_nor_its_policy_is_named() -> None:
    [level] = stands(given(), THESIS).levels.values()
    assert (level.status, level.at, level.policy, level.override) == ("no_evidence", None, None, None)


def test_a_level_that_a_teacher_set_names_her_judgement() -> None:
    writer = given()
    body = {"learner": ADA, "competency": THEME, "policy": writer.keep(POLICY), "at": "3", "reason_ref": "ab" * 32}
    judged = writer._evidence("LevelOverridden", ADA, f"override/{ADA}/{THEME}", body)
    [level, other] = stands(writer).levels.values()
    assert (level.status, level.at, level.override) == ("mastered", "3", judged)
    assert other.override is None


def test_what_was_not_seen_is_not_released() -> None:
    standing = stands(given())
    seen = {**digests(standing), SYMBOLS: "ab" * 32}
    with pytest.raises(StaleStates) as caught:
        decide_release(release(standing, seen=seen), standing, tenant=TENANT, actor=TEACHER)
    assert caught.value.states == (StaleState(SYMBOLS, standing.levels[SYMBOLS].state, "ab" * 32),)


def test_nothing_is_released_of_whose_record_is_closed() -> None:
    writer = given()
    writer._evidence("LearnerForgotten", ADA, f"learner/{ADA}", {"learner": ADA, "request": named("a request")})
    standing = stands(writer)
    assert standing.closed
    with pytest.raises(Gone):
        decide_release(release(standing), standing, tenant=TENANT, actor=TEACHER)


def test_a_grade_is_the_fold_of_its_stream() -> None:
    writer = given()
    before = stands(writer)
    first = recorded(writer, decide_release(release(before), before, tenant=TENANT, actor=TEACHER))
    writer.attempt(ADA, result(THEME, "4"))
    after = stands(writer)
    wish = JudgeGrade(AMEND, RELEASE, digests(after), 1, "It came in late.")
    amended = decide_amend(wish, OCCASION, after, reason_ref="ab" * 32, tenant=TENANT, actor=TEACHER)
    second = recorded(writer, amended, 10, 2)
    theme = stands(writer, THEME)
    kept = JudgeGrade(UPHOLD, RELEASE, digests(theme), 2, "It stays.")
    third = recorded(
        writer, decide_uphold(kept, OCCASION, theme, reason_ref="cd" * 32, tenant=TENANT, actor=TEACHER), 11, 3
    )
    grade = grade_of([first, second, third])
    assert grade is not None
    assert (grade.id, grade.occasion, grade.version) == (RELEASE, OCCASION, 3)
    assert grade.set_by.entry == second
    assert [level.status for level in grade.levels] == ["mastered", "mastered"]
    assert amended.expects == (Expectation(ADA, OCCASION.stream, 1),)
    assert grade_of([]) is None
    check_of_grade(grade, digests(theme))
    with pytest.raises(Invalid) as caught:
        check_of_grade(grade, {THEME: "ab" * 32, THESIS: "ab" * 32})
    assert caught.value.field == "/states/1/competency"


def test_a_retry_is_told_from_another_request_by_what_was_asked_for() -> None:
    writer = given()
    standing = stands(writer)
    wish = release(standing)
    stored = recorded(writer, decide_release(wish, standing, tenant=TENANT, actor=TEACHER))
    assert repeats(stored, replace(wish, expected_version=7), "GradeReleased")
    assert not repeats(stored, replace(wish, seen={THEME: wish.seen[THEME]}), "GradeReleased")
    assert not repeats(stored, replace(wish, seen={**wish.seen, THEME: "ab" * 32}), "GradeReleased")
    assert not repeats(stored, replace(wish, occasion=replace(OCCASION, period=COURSE)), "GradeReleased")
    assert not repeats(stored, wish, "GradeAmended")
    judged = JudgeGrade(AMEND, RELEASE, wish.seen, 1, "Because.")
    amend = decide_amend(judged, OCCASION, standing, reason_ref="ab" * 32, tenant=TENANT, actor=TEACHER)
    stored = recorded(writer, amend)
    assert repeats(stored, judged, "GradeAmended", reason_ref="ab" * 32)
    assert not repeats(stored, judged, "GradeAmended", reason_ref="cd" * 32)
    assert not repeats(stored, replace(judged, grade=AMEND), "GradeAmended", reason_ref="ab" * 32)


def test_what_is_sent_again_is_what_is_stored() -> None:
    writer = given()
    standing = stands(writer)
    command = decide_release(release(standing), standing, tenant=TENANT, actor=TEACHER)
    assert again(recorded(writer, command), TEACHER) == structs.replace(command, expects=())


BATCH = Batch(named("a batch"), Asked(f"section/{COURSE}", COURSE, TERM, (THEME, SYMBOLS)), TEACHER, "previewing")


def test_a_preview_says_what_would_be_released() -> None:
    standing = stands(given())
    line = preview(BATCH, standing)
    assert line == Line(ADA, "ready", 0, tuple(standing.levels.values()))
    before = preview(BATCH, replace(standing, versions={OCCASION.stream: 2}))
    assert (before.state, before.version) == ("released_before", 2)
    for refused, code in ((replace(standing, closed=True), "gone"), (Unreadable(ADA, "KeyError"), "unreadable")):
        line = preview(BATCH, refused)
        assert (line.state, line.levels) == ("refused", ())
        assert line.problem is not None
        assert line.problem.code == code


def test_a_learner_of_a_batch_is_released_as_previewed_under_an_id_that_follows_from_it() -> None:
    writer = given()
    standing = stands(writer)
    line = preview(BATCH, standing)
    command = decide_line(BATCH, line, standing, tenant=TENANT, actor=TEACHER)
    assert command.id == BATCH.event(ADA) != further_event_id(BATCH.id, 1)
    assert command.expects == (Expectation(ADA, OCCASION.stream, 0),)
    writer.attempt(ADA, result(THEME, "4"))
    with pytest.raises(StaleStates):
        decide_line(BATCH, line, stands(writer), tenant=TENANT, actor=TEACHER)
    with pytest.raises(NotNow):
        decide_line(BATCH, line, Unreadable(ADA, "KeyError"), tenant=TENANT, actor=TEACHER)


def test_every_outcome_of_a_learner_is_told() -> None:
    writer = given()
    standing = stands(writer)
    command = decide_line(BATCH, preview(BATCH, standing), standing, tenant=TENANT, actor=TEACHER)
    placed = Placed(command.id, OCCASION.stream, 17, 9, 1, writer.now)
    assert line_of(command, Appended((placed,))).released == Released(17, 9, 1, writer.now)
    for outcome, code in (
        (Stale(OCCASION.stream, 1), "stale-version"),
        (Refused(f"learner/{ADA}", "closed"), "gone"),
        (Refused(f"learner/{ADA}", "absent"), "not-found"),
        (Mismatch(command.id), "mismatch"),
    ):
        line = line_of(command, outcome)
        assert line.state == "refused"
        assert line.problem is not None
        assert line.problem.code == code
    entry = recorded(writer, command)
    assert recorded_line(BATCH, ADA, entry) == Line(ADA, "released", released=Released(17, 9, 1, writer.now))
    assert recorded_line(BATCH, ADA, replace(entry, stream="grade/another")) is None
    assert recorded_line(BATCH, ADA, None) is None
