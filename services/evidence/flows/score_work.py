"""Score a work by a rubric: one piece of evidence a member, all or none."""

from collections.abc import Sequence

from services.evidence.domain.errors import Forgotten, NotFound
from services.evidence.domain.judging import check_criteria, check_instant
from services.evidence.domain.receipts import Receipt, receipts
from services.evidence.domain.scoring import (
    ScoreWork,
    check_may_score,
    decide_scores,
    feedback_of,
    forgotten_member,
    members_scored,
    refused_member,
)
from services.evidence.flows.recordable import closed_records
from services.evidence.flows.working import work_known
from services.evidence.ports import District


async def score_work(score: ScoreWork, actor: str, district: District) -> tuple[tuple[str, Receipt], ...]:
    """Each member scored with her receipt; repeated where this very request was done before.

    Raises NotFound (also where the caller may record for none of the members), Gone where one to be scored is
    forgotten, Invalid, Mismatch, VaultUnavailable and LedgerUnavailable.
    """
    work = await work_known(score.work, district.ledger)
    recordable = await district.rights.recordable(actor, work.members)
    if not recordable:
        raise NotFound("work")
    members = members_scored(work, score)
    # Whoever is forgotten is nobody's to record for, and no stranger for that.
    gone = await closed_records([member for member in members if member not in recordable], district.ledger)
    check_may_score(score, members, recordable, gone)
    check_instant(score.occurred_at, district.now())
    rubrics = await district.definitions.rubrics([score.rubric])
    check_criteria(score.rubric, score.results, rubrics, below="")
    refs = await _keep_feedback(score, members, district)
    command = decide_scores(score, members, refs, tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    refusal = refused_member(outcome, score, members)
    if refusal is not None:
        raise refusal
    return tuple(zip(members, receipts(command, outcome), strict=True))


async def _keep_feedback(score: ScoreWork, members: Sequence[str], district: District) -> list[str]:
    texts = feedback_of(score, members)
    try:
        return await district.vault.keep(texts) if texts else []
    except Forgotten as found:
        raise forgotten_member(score, next(member for member in members if member in found.owners)) from found
