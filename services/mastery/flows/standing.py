"""Where a learner stands with everything that frameworks hold, as readiness asks."""

from collections.abc import Collection

from services.mastery.domain.horizon import Horizon
from services.mastery.flows.reading import seen_state
from services.mastery.ports import District, Record
from shared.rulebook.known import Known
from shared.rulebook.prerequisites import Prerequisites
from shared.rulebook.readiness import NO_EVIDENCE, NO_POLICY, Standing, Standings, standing_of, standings
from shared.rulebook.state import Status
from shared.runtime.pace import Pace

_UNDER_REVIEW = Standing(Status.UNDER_REVIEW)


async def graph_known(horizon: Horizon, district: District) -> Prerequisites:
    """The prerequisites as the answer may see them: of each framework the latest publication known."""
    shard = next(pin.shard for pin in horizon.pins if pin.ledger == "evidence")
    return await district.frameworks.graph(Known.at_pins(horizon.pins, shard))


async def learner_standings(
    record: Record, horizon: Horizon, graph: Prerequisites, among: Collection[str] | None = None
) -> Standings:
    """The learner's standings, folded from the record as known; only those `among` are, where it is given."""
    chosen = graph.members.keys() if among is None else among
    recorded: dict[str, Standing] = {}
    pace = Pace()
    for competency in record.contributions:
        if competency in chosen:
            seen = await seen_state(record, horizon, competency)
            if seen.recorded:
                pieces = record.contributions[competency]
                recorded[competency] = (
                    _UNDER_REVIEW if horizon.under_review else standing_of(seen.state, pieces, horizon.known)
                )
            await pace.breathe()
    definitions = record.view.definitions

    def unrecorded(competency: str) -> Standing:
        return NO_POLICY if definitions.in_force(record.learner, competency, horizon.known) is None else NO_EVIDENCE

    return standings(graph, recorded, unrecorded, chosen)
