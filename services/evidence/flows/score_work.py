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
from services.evidence.domain.works import work_of
from services.evidence.ports import District
from shared.contracts.events import EVENTS
from shared.ledger.streams import learner_stream, work_stream


async def score_work(score: ScoreWork, actor: str, district: District) -> tuple[tuple[str, Receipt], ...]:
    """Each member scored with her receipt; repeated where this very request was done before.

    Raises NotFound (also where the caller may record for none of the members), Gone where one to be scored is
    forgotten, Invalid, Mismatch, VaultUnavailable and LedgerUnavailable.
    """
    work = work_of(await district.ledger.stream(work_stream(score.work)))
    recordable = set() if work is None else await district.rights.recordable(actor, work.members)
    if work is None or not recordable:
        raise NotFound("work")
    members = members_scored(work, score)
    gone = await _closed([member for member in members if member not in recordable], district)
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


async def _closed(members: Sequence[str], district: District) -> set[str]:
    """Those whose record is closed: whoever is forgotten is nobody's to record for, and no stranger for that."""
    streams = {member: await district.ledger.stream(learner_stream(member)) for member in members}
    return {member for member, stream in streams.items() if stream and EVENTS[stream[-1].event].closes}


async def _keep_feedback(score: ScoreWork, members: Sequence[str], district: District) -> list[str]:
    texts = feedback_of(score, members)
    try:
        return await district.vault.keep(texts) if texts else []
    except Forgotten as found:
        raise forgotten_member(score, next(member for member in members if member in found.owners)) from found
