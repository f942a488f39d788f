"""Withdrawing a piece of evidence: it stays in the record and no longer counts."""

from dataclasses import dataclass

from services.evidence.domain.commands import Command, Expectation, Guard
from services.evidence.domain.errors import Invalid
from services.evidence.domain.facts import new_event
from services.evidence.domain.pieces import Piece
from services.evidence.domain.recording import MAX_AHEAD
from shared.contracts.bodies import EvidenceVoided
from shared.ledger.instants import Instant, instant_text
from shared.ledger.streams import evidence_stream, learner_stream


@dataclass(frozen=True, slots=True)
class VoidEvidence:
    """A caller's decision on the version of the evidence that it saw."""

    id: str
    evidence: str
    expected_version: int
    occurred_at: Instant | None


def decide_void(piece: Piece, void: VoidEvidence, *, tenant: str, actor: str, now: Instant) -> Command:
    """The command that voids a piece. The ledger answers it by the version that the evidence has at that moment.

    Raises Invalid where it is said to have happened in the future.
    """
    if void.occurred_at is not None and void.occurred_at > now + MAX_AHEAD:
        raise Invalid(
            f"occurred_at must not be more than 5 minutes after now, {instant_text(now)}.", field="/occurred_at"
        )
    body = EvidenceVoided(learner=piece.learner, evidence=void.evidence)
    return Command(
        void.id,
        actor,
        "evidence",
        (new_event(tenant, void.id, body, occurred_at=void.occurred_at),),
        expects=(Expectation(piece.learner, evidence_stream(void.evidence), void.expected_version),),
        guards=(Guard(piece.learner, learner_stream(piece.learner), "open"),),
    )
