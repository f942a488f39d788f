"""The exhibitions of a section, of a school or of a learner, the one planned last first."""

from dataclasses import dataclass

from services.portfolio.domain.errors import UnknownError
from services.portfolio.flows.read_exhibition import SeenExhibition, seen_exhibitions
from services.portfolio.flows.reading import Question
from services.portfolio.ports import District, Place, Wanted
from shared.rulebook.known import Pin

FIRST: Place = (2**53, "ffffffff-ffff-ffff-ffff-ffffffffffff")


@dataclass(frozen=True, slots=True)
class ExhibitionPage:
    """Those of a page that are the reader's to see; `next` goes on below them, None at the end."""

    seen: tuple[SeenExhibition, ...]
    next: Place | None
    reached: tuple[Pin, ...]


async def list_exhibitions(wanted: Wanted, question: Question, district: District) -> ExhibitionPage:
    """Raises UnknownError for a learner who is not the reader's to see. Of a section or a school that is not hers
    nothing is told, as of one that there is none of.
    """
    await district.applied.reached(question.at_least)
    if wanted.kind == "learner" and not await district.rights.visible(question.reader, [wanted.id]):
        raise UnknownError("learner")
    page = await district.exhibitions.page(wanted)
    seen = await seen_exhibitions(page.exhibitions, question.reader, page.reached, district)
    last = page.exhibitions[-1] if len(page.exhibitions) == wanted.limit else None
    return ExhibitionPage(tuple(seen), None if last is None else (last.planned_at, last.id), page.reached)
