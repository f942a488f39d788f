"""The exhibitions of sections, of schools and of learners, the one planned last first."""

from dataclasses import dataclass, replace

from services.portfolio.domain.errors import UnknownError
from services.portfolio.domain.exhibition import Exhibition
from services.portfolio.flows.read_exhibition import SeenExhibition, seen_exhibitions
from services.portfolio.flows.reading import Question
from services.portfolio.ports import District, Place, Wanted
from shared.rulebook.known import Pin

FIRST: Place = (2**53, "ffffffff-ffff-ffff-ffff-ffffffffffff")

AT_ONCE = 100
"""Exhibitions that are read at a time at least, for of a school a reader may see few."""


@dataclass(frozen=True, slots=True)
class ExhibitionPage:
    """Those that are the reader's to see; `next` goes on below the last of them, None where no more are hers: it tells
    nothing of others.
    """

    seen: tuple[SeenExhibition, ...]
    next: Place | None
    reached: tuple[Pin, ...]


async def list_exhibitions(wanted: Wanted, question: Question, district: District) -> ExhibitionPage:
    """Each once. Raises UnknownError where a learner is not the reader's to see. Of a section or a school that is not
    hers nothing is told, as of one that there is none of.
    """
    await district.applied.reached(question.at_least)
    if not await district.rights.visible(question.reader, wanted.learners) >= set(wanted.learners):
        raise UnknownError("learner")
    asked = replace(wanted, limit=max(wanted.limit + 1, AT_ONCE))
    page = await district.exhibitions.page(asked)
    reached, seen = page.reached, await seen_exhibitions(page.exhibitions, question.reader, page.reached, district)
    while len(seen) <= wanted.limit and len(page.exhibitions) == asked.limit:
        asked = replace(asked, before=_place(page.exhibitions[-1]))
        page = await district.exhibitions.page(asked)
        seen += await seen_exhibitions(page.exhibitions, question.reader, reached, district)
    shown = tuple(seen[: wanted.limit])
    return ExhibitionPage(shown, _place(shown[-1].exhibition) if len(seen) > wanted.limit else None, reached)


def _place(exhibition: Exhibition) -> Place:
    return exhibition.planned_at, exhibition.id
