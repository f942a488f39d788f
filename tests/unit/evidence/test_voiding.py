"""Given a piece of evidence, when it is voided, then the ledger is asked by its version."""

from dataclasses import replace

import pytest

from services.evidence.domain.commands import Expectation, Guard
from services.evidence.domain.errors import Invalid
from services.evidence.domain.judging import MAX_AHEAD, check_instant
from services.evidence.domain.pieces import Piece, piece_of
from services.evidence.domain.voiding import VoidEvidence, decide_void
from shared.ledger.canonical import parse
from shared.ledger.entry import Entry

TENANT = "5f0c6c0e-2d0b-4b55-9a53-0a2f6b1e7a01"
TEACHER, AMARA, PIECE, VOID = (f"{n}0000000-0000-4000-8000-000000000000" for n in range(1, 5))
NOW = 1_790_000_000_000
RECORDED = Entry(
    "evidence", 17, 42, 1, TENANT, AMARA, f"evidence/{PIECE}", 1, PIECE, "ascertain.AttemptRecorded",
    "urn:ascertain:AttemptRecorded:1", NOW, NOW, TEACHER, b"{}",
)  # fmt: skip
VOIDED = replace(RECORDED, position=43, version=2, id=VOID, type="ascertain.EvidenceVoided")


def test_a_void_names_the_learner_and_closes_the_stream() -> None:
    wish = VoidEvidence(VOID, PIECE, 1, None)
    command = decide_void(Piece(RECORDED, None), wish, tenant=TENANT, actor=TEACHER)
    [event] = command.events
    assert (event.id, event.owner, event.stream, event.closes) == (VOID, AMARA, f"evidence/{PIECE}", True)
    assert parse(event.body) == {"evidence": PIECE, "learner": AMARA}
    assert event.occurred_at is None
    assert command.expects == (Expectation(AMARA, f"evidence/{PIECE}", 1),)
    assert command.guards == (Guard(AMARA, f"learner/{AMARA}", "open"),)


def test_a_void_refers_to_its_reason() -> None:
    wish = VoidEvidence(VOID, PIECE, 1, None, "Scored for another learner.")
    [event] = decide_void(Piece(RECORDED, None), wish, tenant=TENANT, actor=TEACHER, reason_ref="a" * 64).events
    assert parse(event.body) == {"evidence": PIECE, "learner": AMARA, "reason_ref": "a" * 64}


def test_nothing_happens_more_than_five_minutes_in_the_future() -> None:
    check_instant(None, NOW)
    check_instant(NOW + MAX_AHEAD, NOW)
    with pytest.raises(Invalid) as caught:
        check_instant(NOW + MAX_AHEAD + 1, NOW)
    assert caught.value.field == "/occurred_at"


def test_a_piece_is_what_its_stream_made_it() -> None:
    assert piece_of([]) is None
    assert piece_of([VOIDED]) is None
    open_, closed = piece_of([RECORDED]), piece_of([RECORDED, VOIDED])
    assert open_ is not None
    assert closed is not None
    assert (open_.learner, open_.latest) == (AMARA, RECORDED)
    assert (closed.voided, closed.latest) == (VOIDED, VOIDED)
