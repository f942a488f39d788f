"""Who of a section is ready for what: by competency, and for each her learners in the order of their ids."""

from dataclasses import dataclass, field

from services.mastery.domain.errors import UnknownError
from services.mastery.domain.horizon import now_horizon
from services.mastery.flows.learner_standings import learner_standings
from services.mastery.flows.whose import Worklist, learners_of, reached
from services.mastery.ports import District
from shared.rulebook.known import Known, Pin
from shared.rulebook.prerequisites import Prerequisites, by_code
from shared.rulebook.readiness import Judged, Readiness, Standings, is_heading, judged, readiness
from shared.rulebook.state import Status
from shared.runtime.pace import Pace

CodeAndId = tuple[str, str]


@dataclass(slots=True)
class ReadyFor:
    """The learners of a section who have not mastered a competency, by whether they are ready for it."""

    competency: str
    ready: list[str] = field(default_factory=list)
    not_ready: list[tuple[str, Judged]] = field(default_factory=list)
    unknown: list[tuple[str, Judged]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SectionReadiness:
    """A page by code; `next` goes on after it, None at the end. `seen` are the learners' standings."""

    section: str
    graph: Prerequisites
    items: tuple[ReadyFor, ...]
    seen: dict[str, Standings]
    next: CodeAndId | None
    reached: tuple[Pin, ...]


async def read_readiness(
    asked: Worklist, within: str | None, after: CodeAndId | None, limit: int, district: District
) -> SectionReadiness:
    """The competencies for which somebody of the section is ready, or known not to be, `after` one of them.

    Of the learners those for whom the reader may record. Raises UnknownError, also where there is no such place.
    """
    await district.applied.reached(asked.at_least)
    learners = await learners_of(asked, district)
    pins = await reached(learners, district)
    definitions = next((pin.position for pin in pins if pin.ledger == "definitions"), 0)
    graph = await district.frameworks.graph(Known(definitions=definitions))
    place = graph.members.keys() if within is None else graph.within(within)
    if within is not None and not place:
        raise UnknownError("framework or competency")
    among = None if within is None else place | {below for id_ in place for below in graph.below(id_)}
    seen: dict[str, Standings] = {}
    for record in await district.records.several(learners):
        if not record.forgotten:
            horizon = now_horizon(record.reached, held=record.held)
            seen[record.learner.id] = await learner_standings(record, horizon, graph, district, among)
    items: list[ReadyFor] = []
    pace = Pace()
    for member in sorted((graph.members[id_] for id_ in place), key=by_code):
        if after is not None and by_code(member) <= after:
            continue
        await pace.breathe()
        item = _ready_for(member.id, seen)
        if item.ready or item.not_ready:
            items.append(item)
        if len(items) > limit:
            break
    onward = by_code(graph.members[items[limit - 1].competency]) if len(items) > limit else None
    return SectionReadiness(asked.whose.id, graph, tuple(items[:limit]), seen, onward, pins)


def _ready_for(competency: str, seen: dict[str, Standings]) -> ReadyFor:
    item = ReadyFor(competency)
    for learner, own in seen.items():
        if own.of[competency].status is Status.MASTERED or is_heading(competency, own):
            continue
        match readiness(competency, own):
            case Readiness.READY:
                item.ready.append(learner)
            case Readiness.NOT_READY:
                item.not_ready.append((learner, judged(competency, own)))
            case Readiness.UNKNOWN:
                item.unknown.append((learner, judged(competency, own)))
    return item
