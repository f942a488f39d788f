"""Void a piece of evidence: withdraw it, so that it stays in the record and no longer counts."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.pieces import piece_of
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.domain.voiding import VoidEvidence, decide_void
from services.evidence.ports import District
from shared.ledger.streams import evidence_stream


async def void_evidence(void: VoidEvidence, actor: str, district: District) -> Receipt:
    """The receipt of the voiding; repeated where this very request was done before.

    Raises NotFound (also where the caller may not correct this learner's evidence), StaleVersion, AlreadyVoided,
    Mismatch, Invalid, and LedgerUnavailable.
    """
    piece = piece_of(await district.ledger.stream(evidence_stream(void.evidence)))
    if piece is None or piece.learner not in await district.rights.recordable(actor, [piece.learner]):
        raise NotFound("piece of evidence")
    command = decide_void(piece, void, tenant=district.tenant, actor=actor, now=district.now())
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)
