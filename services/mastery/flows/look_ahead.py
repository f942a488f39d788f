"""Whether a learner is ready for one competency, beside the explanation of her state."""

from dataclasses import dataclass

from services.mastery.domain.horizon import Horizon
from services.mastery.flows.learner_standings import learner_standings
from services.mastery.flows.reading import graph_known
from services.mastery.ports import District, Record
from shared.rulebook.readiness import Judged, Standings, judged
from shared.rulebook.readiness_words import readiness_words


@dataclass(frozen=True, slots=True)
class Ahead:
    """Readiness with its reasons, as data and in words; `seen` is where she stands with all that it rests on."""

    judged: Judged
    seen: Standings
    words: tuple[str, ...]


async def look_ahead(record: Record, horizon: Horizon, competency: str, district: District) -> Ahead | None:
    """Readiness for a competency as known; None for one that no framework known holds now."""
    graph = await graph_known(horizon, district)
    if competency not in graph.members:
        return None
    return ahead_of(
        competency, await learner_standings(record, horizon, graph, district, {competency, *graph.below(competency)})
    )


def ahead_of(competency: str, seen: Standings) -> Ahead | None:
    """The same for who was `seen` to stand so, with all that it rests on among it."""
    if competency not in seen.of:
        return None
    one = judged(competency, seen)
    return Ahead(one, seen, readiness_words(one, seen))
