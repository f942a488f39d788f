"""A member of a work says that she has read a piece of feedback."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.feedback import decide_read
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.domain.works import work_of
from services.evidence.ports import District
from shared.ledger.streams import work_stream


async def read_feedback(feedback: str, actor: str, district: District) -> Receipt:
    """The receipt; repeated where she said so before.

    Raises NotFound where there is no such feedback or the caller is no member of its work, Gone where she is
    forgotten, LedgerUnavailable.
    """
    given = (await district.ledger.entries([feedback])).get(feedback)
    if given is None or given.event != "FeedbackGiven":
        raise NotFound("feedback")
    work = work_of(await district.ledger.stream(work_stream(given.owner)))
    if work is None or actor not in work.members:
        raise NotFound("feedback")
    command = decide_read(work.id, feedback, tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)
