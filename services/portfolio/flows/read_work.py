"""One work: its versions, and what its members' evidence says of it."""

from services.portfolio.domain.errors import UnknownError
from services.portfolio.flows.reading import Question, Seen, seen_by, waited
from services.portfolio.ports import District


async def read_work(work: str, question: Question, district: District) -> Seen:
    """The work, seen by whoever may see one of its members; of the others nothing is told but how many they are.

    Raises UnknownError for a work that there is none of or that is not the reader's to see, NotReachedError.
    """
    await waited(question, work, district)
    record = await district.records.of_work(work)
    seen = await seen_by(question, record, district.records.shard(work), district)
    if not any(one.members for one in seen.works):
        raise UnknownError("work")
    return seen
