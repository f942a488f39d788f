"""The prerequisites that an answer may see."""

from services.mastery.domain.horizon import Horizon
from services.mastery.ports import District
from shared.rulebook.known import Known
from shared.rulebook.prerequisites import Prerequisites


async def graph_known(horizon: Horizon, district: District) -> Prerequisites:
    """The prerequisites as known: of each framework the latest publication."""
    shard = next(pin.shard for pin in horizon.pins if pin.ledger == "evidence")
    return await district.frameworks.graph(Known.at_pins(horizon.pins, shard))
