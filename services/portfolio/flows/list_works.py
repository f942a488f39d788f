"""The works of the learners of sections, for whoever may score them: the one touched last first, never by any level."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.portfolio.domain.errors import UnknownError
from services.portfolio.flows.reading import Question, recordable_of
from services.portfolio.ports import District, ListedWork, Place
from shared.rulebook.known import Pin


@dataclass(frozen=True, slots=True)
class WorkSeen:
    """A work; of its members those whom the reader may see."""

    work: ListedWork
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkPage:
    """`next` goes on below the last of them, None where there are no more."""

    works: Sequence[WorkSeen]
    next: Place | None
    reached: tuple[Pin, ...]


async def list_works(
    sections: Sequence[str], before: Place, limit: int, question: Question, district: District
) -> WorkPage:
    """Of the sections' learners for whom the reader may record. Raises UnknownError where there are none."""
    await district.applied.reached(question.at_least)
    own = await recordable_of([f"section/{section}" for section in sections], question.reader, district)
    if not own:
        raise UnknownError("section")
    works, reached = await district.works.page(sorted(own), before, limit + 1)
    shown = works[:limit]
    people = {member for work in shown for member in work.members}
    visible = own | await district.rights.visible(question.reader, sorted(people - own))
    onward = (shown[-1].touched_at, shown[-1].id) if len(works) > limit else None
    seen = [WorkSeen(work, tuple(member for member in work.members if member in visible)) for work in shown]
    return WorkPage(seen, onward, reached)
