"""Void a piece of evidence: withdraw it, so that it stays in the record and no longer counts."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.judging import check_instant
from services.evidence.domain.pieces import WITHDRAWABLE, piece_of
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.domain.voiding import VoidEvidence, decide_void
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.recordable import check_recordable
from services.evidence.ports import District
from shared.ledger.streams import evidence_stream


async def void_evidence(void: VoidEvidence, actor: str, district: District) -> Receipt:
    """The receipt of the voiding; repeated where this very request was done before.

    Raises NotFound (also where the caller may not correct this learner's evidence), StaleVersion, AlreadyVoided,
    Mismatch, Invalid, Gone, VaultUnavailable, and LedgerUnavailable.
    """
    piece = piece_of(await district.ledger.stream(evidence_stream(void.evidence)), WITHDRAWABLE)
    unknown = NotFound("piece of evidence")
    if piece is None:
        raise unknown
    await check_recordable(piece.learner, actor, district, unknown)
    check_instant(void.occurred_at, district.now())
    refs = await keep_texts(piece.learner, void.id, {"reason_ref": void.reason}, district)
    command = decide_void(piece, void, tenant=district.tenant, actor=actor, reason_ref=refs.get("reason_ref"))
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)
