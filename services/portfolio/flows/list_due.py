"""The learners of whom no work was exhibited in this school year, for the staff who can see to it."""

from dataclasses import dataclass
from typing import Literal

from services.portfolio.domain.errors import UnknownError
from services.portfolio.domain.school_year import SchoolYear
from services.portfolio.flows.reading import Question
from services.portfolio.ports import District
from shared.rulebook.known import Pin


@dataclass(frozen=True, slots=True)
class Due:
    """Those without an exhibition, in order of their ids, of so many `learners` of the reader's."""

    year: SchoolYear
    without: tuple[str, ...]
    learners: int
    reached: tuple[Pin, ...]


async def list_due(
    whose: tuple[Literal["section", "school"], str], year: SchoolYear, question: Question, district: District
) -> Due:
    """Of the learners of a section or school for whom the reader may record. Raises UnknownError where there are none.

    By id, and never by what anybody reached.
    """
    await district.applied.reached(question.at_least)
    kind, id_ = whose
    members = await district.rights.members(f"{kind}/{id_}")
    own = await district.rights.recordable(question.reader, members)
    if not own:
        raise UnknownError(kind)
    without, reached = await district.exhibitions.due(sorted(own), year)
    return Due(year, tuple(without), len(own), reached)
