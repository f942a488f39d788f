"""Given a seminar counted on a device, when it is sent twice, late or in parts, then each learner's counts once."""

from dataclasses import replace
from typing import Any

import pytest

from services.evidence.domain.commands import Guard, Mismatch, Refused
from services.evidence.domain.errors import Gone, Invalid, NotFound, Refusal
from services.evidence.domain.errors import Mismatch as SentBefore
from services.evidence.domain.seminars import Observed, RecordSeminar
from services.evidence.flows.record_seminar import record_seminar
from shared.contracts.bodies import CriterionResult
from shared.contracts.pieces import Move
from shared.ledger.canonical import parse
from shared.ledger.entry import Entry
from tests.support.pure_district import (
    AMARA,
    BAO,
    CHIARA,
    FIRST,
    MOVES_BY,
    NOW,
    RUBRIC,
    SECOND,
    SYMBOLS,
    TEACHER,
    THEME,
    WORK,
    PureDistrict,
)

LEVEL = CriterionResult(competency=THEME, criterion="thesis", earned="2.5", possible="4")
LATE = NOW - 40 * 86_400_000
OF_AMARA = Observed(FIRST, AMARA, (Move(move="asks", count=2), Move(move="builds", count=1)), (LEVEL,))
OF_BAO = Observed(SECOND, BAO, (), ())


def seminar(*observations: Observed, **more: Any) -> RecordSeminar:
    said = {"seminar": WORK, "moves_by": MOVES_BY, "purpose": "performance", "task": None, "course": None,
            "occurred_at": LATE, "observations": observations or (OF_AMARA, OF_BAO)}  # fmt: skip
    return RecordSeminar(**{**said, **more})


def remember(given: PureDistrict) -> None:
    """What was appended is in the ledger from now on."""
    for command in given.ledger.appended:
        given.ledger.held += [
            Entry("evidence", 3, 7, 1, "", event.owner, event.stream, 1, event.id, event.type, event.schema,
                  event.occurred_at or NOW, NOW, command.actor, event.body)
            for event in command.events
        ]  # fmt: skip
    given.ledger.appended.clear()


async def told(asked: RecordSeminar, given: PureDistrict, actor: str = TEACHER) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await record_seminar(asked, actor, given.district())
    return caught.value


async def test_a_seminar_is_one_command_with_an_observation_a_learner() -> None:
    given = PureDistrict()
    receipts = await record_seminar(seminar(), TEACHER, given.district())
    [command] = given.ledger.appended
    assert [(event.id, event.owner, event.occurred_at) for event in command.events] == [
        (FIRST, AMARA, LATE), (SECOND, BAO, LATE)
    ]  # fmt: skip
    assert command.guards == (Guard(AMARA, f"learner/{AMARA}", "open"), Guard(BAO, f"learner/{BAO}", "open"))
    first, second = (parse(event.body) for event in command.events)
    shared = {"purpose": "performance", "seminar": WORK, "moves_by": MOVES_BY}
    assert first == {
        "learner": AMARA, **shared, "rubric": RUBRIC, "moves": [{"move": "asks", "count": 2},
        {"move": "builds", "count": 1}], "results": [LEVEL.model_dump()],
    }  # fmt: skip
    assert second == {"learner": BAO, **shared, "moves": [], "results": []}
    assert [(learner, receipt.id, receipt.outcome) for learner, receipt in receipts] == [
        (AMARA, FIRST, "appended"), (BAO, SECOND, "appended")
    ]  # fmt: skip


async def test_what_is_sent_again_changes_nothing() -> None:
    given = PureDistrict()
    await record_seminar(seminar(), TEACHER, given.district())
    remember(given)
    again = await record_seminar(seminar(), TEACHER, given.district())
    assert [receipt.outcome for _, receipt in again] == ["repeated", "repeated"]
    part = await record_seminar(seminar(OF_BAO), TEACHER, given.district())
    assert [(receipt.id, receipt.position) for _, receipt in part] == [(SECOND, 7)]
    assert given.ledger.appended == []


