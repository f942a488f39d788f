"""Plan an exhibition: which works are shown, to whom, and what an audience is asked."""

from services.evidence.domain.commands import Refused
from services.evidence.domain.errors import Forgotten, Invalid, NotFound
from services.evidence.domain.exhibitions import PlanExhibition, asked_of, check_may_plan_anew, decide_plan
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.flows.exhibiting import check_plan, held_exhibition, published_questions
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.ports import District

_TAKEN = "The id of an exhibition must be new; this one is a learner's or a work's."


async def plan_exhibition(plan: PlanExhibition, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before. The exhibition has the id of its first plan.

    Raises NotFound for who may not hold it, Conflict where it was opened, StaleVersion, Invalid, Mismatch, NotNow where
    rosters are not known well enough, VaultUnavailable and LedgerUnavailable.
    """
    if plan.exhibition is not None:
        check_may_plan_anew(await held_exhibition(plan.exhibition, actor, district), plan)
    await check_plan(plan, actor, district)
    await _check_place(plan, actor, district)
    if plan.questions is not None:
        asked_of(plan.works, await published_questions(plan.questions, district))
    if plan.panel is not None and plan.panel.rubric not in await district.definitions.rubrics([plan.panel.rubric]):
        raise Invalid("No rubric of this digest was published.", field="/panel/rubric", reason="rubric-not-found")
    try:
        refs = await keep_texts(plan.owner, plan.id, {"title_ref": plan.title}, district)
    except Forgotten as found:
        raise Invalid(_TAKEN, field="/id") from found
    command = decide_plan(plan, title_ref=refs.get("title_ref"), tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    if isinstance(outcome, Refused) and not outcome.stream.startswith("exhibition/"):
        raise Invalid(_TAKEN, field="/id")
    return receipt(command, outcome)


async def _check_place(plan: PlanExhibition, actor: str, district: District) -> None:
    """Raise NotFound for a school that there is none of, and for a section that is none of the school, or that the
    caller neither teaches now nor administers: whoever is in it is told of the exhibition.
    """
    sections = [] if plan.section is None else [plan.section]
    known = await district.roster.known(orgs=[plan.school], sessions=[], sections=sections, people=[])
    if plan.school not in known.orgs and not await district.rights.members(f"school/{plan.school}"):
        raise NotFound("school", field="/school")
    if plan.section is None:
        return
    section = known.sections.get(plan.section)
    is_of_school = section is not None and section.school == plan.school
    if not is_of_school or not (
        plan.section in await district.rights.taught(actor)
        or await district.rights.is_administrator(actor, f"school/{plan.school}")
    ):
        raise NotFound("section", field="/section")
