"""One exhibition, for whoever has to do with it, and what of it is theirs to see."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.portfolio.domain.errors import UnknownError
from services.portfolio.domain.exhibition import Exhibition, Shown
from services.portfolio.flows.reading import Question
from services.portfolio.ports import District
from shared.rulebook.known import Pin


@dataclass(frozen=True, slots=True)
class SeenExhibition:
    """An exhibition. `works` are the shown works of which the reader may see a member, `others` how many more there
    are, and `learners` the members of these works whom she may see.
    """

    exhibition: Exhibition
    works: tuple[Shown, ...]
    others: int
    learners: frozenset[str]
    reached: tuple[Pin, ...] = ()


async def read_exhibition(exhibition: str, question: Question, district: District) -> SeenExhibition:
    """Raises UnknownError for an exhibition that there is none of or that is not the reader's to see."""
    await district.applied.reached(question.at_least)
    found = await district.exhibitions.one(exhibition)
    if found.exhibition is None:
        raise UnknownError("exhibition")
    pins = tuple(pin for pin in found.reached if pin[:2] == ("evidence", found.exhibition.shard))
    seen = await seen_exhibitions([found.exhibition], question.reader, pins, district)
    if not seen:
        raise UnknownError("exhibition")
    return seen[0]


async def seen_exhibitions(
    exhibitions: Sequence[Exhibition], reader: str, pins: tuple[Pin, ...], district: District
) -> list[SeenExhibition]:
    """Those that are the reader's to see, in the same order.

    That is whoever may see a member of a work that is shown, or a learner of the section that it is planned for, and
    administrators and auditors of its school or the district.
    """
    scopes = await district.rights.verified_scopes(reader)
    sections = {section for one in exhibitions if (section := one.plan.get("section")) is not None}
    classes = {section: await district.rights.members(f"section/{section}") for section in sorted(sections)}
    people = {learner for one in exhibitions for learner in one.members}.union(*classes.values())
    visible = await district.rights.visible(reader, sorted(people))
    found = []
    for one in exhibitions:
        concerned = one.members.union(classes.get(one.plan.get("section", ""), ()))
        if concerned & visible or scopes & {"district", f"school/{one.plan['school']}"}:
            found.append(_seen(one, visible, pins))
    return found


def _seen(exhibition: Exhibition, visible: set[str], pins: tuple[Pin, ...]) -> SeenExhibition:
    works = tuple(shown for shown in exhibition.works if visible.intersection(shown.members))
    learners = frozenset(visible & exhibition.members)
    return SeenExhibition(exhibition, works, len(exhibition.works) - len(works), learners, pins)
