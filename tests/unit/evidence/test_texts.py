"""Texts are kept after everything was judged and before anything is appended; an owner forgotten fails no other."""

import pytest

from services.evidence.domain.errors import Gone, Invalid, Refusal
from services.evidence.domain.receipts import Receipt
from services.evidence.domain.recording import Item
from services.evidence.domain.voiding import VoidEvidence
from services.evidence.flows.record_evidence import record_evidence
from services.evidence.flows.void_evidence import void_evidence
from services.evidence.ports import VaultUnavailable
from shared.contracts.bodies import AttemptRecorded
from shared.contracts.pieces import ObservationRecorded
from shared.ledger.canonical import parse
from tests.support.pure_district import (
    AMARA,
    BAO,
    CHIARA,
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


def observed(id_: str, learner: str = AMARA, text: str | None = "Asked twice.", **more: object) -> Item:
    body = {"learner": learner, "purpose": "practice", "results": [RESULT], **more}
    return Item(id_, NOW, ObservationRecorded.model_validate(body), text)


def tried(id_: str) -> Item:
    body = {"learner": AMARA, "purpose": "practice", "results": [RESULT]}
    return Item(id_, NOW, AttemptRecorded.model_validate(body))


async def test_the_texts_of_all_that_stand_are_kept_at_once_and_before_the_append() -> None:
    given = PureDistrict()
    wrong = [{**RESULT, "competency": SYMBOLS}]
    answers = await record_evidence(
        [observed(FIRST), observed(SECOND, results=wrong), observed(WORK, BAO), tried(CHIARA)],
        TEACHER,
        given.district(),
    )
    assert given.journal == ["keep", "append"]
    assert {(text.owner, text.event) for text in given.vault.kept.values()} == {(AMARA, FIRST), (BAO, WORK)}
    assert [isinstance(answer, Receipt) for answer in answers] == [True, False, True, True]
    for command in given.ledger.appended[:2]:
        body = parse(command.events[0].body)
        assert isinstance(body, dict)
        ref = body["note_ref"]
        assert given.vault.kept[str(ref)].event == command.id


async def test_without_texts_the_vault_is_not_asked() -> None:
    given = PureDistrict()
    await record_evidence([tried(FIRST), observed(SECOND, text=None)], TEACHER, given.district())
    assert given.journal == ["append"]


async def test_with_the_vault_away_nothing_is_recorded() -> None:
    given = PureDistrict()
    given.vault.down = True
    with pytest.raises(VaultUnavailable):
        await record_evidence([tried(FIRST), observed(SECOND)], TEACHER, given.district())
    assert given.journal == ["keep"]


async def test_the_text_of_one_who_is_forgotten_fails_no_other() -> None:
    given = PureDistrict()
    given.vault.forgotten = {BAO}
    answers = await record_evidence([observed(FIRST), observed(SECOND, BAO), observed(WORK)], TEACHER, given.district())
    assert [isinstance(answer, Receipt) for answer in answers] == [True, False, True]
    told = answers[1]
    assert isinstance(told, Gone)
    assert told.field == "/body/learner"
    assert [command.id for command in given.ledger.appended] == [FIRST, WORK]


async def test_a_body_that_its_reference_makes_too_large_is_refused_alone() -> None:
    given = PureDistrict()
    results = [{**RESULT, "criterion": "c" * 64}] * 500
    body = observed(FIRST, results=results).body
    assert isinstance(body, ObservationRecorded)
    bloated = body.model_copy(update={"results": body.results * 4})  # more than a request can bring
    answers = await record_evidence([Item(FIRST, NOW, bloated, "Long."), observed(SECOND)], TEACHER, given.district())
    assert isinstance(answers[0], Invalid)
    assert isinstance(answers[1], Receipt)


async def test_a_void_keeps_its_reason_under_the_learner_and_only_once_it_may() -> None:
    given = PureDistrict(entry("AttemptRecorded", FIRST, b"{}"))
    wish = VoidEvidence(SECOND, FIRST, 1, None, "Scored for another.")
    with pytest.raises(Refusal):
        await void_evidence(wish, BAO, given.district())
    assert given.journal == []
    await void_evidence(wish, TEACHER, given.district())
    assert given.journal == ["keep", "append"]
    [text] = given.vault.kept.values()
    assert (text.owner, text.event, text.field) == (AMARA, SECOND, "reason_ref")
