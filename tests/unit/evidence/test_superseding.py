"""Given a piece of evidence, when another is to take its place, then one command does both, or neither is done."""

import json
from typing import Any

import pytest

from services.evidence.domain.commands import Expectation, Guard, Refused, Stale
from services.evidence.domain.errors import AlreadyVoided, Conflict, Gone, Invalid, NotFound, Refusal, StaleVersion
from services.evidence.domain.pieces import piece_of
from services.evidence.domain.superseding import SupersedeEvidence
from services.evidence.flows.supersede_evidence import supersede_evidence
from shared.contracts.bodies import AttemptRecorded
from shared.contracts.pieces import ObservationRecorded
from shared.ledger.canonical import parse
from shared.ledger.identifiers import further_event_id
from tests.support.pure_district import (
    AMARA,
    BAO,
    FIRST,
    NOW,
    SECOND,
    SYMBOLS,
    TEACHER,
    THEME,
    WORK,
    PureDistrict,
    entry,
)

RESULT = {"competency": THEME, "earned": "3", "possible": "4"}
OLD = entry("AttemptRecorded", FIRST, b"{}")


def wish(**more: Any) -> SupersedeEvidence:
    body = {"learner": AMARA, "purpose": "practice", "results": [RESULT], **more.pop("body", {})}
    kind = more.pop("kind", AttemptRecorded)
    given = {"occurred_at": None, "text": None, "reason": None, "expected_version": 1, **more}
    return SupersedeEvidence(id=SECOND, evidence=FIRST, body=kind.model_validate(body), **given)


async def when(asked: SupersedeEvidence, given: PureDistrict, actor: str = TEACHER) -> Any:
    return await supersede_evidence(asked, actor, given.district())


async def refusal(asked: SupersedeEvidence, given: PureDistrict, actor: str = TEACHER) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await when(asked, given, actor)
    return caught.value


async def test_one_command_records_the_new_piece_and_withdraws_the_old_one() -> None:
    given = PureDistrict(OLD)
    recorded, withdrawn = await when(wish(), given)
    [command] = given.ledger.appended
    new, old = command.events
    assert (command.id, new.id, old.id) == (SECOND, SECOND, further_event_id(SECOND, 1))
    assert (new.owner, new.stream, new.closes) == (AMARA, f"evidence/{SECOND}", False)
    assert (old.owner, old.stream, old.closes) == (AMARA, f"evidence/{FIRST}", True)
    assert parse(old.body) == {"learner": AMARA, "evidence": FIRST, "by": SECOND}
    assert command.expects == (Expectation(AMARA, f"evidence/{FIRST}", 1),)
    assert command.guards == (Guard(AMARA, f"learner/{AMARA}", "open"),)
    assert (recorded.type, withdrawn.type) == ("AttemptRecorded", "EvidenceSuperseded")


async def test_the_new_piece_keeps_the_instant_of_the_old_one_unless_given_another() -> None:
    for occurred_at, stored in ((None, OLD.occurred_at), (NOW - 5, NOW - 5)):
        given = PureDistrict(OLD)
        await when(wish(occurred_at=occurred_at), given)
        assert given.ledger.appended[0].events[0].occurred_at == stored


async def test_text_and_reason_are_kept_together_each_for_its_own_event() -> None:
    given = PureDistrict(OLD)
    await when(wish(kind=ObservationRecorded, text="She asked.", reason="Mistyped."), given)
    assert given.journal == ["keep", "append"]
    assert {(text.event, text.field, text.owner) for text in given.vault.kept.values()} == {
        (SECOND, "note_ref", AMARA),
        (further_event_id(SECOND, 1), "reason_ref", AMARA),
    }
    bodies = [parse(event.body) for event in given.ledger.appended[0].events]
    assert all(isinstance(body, dict) for body in bodies)
    refs = {body[key] for body in bodies if isinstance(body, dict) for key in body if key.endswith("_ref")}
    assert refs == given.vault.kept.keys()


async def test_whoever_may_not_is_told_that_there_is_no_such_piece() -> None:
    for given, actor in ((PureDistrict(OLD), BAO), (PureDistrict(), TEACHER), (PureDistrict(OLD), AMARA)):
        assert isinstance(await refusal(wish(), given, actor), NotFound)
        assert given.journal == []


