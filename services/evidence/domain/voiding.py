"""Withdrawing a piece of evidence: it stays in the record and no longer counts."""

from dataclasses import dataclass

from services.evidence.domain.commands import Command, Expectation, Guard
from services.evidence.domain.facts import new_event
from services.evidence.domain.pieces import Piece
from shared.contracts.bodies import EvidenceVoided
from shared.ledger.instants import Instant
from shared.ledger.streams import evidence_stream, learner_stream


@dataclass(frozen=True, slots=True)
class VoidEvidence:
    """A caller's decision on the version of the evidence that it saw, and why."""

    id: str
    evidence: str
    expected_version: int
    occurred_at: Instant | None
    reason: str | None = None


def decide_void(piece: Piece, void: VoidEvidence, *, tenant: str, actor: str, reason_ref: str | None = None) -> Command:
    """The command that voids a piece. The ledger answers it by the version that the evidence has at that moment."""
    body = EvidenceVoided(learner=piece.learner, evidence=void.evidence, reason_ref=reason_ref)
    return Command(
        void.id,
        actor,
        "evidence",
        (new_event(tenant, void.id, body, occurred_at=void.occurred_at),),
        expects=(Expectation(piece.learner, evidence_stream(void.evidence), void.expected_version),),
        guards=(Guard(piece.learner, learner_stream(piece.learner), "open"),),
    )
