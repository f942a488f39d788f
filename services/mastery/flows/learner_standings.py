"""Where a learner stands with everything that frameworks hold, as readiness asks."""

from collections.abc import Collection, Mapping

from services.mastery.domain.horizon import Horizon
from services.mastery.flows.reading import SeenState, seen_states
from services.mastery.flows.roll_up import parents_by_parts
from services.mastery.ports import District, Record
from shared.rulebook.prerequisites import Prerequisites
from shared.rulebook.readiness import NO_EVIDENCE, NO_POLICY, Standing, Standings, standing_of, standings
from shared.rulebook.state import Status

_UNDER_REVIEW = Standing(Status.UNDER_REVIEW)


async def learner_standings(
    record: Record,
    horizon: Horizon,
    graph: Prerequisites,
    district: District,
    among: Collection[str] | None = None,
) -> Standings:
    """The learner's standings, folded from the record as known; only those `among` are, where it is given.

    A competency of which nothing itself counts stands where its parts put it, under a policy that rolls up.
    """
    chosen = graph.members.keys() if among is None else among
    seen = await seen_states(record, horizon, None if _rolls_up(record) else chosen)
    return await standings_seen(record, horizon, graph, district, seen, among)


async def standings_seen(  # noqa: PLR0913, PLR0917 - as `learner_standings`, and what was seen
    record: Record,
    horizon: Horizon,
    graph: Prerequisites,
    district: District,
    seen: Mapping[str, SeenState],
    among: Collection[str] | None = None,
) -> Standings:
    """The same from her states as they were seen: all of them where a policy rolls up."""
    chosen = graph.members.keys() if among is None else among
    definitions = record.view.definitions
    states = {competency: one.state for competency, one in seen.items()}
    recorded = {
        competency: standing_of(state, record.contributions[competency], horizon.known)
        for competency, state in states.items()
    }
    for parent in await parents_by_parts(record, horizon, states, district) if _rolls_up(record) else ():
        own = states.get(parent.rolled.competency)
        if own is None or not (own.counted or own.override or own.floor):
            source = None if own is None else recorded[own.competency].source
            recorded[parent.rolled.competency] = Standing(parent.rolled.status, source)
    if horizon.under_review:
        recorded = dict.fromkeys(recorded, _UNDER_REVIEW)

    def unrecorded(competency: str) -> Standing:
        return NO_POLICY if definitions.in_force(record.learner, competency, horizon.known) is None else NO_EVIDENCE

    return standings(graph, recorded, unrecorded, chosen)


def _rolls_up(record: Record) -> bool:
    return any(adoption.policy.roll_up is not None for adoption in record.view.definitions.policies.values())
