"""The map of what rests on what, as far as a learner needs it: where she is on it, and what lies one step away."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from services.mastery.domain.errors import UnknownError
from services.mastery.domain.horizon import Horizon
from services.mastery.flows.learner_standings import learner_standings
from services.mastery.flows.reading import Question, graph_known, opened
from services.mastery.ports import District, Record
from shared.rulebook.known import Known
from shared.rulebook.outline import Listed, OutlinedFramework
from shared.rulebook.prerequisites import Prerequisites
from shared.rulebook.readiness import Readiness, Standings, is_heading, next_steps, readiness
from shared.rulebook.state import Status

WHOLE = 60
"""Competencies up to which a framework is told whole: more than that nobody takes in at once."""

STEPS = 12
"""Of a larger one, next steps that are told."""

_UNRECORDED = frozenset({Status.NO_EVIDENCE, Status.NO_POLICY})


@dataclass(frozen=True, slots=True)
class MappedFramework:
    """The competencies of a framework that are on the map, in its own order; `left_out` is how many are not."""

    framework: OutlinedFramework
    competencies: tuple[Listed, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class LearnerMap:
    """Frameworks in the order in which they came out, and where the learner stands, within a horizon."""

    learner: str
    horizon: Horizon
    seen: Standings
    frameworks: tuple[MappedFramework, ...]

    def readiness(self, competency: str) -> Readiness:
        return readiness(competency, self.seen)


async def read_map(question: Question, within: str | None, district: District) -> LearnerMap:
    """The learner's map, of one framework where it is asked `within` it.

    Raises UnknownError, also where there is no such framework, ForgottenError and NotReachedError.
    """
    record, horizon = await opened(question, district)
    graph = await graph_known(horizon, district)
    return await map_of(record, horizon, await learner_standings(record, horizon, graph, district), district, within)


async def map_of(
    record: Record, horizon: Horizon, seen: Standings, district: District, within: str | None = None
) -> LearnerMap:
    """The map of a learner who stands as she was `seen`. Raises UnknownError where there is no such framework."""
    shard = next(pin.shard for pin in horizon.pins if pin.ledger == "evidence")
    outline = await district.transcripts.outline(Known.at_pins(horizon.pins, shard))
    chosen = [framework for framework in outline.frameworks if within in {None, framework.id}]
    if within is not None and not chosen:
        raise UnknownError("framework")
    return LearnerMap(record.learner.id, horizon, seen, tuple(_mapped(one, seen) for one in chosen))


def _mapped(framework: OutlinedFramework, seen: Standings) -> MappedFramework:
    listed = [one for one in framework.competencies if one.id in seen.of and not is_heading(one.id, seen)]
    if len(listed) <= WHOLE:
        return MappedFramework(framework, tuple(listed), 0)
    near = set(_near({one.id for one in listed}, seen))
    told = tuple(one for one in listed if one.id in near)
    return MappedFramework(framework, told, len(listed) - len(told))


def _near(listed: Collection[str], seen: Standings) -> Iterator[str]:
    """What anything is recorded of, what lies one link from it, and the first next steps."""
    graph: Prerequisites = seen.graph
    recorded = {id_ for id_ in listed if seen.of[id_].status not in _UNRECORDED}
    yield from recorded
    yield from (step.competency for step in next_steps(seen, listed)[:STEPS])
    for competency in listed:
        supports = graph.rests_on.get(competency, ())
        if competency in recorded:
            yield from supports
        elif not recorded.isdisjoint(supports):
            yield competency
