"""A learner's portfolio: her works with their versions, and each piece of evidence with the skills that it shows."""

from services.portfolio.domain.errors import ForgottenError, UnknownError
from services.portfolio.flows.reading import Question, Seen, seen_by, waited
from services.portfolio.ports import District


async def read_portfolio(learner: str, question: Question, district: District) -> Seen:
    """Across courses, schools and years, oldest first.

    Raises UnknownError for a learner who is not the reader's to see or of whom nothing is recorded, ForgottenError,
    NotReachedError.
    """
    await waited(question, learner, district)
    if learner not in await district.rights.visible(question.reader, [learner]):
        raise UnknownError("learner")
    record = await district.records.of_learner(learner)
    if record.forgotten:
        raise ForgottenError
    if not record.is_known:
        raise UnknownError("learner")
    return await seen_by(question, record, district.records.shard(learner), district)
