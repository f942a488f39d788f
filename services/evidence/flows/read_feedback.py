"""A member of a work says that she has read a piece of feedback."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.feedback import decide_read
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.flows.working import work_known
from services.evidence.ports import District


async def read_feedback(feedback: str, actor: str, district: District) -> Receipt:
    """The receipt; repeated where she said so before.

    Raises NotFound where there is no such feedback or the caller is no member of its work, Gone where she is
    forgotten, LedgerUnavailable.
    """
    given = (await district.ledger.entries([feedback])).get(feedback)
    if given is None or given.event != "FeedbackGiven":
        raise NotFound("feedback")
    work = await work_known(given.owner, district.ledger)
    if actor not in work.members:
        raise NotFound("feedback")
    command = decide_read(work.id, feedback, tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)
