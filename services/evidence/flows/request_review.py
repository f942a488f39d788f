"""Ask that a level, a piece of evidence or a grade be looked at again."""

from services.evidence.domain.errors import Gone, Invalid, NotFound
from services.evidence.domain.pieces import EVIDENCE
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.domain.reviewing import RequestReview, review_command
from services.evidence.flows.gradable import check_competencies
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.recordable import FORGOTTEN, check_recordable
from services.evidence.ports import District


async def request_review(request: RequestReview, actor: str, district: District) -> Receipt:
    """The receipt of the question; repeated where this very request was done before.

    The learner asks, a guardian of hers, or whoever may record for her. Raises NotFound for everyone else, Invalid
    where what is questioned is nothing of this learner's, Gone, Mismatch, VaultUnavailable and LedgerUnavailable.
    """
    await _check_may_ask(request.learner, actor, district)
    await _check_subject(request, district)
    refs = await keep_texts(request.learner, request.id, {"reason_ref": request.reason}, district)
    command = review_command(request, refs["reason_ref"], tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)


async def _check_may_ask(learner: str, actor: str, district: District) -> None:
    if actor == learner:
        if await district.forgettings.forgotten([learner]):
            raise Gone(FORGOTTEN)
        return
    if not await district.rights.is_guardian(actor, learner):
        await check_recordable(learner, actor, district, NotFound("learner", field="/learner"))


async def _check_subject(request: RequestReview, district: District) -> None:
    if request.competency is not None:
        await check_competencies([request.competency], district, where="/competency")
        return
    named = request.evidence or request.grade or ""
    entry = (await district.ledger.entries([named])).get(named)
    kinds = EVIDENCE if request.evidence is not None else {"GradeReleased"}
    if entry is None or entry.owner != request.learner or entry.event not in kinds:
        if request.evidence is not None:
            raise Invalid("evidence must name a piece of evidence of this learner.", field="/evidence")
        raise Invalid("grade must name the release of a grade of this learner.", field="/grade")