async def test_the_new_piece_is_the_same_learners() -> None:
    told = await refusal(wish(body={"learner": BAO}), PureDistrict(OLD))
    assert (type(told), told.field) == (Invalid, "/item/body/learner")


async def test_the_new_piece_is_judged_as_any_other() -> None:
    told = await refusal(wish(body={"results": [{**RESULT, "competency": SYMBOLS}]}), PureDistrict(OLD))
    assert (type(told), told.field) == (Invalid, "/item/body/results/0/competency")
    late = await refusal(wish(occurred_at=NOW + 10**9), PureDistrict(OLD))
    assert late.field == "/item/occurred_at"


def redo(id_: str, of: str) -> Any:
    return entry("AttemptRecorded", id_, json.dumps({"redo_of": of}).encode())


def superseded(id_: str, by: str) -> Any:
    body = json.dumps({"learner": AMARA, "evidence": id_, "by": by}).encode()
    return entry("EvidenceSuperseded", further_event_id(by, 1), body, stream=f"evidence/{id_}", version=2)


THIRD, FOURTH = BAO, WORK  # ids like any other


@pytest.mark.parametrize(
    ("held", "redo_of"),
    [
        ([OLD], FIRST),
        ([OLD, redo(THIRD, FIRST)], THIRD),
        ([OLD, redo(THIRD, FOURTH), redo(FOURTH, FIRST)], THIRD),
        ([OLD, entry("AttemptRecorded", THIRD, b"{}"), superseded(THIRD, FIRST)], THIRD),
    ],
    ids=["itself", "what does it over", "what does over what does it over", "what it stands for"],
)
async def test_no_piece_comes_to_do_itself_over(held: list[Any], redo_of: str) -> None:
    told = await refusal(wish(body={"redo_of": redo_of}), PureDistrict(*held))
    assert (type(told), told.field) == (Invalid, "/item/body/redo_of")


async def test_an_earlier_piece_may_be_done_over() -> None:
    given = PureDistrict(OLD, redo(THIRD, FOURTH), entry("AttemptRecorded", FOURTH, b"{}"))
    await when(wish(body={"redo_of": THIRD}), given)
    [command] = given.ledger.appended
    assert command.guards[1:] == tuple(Guard(AMARA, f"evidence/{id_}", "open") for id_ in (THIRD, FOURTH))


async def test_what_was_withdrawn_already_needs_no_guard() -> None:
    first = entry("AttemptRecorded", THIRD, b"{}")
    given = PureDistrict(OLD, first, superseded(THIRD, FOURTH), entry("AttemptRecorded", FOURTH, b"{}"))
    await when(wish(body={"redo_of": THIRD}), given)
    assert given.ledger.appended[0].guards[1:] == (Guard(AMARA, f"evidence/{FOURTH}", "open"),)


async def test_what_it_does_over_is_not_superseded_at_the_same_moment() -> None:
    given = PureDistrict(OLD, entry("AttemptRecorded", THIRD, b"{}"))
    given.ledger.answers = [Refused(f"evidence/{THIRD}", "closed")]
    told = await refusal(wish(body={"redo_of": THIRD}), given)
    assert (type(told), told.field) == (Conflict, "/item/body/redo_of")


async def test_what_the_ledger_refuses_is_told() -> None:
    for outcome, kind in (
        (Stale(f"evidence/{FIRST}", 2), StaleVersion),
        (Refused(f"evidence/{FIRST}", "closed"), AlreadyVoided),
        (Refused(f"learner/{AMARA}", "closed"), Gone),
    ):
        given = PureDistrict(OLD)
        given.ledger.answers = [outcome]
        assert type(await refusal(wish(), given)) is kind


def test_a_piece_knows_what_stands_in_its_place() -> None:
    piece = piece_of([OLD, superseded(FIRST, SECOND)])
    assert piece is not None
    assert (piece.replacement, piece.voided, piece.reason_ref) == (SECOND, None, None)
    assert piece.latest is piece.superseded
