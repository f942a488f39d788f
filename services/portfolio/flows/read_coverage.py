"""What a portfolio shows of each framework and what not yet, and what it might show."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.portfolio.domain.suggesting import Suggestion, scores_of, suggested
from services.portfolio.flows.read_portfolio import read_portfolio
from services.portfolio.flows.reading import Question, Seen, shown
from services.portfolio.ports import District
from shared.rulebook.known import Known
from shared.rulebook.outline import Outline


@dataclass(frozen=True, slots=True)
class Coverage:
    """By competency the exhibits that show it and the pieces that speak of it, and the outline to read them in."""

    seen: Seen
    exhibits: Mapping[str, tuple[str, ...]]
    pieces: Mapping[str, tuple[str, ...]]
    outline: Outline


@dataclass(frozen=True, slots=True)
class Suggestions:
    seen: Seen
    suggestions: tuple[Suggestion, ...]
    codes: Mapping[str, str]


async def read_coverage(learner: str, question: Question, district: District) -> Coverage:
    """Over all years and schools. Raises as `read_portfolio`."""
    return await coverage_of(await read_portfolio(learner, question, district), district)


async def coverage_of(seen: Seen, district: District) -> Coverage:
    """What a portfolio covers, as it was seen."""
    exhibits: dict[str, tuple[str, ...]] = {}
    for exhibit in seen.curated.exhibits:
        for competency in exhibit.competencies:
            exhibits[competency] = (*exhibits.get(competency, ()), exhibit.id)
    pieces: dict[str, tuple[str, ...]] = {}
    for one in seen.pieces:
        if one.piece.withdrawn is None and one.piece.said.type != "ReflectionRecorded":
            for competency in shown(one.piece):
                pieces[competency] = (*pieces.get(competency, ()), one.piece.said.event)
    outline = await district.outlines.known(_known(seen))
    return Coverage(seen, exhibits, pieces, outline)


async def read_suggestions(learner: str, question: Question, district: District) -> Suggestions:
    """From her own record alone. Raises as `read_portfolio`."""
    return suggestions_of(await read_portfolio(learner, question, district))


def suggestions_of(seen: Seen) -> Suggestions:
    """What might be shown of a portfolio, as it was seen."""
    scores = scores_of([work.work for work in seen.works], [one.piece for one in seen.pieces])
    exhibits = [(exhibit.version, exhibit.competencies) for exhibit in seen.curated.exhibits]
    codes = {competency: named.code for one in seen.pieces for competency, named in one.named.items()}
    return Suggestions(seen, tuple(suggested(scores, exhibits)), codes)


def _known(seen: Seen) -> Known:
    return Known(definitions=next(pin.position for pin in seen.pins if pin.ledger == "definitions"))
