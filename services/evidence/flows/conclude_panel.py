"""Conclude what a panel gives a work: one piece of evidence a member, all or none."""

from services.evidence.domain.agreement import differences
from services.evidence.domain.errors import NotFound
from services.evidence.domain.judging import check_instant
from services.evidence.domain.paneling import (
    Conclude,
    check_resolved,
    check_seen,
    decide_conclude,
    planned_panel,
    refused_panel,
)
from services.evidence.domain.receipts import Receipt, receipts
from services.evidence.flows.exhibiting import held_exhibition
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.paneling import criteria_of, panel_of_held, scored
from services.evidence.flows.working import members_left, work_known
from services.evidence.ports import District
from shared.contracts.exhibitions import ExhibitionPlanned


async def conclude_panel(
    conclude: Conclude, actor: str, district: District
) -> tuple[Receipt, tuple[tuple[str, Receipt], ...]]:
    """The receipt of the conclusion, and each member with that of her score; repeated where this was done before.

    Raises NotFound for who does not hold the exhibition or may not record for every member; Conflict where there
    is no panel, the scores are not those that were seen, the panel has concluded, or she sits on it and has not scored
    the work herself; Invalid where panelists differ and nothing says what they agreed on; StaleVersion, Gone, Mismatch,
    VaultUnavailable and LedgerUnavailable.
    """
    exhibition = await held_exhibition(conclude.exhibition, actor, district)
    members = await _members(exhibition.plan, conclude.work, actor, district)
    check_instant(conclude.occurred_at, district.now())
    refs = await keep_texts(conclude.work, conclude.id, {"resolution_ref": conclude.resolution}, district)
    # After the texts: of whoever is appointed later than this, and scores, nothing but the panel itself would tell.
    panel = await panel_of_held(exhibition, district)
    plan = planned_panel(panel)
    counted = check_seen(panel, conclude, actor)
    criteria = await criteria_of(plan.rubric, district)
    results = scored(conclude.levels, plan.rubric, criteria)
    check_resolved(conclude, differences(counted, criteria, discuss_from=plan.discuss_from))
    command = decide_conclude(
        panel,
        conclude,
        results,
        members,
        resolution_ref=refs.get("resolution_ref"),
        tenant=district.tenant,
        actor=actor,
    )
    [outcome] = await district.ledger.append([command])
    refusal = refused_panel(outcome, panel, conclude.work)
    if refusal is not None:
        raise refusal
    concluded, *scores = receipts(command, outcome)
    return concluded, tuple(zip(members, scores, strict=True))


async def _members(plan: ExhibitionPlanned, work: str, actor: str, district: District) -> tuple[str, ...]:
    """The members of an exhibited work who are not forgotten, for every one of whom the caller may record."""
    if work not in plan.works:
        raise NotFound("work")
    members = (await members_left([await work_known(work, district.ledger)], district))[work]
    if not members or not await district.rights.recordable(actor, members) >= set(members):
        raise NotFound("work")
    return members
