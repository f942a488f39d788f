"""Tell who was shown what of a learner."""

from services.gateway.domain.disclosures import Disclosure, NotedDisclosure
from services.gateway.ports import DisclosureRights, Disclosures
from shared.runtime.problems import not_found


async def read_disclosures(  # noqa: PLR0913 - what is asked, and the two ports
    person: str, learner: str, after: int | None, limit: int, *, log: Disclosures, rights: DisclosureRights
) -> list[NotedDisclosure]:
    """A page of the log, the newest first. Reading it of somebody else is logged like everything else of hers.

    Raises `problems.not_found` where it is not the person's to read.
    """
    if not await rights.may_read_disclosures(person, learner):
        raise not_found("learner")
    page = await log.of_learner(learner, after=after, limit=limit)
    if person != learner:
        await log.note([Disclosure(learner, person, "disclosures")])
    return page
