"""The learners of whom no work was exhibited in this school year, for the staff who can see to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.portfolio.domain.errors import UnknownError
from services.portfolio.domain.school_year import SchoolYear
from services.portfolio.flows.reading import Question, recordable_of
from services.portfolio.ports import District
from shared.rulebook.known import Pin


@dataclass(frozen=True, slots=True)
class Due:
    """Those without an exhibition, in order of their ids, of so many `learners` of the reader's."""

    year: SchoolYear
    without: tuple[str, ...]
    learners: int
    reached: tuple[Pin, ...]


async def list_due(scopes: Sequence[str], year: SchoolYear, question: Question, district: District) -> Due:
    """Of the learners of sections and schools for whom the reader may record. Raises UnknownError where there are none.

    By id, and never by what anybody reached.
    """
    await district.applied.reached(question.at_least)
    own = await recordable_of(scopes, question.reader, district)
    if not own:
        raise UnknownError("section or school")
    without, reached = await district.exhibitions.due(sorted(own), year)
    return Due(year, tuple(without), len(own), reached)
