"""Questions about the record that wait for an answer, the longest waiting first, or that have one."""

from dataclasses import dataclass

from services.mastery.domain.errors import UnknownError
from services.mastery.domain.reviews import Review, ReviewState
from services.mastery.flows.whose import Worklist, learners_of, reached
from services.mastery.ports import District
from shared.ledger.instants import Instant
from shared.rulebook.known import Pin

FIRST = (-1, "00000000-0000-0000-0000-000000000000")


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Reviews in the order in which they were asked for; `next` goes on after them, None at the end."""

    reviews: tuple[Review, ...]
    next: tuple[Instant, str] | None
    reached: tuple[Pin, ...]
    now: Instant


async def list_reviews(
    asked: Worklist, state: ReviewState | None, after: tuple[Instant, str] | None, limit: int, district: District
) -> ReviewPage:
    """A page of reviews: of a learner for whoever may see her, of several for staff who may record for them.

    Raises UnknownError.
    """
    await district.applied.reached(asked.at_least)
    if asked.whose.kind == "learner":
        learners = sorted(await district.rights.visible(asked.reader, [asked.whose.id]))
        if not learners:
            raise UnknownError("learner")
    else:
        learners = await learners_of(asked, district)
    pins = await reached(learners, district)
    found = await district.worklists.reviews(learners, state, after or FIRST, limit)
    onward = (found[-1].requested_at, found[-1].id) if len(found) == limit else None
    return ReviewPage(tuple(found), onward, pins, district.now())
