"""Where a learner stands with everything that frameworks hold, as readiness asks."""

from collections.abc import Collection

from services.mastery.domain.horizon import Horizon
from services.mastery.flows.reading import seen_state
from services.mastery.flows.roll_up import parents_by_parts
from services.mastery.ports import District, Record
from shared.rulebook.prerequisites import Prerequisites
from shared.rulebook.readiness import NO_EVIDENCE, NO_POLICY, Standing, Standings, standing_of, standings
from shared.rulebook.state import State, Status
from shared.runtime.pace import Pace

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
    definitions = record.view.definitions
    rolls_up = any(adoption.policy.roll_up is not None for adoption in definitions.policies.values())
    states: dict[str, State] = {}
    recorded: dict[str, Standing] = {}
    pace = Pace()
    for competency, pieces in record.contributions.items():
        if rolls_up or competency in chosen:
            seen = await seen_state(record, horizon, competency)
            if seen.recorded:
                states[competency] = seen.state
                recorded[competency] = standing_of(seen.state, pieces, horizon.known)
            await pace.breathe()
    for parent in await parents_by_parts(record, horizon, states, district) if rolls_up else ():
        own = states.get(parent.rolled.competency)
        if own is None or not (own.counted or own.override or own.floor):
            source = None if own is None else recorded[own.competency].source
            recorded[parent.rolled.competency] = Standing(parent.rolled.status, source)
    if horizon.under_review:
        recorded = dict.fromkeys(recorded, _UNDER_REVIEW)

    def unrecorded(competency: str) -> Standing:
        return NO_POLICY if definitions.in_force(record.learner, competency, horizon.known) is None else NO_EVIDENCE

    return standings(graph, recorded, unrecorded, chosen)
