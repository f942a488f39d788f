"""Add a version to a work: a draft, or what it has become."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.judging import check_instant
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.domain.works import AddVersion, decide_version, work_of
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.ports import District
from shared.ledger.streams import work_stream


async def add_version(add: AddVersion, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before.

    Raises NotFound (also where the caller is no member and may record for none), StaleVersion, Invalid, Mismatch,
    Gone where the caller, or every member, is forgotten; VaultUnavailable and LedgerUnavailable.
    """
    work = work_of(await district.ledger.stream(work_stream(add.work)))
    if work is None:
        raise NotFound("work")
    if actor not in work.members and not await district.rights.recordable(actor, work.members):
        raise NotFound("work")
    check_instant(add.occurred_at, district.now())
    refs = await keep_texts(work.id, add.id, add.texts(), district)
    command = decide_version(work, add, refs=refs, tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)
