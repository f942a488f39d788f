"""Log what a learner did to learn it before she does it over."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.receipts import Receipt
from services.evidence.domain.redoing import LogRelearn, check_kind, check_own, decide_relearn
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.redoing import begun, check_hers_or_recordable, decided
from services.evidence.ports import District
from shared.contracts.events import EVENTS, decode


async def log_relearn(log: LogRelearn, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before. A learner logs practice and reflection herself.

    Raises NotFound (also where the caller is neither the learner nor may record for her), Invalid, Conflict where the
    redo is over, Gone, StaleVersion, Mismatch, VaultUnavailable and LedgerUnavailable.
    """
    entry = await begun(log.redo, district)
    learner = entry.owner
    await check_hers_or_recordable(learner, actor, NotFound("redo"), district)
    check_kind(log.kind, records=actor != learner)
    if log.evidence is not None:
        check_own((await district.ledger.entries([log.evidence])).get(log.evidence), learner)
    ref = (await keep_texts(learner, log.id, {"note_ref": log.note}, district)).get("note_ref")
    return await decided(
        log,
        learner,
        decode(entry, EVENTS[entry.event].body).model_dump()["competency"],
        lambda redoing: decide_relearn(log, redoing, ref, tenant=district.tenant, actor=actor),
        district,
    )
