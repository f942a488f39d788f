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
from services.evidence.domain.panels import Panel
from services.evidence.domain.receipts import Receipt, receipts
from services.evidence.domain.works import work_of
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.paneling import criteria_of, panel_held, scored
from services.evidence.ports import District
from shared.ledger.streams import work_stream


async def conclude_panel(
    conclude: Conclude, actor: str, district: District
) -> tuple[Receipt, tuple[tuple[str, Receipt], ...]]:
    """The receipt of the conclusion, and each member with that of her score; repeated where this was done before.

    Raises NotFound for who does not hold the exhibition or may not record for every member; Conflict where the scores
    are not those that were seen, the panel has concluded, or she sits on it and has not scored the work herself;
    Invalid where panelists differ and nothing says what they agreed on; StaleVersion, Gone, Mismatch, VaultUnavailable
    and LedgerUnavailable.
    """
    panel = await panel_held(conclude.exhibition, actor, district)
    members = await _members(panel, conclude.work, actor, district)
    check_instant(conclude.occurred_at, district.now())
    plan = planned_panel(panel)
    counted = check_seen(panel, conclude, actor)
    results = await scored(conclude.levels, plan.rubric, district)
    criteria = await criteria_of(plan.rubric, district)
    check_resolved(conclude, differences(counted, criteria, discuss_from=plan.discuss_from))
    refs = await keep_texts(conclude.work, conclude.id, {"resolution_ref": conclude.resolution}, district)
    # Whoever was appointed meanwhile, and scored: nothing but the panel itself tells of her.
    panel = await panel_held(conclude.exhibition, actor, district)
    check_seen(panel, conclude, actor)
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


async def _members(panel: Panel, work: str, actor: str, district: District) -> tuple[str, ...]:
    """The members of an exhibited work who are not forgotten, for every one of whom the caller may record."""
    found = work_of(await district.ledger.stream(work_stream(work))) if work in panel.plan.works else None
    if found is None:
        raise NotFound("work")
    gone = await district.forgettings.forgotten(found.members)
    members = tuple(member for member in found.members if member not in gone)
    if not members or not await district.rights.recordable(actor, members) >= set(members):
        raise NotFound("work")
    return members
