"""Give feedback on a version of a work: as a teacher of a member, or as a peer where the district lets peers."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.feedback import GiveFeedback, check_criterion, check_version, decide_feedback
from services.evidence.domain.judging import check_instant
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.domain.works import Work
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.working import work_known
from services.evidence.ports import District


async def give_feedback(give: GiveFeedback, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before.

    A peer is a learner who is in a current section together with a member, and no member herself. Raises NotFound for
    everyone else and where there is no such version, Invalid, Mismatch, Gone where every member, or the peer, is
    forgotten; VaultUnavailable and LedgerUnavailable.
    """
    work = await work_known(give.work, district.ledger)
    is_peer = await _speaks_as_peer(work, actor, district)
    check_version(work, (await district.ledger.entries([give.version])).get(give.version))
    check_instant(give.occurred_at, district.now())
    if give.rubric is not None:
        check_criterion(give, await district.definitions.rubrics([give.rubric]))
    refs = await keep_texts(work.id, give.id, {"text_ref": give.text}, district)
    command = decide_feedback(give, refs["text_ref"], tenant=district.tenant, actor=actor, is_peer=is_peer)
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)


async def _speaks_as_peer(work: Work, actor: str, district: District) -> bool:
    """Whether it is as a peer that the caller may speak of this work. Raises NotFound where she may not at all."""
    if await district.rights.recordable(actor, work.members):
        return False
    may = district.peer_feedback and actor not in work.members
    if may and await district.rights.classmates(actor, work.members):
        return True
    raise NotFound("work")