async def test_after_a_part_only_the_rest_is_recorded() -> None:
    given = PureDistrict()
    await record_seminar(seminar(OF_BAO), TEACHER, given.district())
    remember(given)
    receipts = await record_seminar(seminar(), TEACHER, given.district())
    assert [event.id for command in given.ledger.appended for event in command.events] == [FIRST]
    assert [receipt.outcome for _, receipt in receipts] == ["appended", "repeated"]


async def test_an_id_that_stands_for_something_else_is_told_of() -> None:
    given = PureDistrict()
    await record_seminar(seminar(), TEACHER, given.district())
    remember(given)
    refused = await told(seminar(OF_AMARA, replace(OF_BAO, moves=(Move(move="asks", count=1),))), given)
    assert (type(refused), refused.field) == (SentBefore, "/observations/1/id")
    assert given.ledger.appended == []


async def test_a_part_that_is_recorded_at_the_same_moment_is_looked_at_again() -> None:
    given = PureDistrict()
    given.ledger.answers = [Mismatch(FIRST)]
    await record_seminar(seminar(), TEACHER, given.district())
    assert len(given.ledger.appended) == 2
    given.ledger.answers = [Mismatch(FIRST), Mismatch(FIRST)]
    assert isinstance(await told(seminar(), given), SentBefore)


async def test_who_may_not_record_for_all_records_for_none_and_hears_for_whom() -> None:
    given = PureDistrict(learners=[AMARA])
    refused = await told(seminar(OF_AMARA, OF_BAO, Observed(SYMBOLS, CHIARA, (), ())), given)
    assert (type(refused), refused.field) == (NotFound, "/observations/1/learner")
    assert "/observations/1/learner or /observations/2/learner" in refused.detail
    assert isinstance(await told(seminar(), given, AMARA), NotFound)
    assert given.journal == []


async def test_who_is_forgotten_is_named() -> None:
    given = PureDistrict(learners=[AMARA])
    given.forgettings.gone = {BAO}
    refused = await told(seminar(), given)
    assert (type(refused), refused.field, BAO in refused.detail) == (Gone, "/observations/1/learner", True)
    given = PureDistrict()
    given.ledger.answers = [Refused(f"learner/{BAO}", "closed")]
    assert (type(refused := await told(seminar(), given)), refused.field) == (Gone, "/observations/1/learner")
    given.vault.forgotten = {BAO}
    refused = await told(seminar(OF_AMARA, replace(OF_BAO, note="Listened.")), given)
    assert (type(refused), refused.field) == (Gone, "/observations/1/learner")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (seminar(moves_by="d" * 64), "/moves_by"),
        (seminar(occurred_at=NOW + 10**9), "/occurred_at"),
        (seminar(replace(OF_BAO, moves=(Move(move="sings", count=1),))), "/observations/0/moves/0/move"),
        (seminar(OF_AMARA, replace(OF_BAO, redo_of=THEME)), "/observations/1/redo_of"),
        (
            seminar(OF_BAO, replace(OF_AMARA, results=(LEVEL.model_copy(update={"criterion": "style"}),))),
            "/observations/1/results/0/criterion",
        ),
    ],
)
async def test_what_fits_nothing_is_told_where_it_stands(asked: RecordSeminar, field: str) -> None:
    given = PureDistrict()
    refused = await told(asked, given)
    assert (type(refused), refused.field) == (Invalid, field)
    assert "append" not in given.journal


async def test_a_note_is_kept_under_each_learner() -> None:
    given = PureDistrict()
    await record_seminar(
        seminar(OF_AMARA, replace(OF_BAO, note="Listened, and then spoke.")), TEACHER, given.district()
    )
    [command] = given.ledger.appended
    first, second = (parse(event.body) for event in command.events)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert "note_ref" not in first
    text = given.vault.kept[str(second["note_ref"])]
    assert (text.owner, text.event, text.field) == (BAO, SECOND, "note_ref")
