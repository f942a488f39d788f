"""What comes next for a learner: what she is ready for and has not mastered, and what has slipped below the rest."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from services.mastery.domain.errors import UnknownError
from services.mastery.domain.horizon import Horizon
from services.mastery.flows.learner_standings import learner_standings
from services.mastery.flows.reading import Question, graph_known, opened
from services.mastery.ports import District, Record
from shared.rulebook.readiness import Standings, Step, flagged, next_steps, slipped_below

MANY = 500
"""Competencies of all frameworks from which the steps are found in a thread, so that the event loop goes on."""


@dataclass(frozen=True, slots=True)
class Next:
    """The steps in their order, and what is flagged by which lapses, by code, within a horizon."""

    learner: str
    horizon: Horizon
    seen: Standings
    steps: tuple[Step, ...]
    flagged: Mapping[str, tuple[str, ...]]

    def lapses(self, competency: str) -> tuple[str, ...]:
        """What has slipped of all that a competency rests on."""
        return slipped_below(competency, self.seen)


async def read_next(question: Question, within: str | None, district: District) -> Next:
    """The next steps of a learner, `within` a framework or the parts of a competency where one is given.

    Raises UnknownError, also where there is no such place, ForgottenError and NotReachedError.
    """
    record, horizon = await opened(question, district)
    graph = await graph_known(horizon, district)
    if within is not None and not graph.within(within):
        raise UnknownError("framework or competency")
    return await next_of(record, horizon, await learner_standings(record, horizon, graph, district), within)


async def next_of(record: Record, horizon: Horizon, seen: Standings, within: str | None = None) -> Next:
    """What comes next for a learner who stands as she was `seen`."""
    if len(seen.graph.members) < MANY:
        steps, flags = _told(seen, within)
    else:
        steps, flags = await asyncio.to_thread(_told, seen, within)
    return Next(record.learner.id, horizon, seen, steps, flags)


def _told(seen: Standings, within: str | None) -> tuple[tuple[Step, ...], Mapping[str, tuple[str, ...]]]:
    place = None if within is None else seen.graph.within(within)
    flags = {id_: by for id_, by in flagged(seen).items() if place is None or id_ in place}
    return tuple(next_steps(seen, place)), flags
