"""Who may plan and hold an exhibition, and the exhibition that a request names."""

from services.evidence.domain.errors import Invalid, NotFound, NotNow
from services.evidence.domain.exhibitions import Exhibition, PlanExhibition, exhibition_of
from services.evidence.flows.working import members_left, works_known
from services.evidence.ports import District, Documents
from shared.contracts.exhibitions import ExhibitionPlanned
from shared.contracts.tasks import Questions
from shared.ledger.canonical import parse
from shared.ledger.streams import exhibition_stream


async def held_exhibition(exhibition: str, actor: str, district: District) -> Exhibition:
    """The exhibition, for whoever holds it: an administrator of its school, or a teacher who may record for all members
    of its works (or where it shows none, for all of its section). Raises NotFound for everyone else.
    """
    found = exhibition_of(await district.ledger.stream(exhibition_stream(exhibition)))
    if found is None or not await _holds(found.plan, actor, district):
        raise NotFound("exhibition")
    return found


async def check_plan(plan: PlanExhibition, actor: str, district: District) -> None:
    """Raise NotFound where the caller may not hold an exhibition as planned, naming what is not there or not hers.

    Whoever is not the school's administrator shows works of learners for all of whom she may record, the forgotten left
    out, of whom one at least is at the school; an administrator works of which she may record for a member.
    """
    administers = await district.rights.is_administrator(actor, f"school/{plan.school}")
    left = await members_left((await works_known(plan.works, district.ledger)).values(), district)
    members = {member for own in left.values() for member in own}
    everybody = await district.rights.recordable(actor, sorted(members)) if members else set()
    for n, work in enumerate(plan.works):
        own = set(left.get(work, ()))
        if everybody.isdisjoint(own) or not (administers or everybody >= own):
            raise NotFound("work", field=f"/works/{n}")
    if administers:
        return
    if not plan.works:
        learners = await district.rights.members(f"section/{plan.section}") if plan.section is not None else []
        everybody = await district.rights.recordable(actor, learners) if learners else set()
        if not everybody or not everybody >= set(learners):
            raise NotFound("section", field="/section")
    if everybody.isdisjoint(await district.rights.members(f"school/{plan.school}")):
        raise NotFound("school", field="/school")


async def published_questions(digest: str, district: District) -> Questions:
    """The questions of this digest. Raises Invalid where none were published."""
    if await district.definitions.published(digest) != "ascertain.questions@1":
        raise Invalid("No questions of this digest were published.", field="/questions")
    return await questions_of(digest, district.documents)


async def questions_of(digest: str, documents: Documents) -> Questions:
    """The questions that a plan names. Raises NotNow where they are not here: a plan names only what was published."""
    stored = await documents.read(digest)
    if stored is None:
        raise NotNow("The questions of this exhibition cannot be read at the moment.")
    return Questions.model_validate(parse(stored))


async def _holds(plan: ExhibitionPlanned, actor: str, district: District) -> bool:
    if await district.rights.is_administrator(actor, f"school/{plan.school}"):
        return True
    if plan.works:
        works = await works_known(plan.works, district.ledger)
        learners = {member for work in works.values() for member in work.members}
    else:
        learners = set(await district.rights.members(f"section/{plan.section}") if plan.section is not None else ())
    left = learners - await district.forgettings.forgotten(learners) if learners else set()
    return bool(left) and await district.rights.recordable(actor, sorted(left)) >= left
