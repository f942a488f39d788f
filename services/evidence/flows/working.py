"""Works that a request names, as the record has them, and who may add to one."""

from collections.abc import Collection

from services.evidence.domain.errors import NotFound
from services.evidence.domain.works import Work, work_of
from services.evidence.ports import District, Ledger


async def works_known(works: Collection[str], ledger: Ledger) -> dict[str, Work]:
    """Those of these works that were started, by their ids; each has the id of the event that started it."""
    started = await ledger.entries(list(works)) if works else {}
    return {id_: work for id_, entry in started.items() if (work := work_of(entry)) is not None}


async def work_known(work: str, ledger: Ledger) -> Work:
    """The work. Raises NotFound where there is none."""
    known = (await works_known([work], ledger)).get(work)
    if known is None:
        raise NotFound("work")
    return known


async def own_work(work: str, actor: str, district: District) -> Work:
    """The work, for its members and for whoever may record for one of them. Raises NotFound for everyone else."""
    known = await work_known(work, district.ledger)
    if actor not in known.members and not await district.rights.recordable(actor, known.members):
        raise NotFound("work")
    return known


async def members_left(works: Collection[Work], district: District) -> dict[str, tuple[str, ...]]:
    """The members of each work who are not forgotten, by the work's id."""
    everybody = {member for work in works for member in work.members}
    gone = await district.forgettings.forgotten(everybody) if everybody else set()
    return {work.id: tuple(member for member in work.members if member not in gone) for work in works}
