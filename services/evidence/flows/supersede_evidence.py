"""Supersede a piece of evidence: another one takes its place, which stays in the record and no longer counts."""

from services.evidence.domain.commands import Refused
from services.evidence.domain.errors import Conflict, Invalid, NotFound, Refusal
from services.evidence.domain.pieces import piece_of
from services.evidence.domain.receipts import Receipt, receipts
from services.evidence.domain.recording import decide_record, text_of
from services.evidence.domain.superseding import SupersedeEvidence, decide_supersede, item_of, redone_by
from services.evidence.domain.texts import NewText
from services.evidence.flows.judge_evidence import known_of
from services.evidence.flows.recordable import check_recordable
from services.evidence.ports import District
from shared.ledger.streams import evidence_stream


async def supersede_evidence(supersede: SupersedeEvidence, actor: str, district: District) -> tuple[Receipt, Receipt]:
    """The receipts of the new piece and of the old one's withdrawal; repeated where this was done before.

    Raises NotFound (also where the caller may not correct this learner's evidence), Invalid, StaleVersion,
    AlreadyVoided, Mismatch, Gone, VaultUnavailable and LedgerUnavailable. Fields are those of the request.
    """
    piece = piece_of(await district.ledger.stream(evidence_stream(supersede.evidence)))
    unknown = NotFound("piece of evidence")
    if piece is None:
        raise unknown
    await check_recordable(piece.learner, actor, district, unknown)
    try:
        item = item_of(piece, supersede)
        known = await known_of([item], actor, district)
        recording = decide_record(item, {}, known=known, tenant=district.tenant, actor=actor, now=district.now())
        standing = await _done_over(supersede, district)
    except Refusal as refusal:
        refusal.field = None if refusal.field is None else f"/item{refusal.field}"
        raise
    texts = {
        "text": text_of(item),
        "reason": None
        if supersede.reason is None
        else NewText(piece.learner, supersede.event, "reason_ref", supersede.reason),
    }
    said = {name: text for name, text in texts.items() if text is not None}
    refs = dict(zip(said, await district.vault.keep(list(said.values())) if said else [], strict=True))
    command = decide_supersede(piece, supersede, recording, standing, refs=refs, tenant=district.tenant)
    [outcome] = await district.ledger.append([command])
    if isinstance(outcome, Refused) and outcome.stream in map(evidence_stream, standing):
        raise Conflict(
            "What the piece does over was withdrawn meanwhile; look at it again.", field="/item/body/redo_of"
        )
    recorded, withdrawn = receipts(command, outcome)
    return recorded, withdrawn


async def _done_over(supersede: SupersedeEvidence, district: District) -> list[str]:
    """The pieces that the new one does over, one after the other, that still stand.

    Recorded otherwise, no redo can come before what it does over; a piece that takes another's place could. Raises
    Invalid where one of them is the old piece, or what stands in its place.
    """
    named: str | None = getattr(supersede.body, "redo_of", None)
    seen: set[str] = set()
    standing: list[str] = []
    while named is not None and named not in seen:
        if named == supersede.evidence:
            raise Invalid(
                "redo_of must name a piece other than the one superseded, and none that does it over.",
                field="/body/redo_of",
            )
        seen.add(named)
        piece = piece_of(await district.ledger.stream(evidence_stream(named)))
        if piece is None:
            break
        if piece.withdrawn is None:
            standing.append(named)
        named = piece.replacement or redone_by(piece)
    return standing
