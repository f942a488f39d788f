"""One work: its versions, and what its members' evidence says of it."""

from dataclasses import replace

from services.portfolio.domain.errors import UnknownError
from services.portfolio.flows.reading import Question, Seen, SeenWork, seen_by, waited
from services.portfolio.ports import District


async def read_work(work: str, question: Question, district: District) -> Seen:
    """The work, seen by whoever may see one of its members; of the others nothing is told but how many they are.

    A panelist of an exhibition that shows it sees what is shown: the versions, and neither feedback nor evidence.
    Raises UnknownError for a work that there is none of or that is not the reader's to see, NotReachedError.
    """
    await waited(question, work, district)
    record = await district.records.of_work(work)
    seen = await seen_by(question, record, district.records.shard(work), district)
    if any(one.members for one in seen.works):
        return seen
    if seen.works and await district.rights.exhibited(question.reader, [work]):
        return replace(seen, works=tuple(map(_as_shown, seen.works)))
    raise UnknownError("work")


def _as_shown(seen: SeenWork) -> SeenWork:
    return replace(seen, work=replace(seen.work, feedback=(), read=()), pieces=())
