"""Score a work as one of a panel, without seeing what the others give."""

from services.evidence.domain.errors import Conflict, NotFound
from services.evidence.domain.judging import check_instant
from services.evidence.domain.paneling import Score, current_panelist, decide_score, planned_panel, refused_panel
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.paneling import criteria_of, panel_known, scored
from services.evidence.flows.working import members_left, work_known
from services.evidence.ports import District


async def score_for_panel(score: Score, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before. A later score takes the place of an earlier one.

    Raises NotFound for who is no panelist now, and for a work that is not shown, or has no member left; Conflict where
    the panel has concluded, and for a work of her own; StaleVersion where she was appointed anew or dismissed
    meanwhile; Invalid, Mismatch, VaultUnavailable and LedgerUnavailable.
    """
    panel = await panel_known(score.exhibition, district)
    panelist = current_panelist(panel, actor, district.now())
    if panel is None or panelist is None:
        raise NotFound("exhibition")
    if score.work not in panel.plan.works:
        raise NotFound("work")
    work = await work_known(score.work, district.ledger)
    if not (await members_left([work], district))[work.id]:
        raise NotFound("work")
    if actor in work.members:
        raise Conflict("Nobody sits in judgement of her own work.", reason="own-work")
    check_instant(score.occurred_at, district.now())
    rubric = planned_panel(panel).rubric
    results = scored(score.levels, rubric, await criteria_of(rubric, district))
    refs = await keep_texts(score.work, score.id, {"note_ref": score.note}, district)
    command = decide_score(panel, panelist, score, results, note_ref=refs.get("note_ref"), tenant=district.tenant)
    [outcome] = await district.ledger.append([command])
    refusal = refused_panel(outcome, panel, score.work)
    if refusal is not None:
        raise refusal
    return receipt(command, outcome)
