"""Answer a question about the record: with what was changed, or why nothing was."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.domain.reviewing import AnswerReview, answer_command, check_answer
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.recordable import check_recordable
from services.evidence.ports import District
from shared.ledger.streams import review_stream


async def answer_review(answer: AnswerReview, actor: str, district: District) -> Receipt:
    """The receipt of the answer; repeated where this very request was done before.

    Raises NotFound (also where the caller may not record for this learner), Conflict for who asked the question and
    where it was answered before, Invalid, Gone, StaleVersion, Mismatch, VaultUnavailable and LedgerUnavailable.
    """
    missing = NotFound("review")
    stream = await district.ledger.stream(review_stream(answer.review))
    if not stream:
        raise missing
    review = stream[0]
    if review.actor != actor:  # who asked knows of it anyway, and is told that another must answer
        await check_recordable(review.owner, actor, district, missing)
    changes = await district.ledger.entries([answer.change]) if answer.change is not None else {}
    check_answer(review, answer, changes.get(answer.change or ""), actor=actor)
    refs = await keep_texts(review.owner, answer.id, {"answer_ref": answer.answer}, district)
    command = answer_command(review, answer, refs["answer_ref"], tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)
