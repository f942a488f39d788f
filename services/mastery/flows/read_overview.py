"""A first look at a learner, of one moment: where she is, on which map, what comes next, what she does over."""

from dataclasses import dataclass

from services.mastery.flows.learner_standings import standings_seen
from services.mastery.flows.read_map import LearnerMap, map_of
from services.mastery.flows.read_mastery import Mastery, mastery_of
from services.mastery.flows.read_next import Next, next_of
from services.mastery.flows.read_redos import Redos, redos_of
from services.mastery.flows.reading import Question, graph_known, opened, seen_states
from services.mastery.ports import District


@dataclass(frozen=True, slots=True)
class Overview:
    """Four answers that cannot contradict each other: they are folded from one reading of the record."""

    mastery: Mastery
    map: LearnerMap
    next: Next
    redos: Redos


async def read_overview(question: Question, district: District) -> Overview:
    """The overview of a learner. Raises UnknownError, ForgottenError and NotReachedError."""
    record, horizon = await opened(question, district, redos=True)
    states = await seen_states(record, horizon)
    graph = await graph_known(horizon, district)
    seen = await standings_seen(record, horizon, graph, district, states)
    return Overview(
        mastery=await mastery_of(record, horizon, states, district),
        map=await map_of(record, horizon, seen, district),
        next=await next_of(record, horizon, seen),
        redos=await redos_of(record, horizon, district),
    )
