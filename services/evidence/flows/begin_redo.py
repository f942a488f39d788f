"""Offer a learner to do something over, or ask for it: the cycle of relearning and redoing begins."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.pieces import piece_of
from services.evidence.domain.receipts import Receipt
from services.evidence.domain.redoing import BeginRedo, check_piece, decide_begin
from services.evidence.flows.gradable import check_competencies
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.redoing import check_hers_or_recordable, decided
from services.evidence.ports import District
from shared.ledger.streams import evidence_stream
from shared.rulebook.redoing import Begun


async def begin_redo(begin: BeginRedo, actor: str, district: District) -> Receipt:
    """The receipt of the offer or the request; repeated where this very request was done before.

    Whoever may record offers; the learner asks, or a guardian of hers. Raises NotFound for everyone else, Conflict
    where a redo of this competency is under way, Invalid, Gone, StaleVersion, Mismatch, VaultUnavailable and
    LedgerUnavailable.
    """
    begun = await _begun(begin.learner, actor, district)
    await check_competencies([begin.competency], district, where="/competency")
    if begin.evidence is not None and begin.id not in await district.ledger.entries([begin.id]):
        piece = piece_of(await district.ledger.stream(evidence_stream(begin.evidence)))
        check_piece(piece, begin.learner, begin.competency)
    ref = (await keep_texts(begin.learner, begin.id, {"note_ref": begin.note}, district)).get("note_ref")
    return await decided(
        begin,
        begin.learner,
        begin.competency,
        lambda redoing: decide_begin(begin, begun, redoing, ref, tenant=district.tenant, actor=actor),
        district,
    )


async def _begun(learner: str, actor: str, district: District) -> Begun:
    if actor != learner and learner in await district.rights.recordable(actor, [learner]):
        return "offered"
    if not await district.rights.is_guardian(actor, learner):
        await check_hers_or_recordable(learner, actor, NotFound("learner", field="/learner"), district)
    return "requested"
