"""A learner puts her exhibits into the order in which she shows them."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.exhibits import ArrangeExhibits, decide_order
from services.evidence.domain.receipts import Receipt
from services.evidence.flows.curate import curate
from services.evidence.ports import District
from shared.contracts.values import Contract
from shared.rulebook.curated import Curated


async def arrange_exhibits(arrange: ArrangeExhibits, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before.

    For the learner alone. Raises NotFound for everyone else, Invalid where one is not shown, StaleVersion, Gone,
    Mismatch and LedgerUnavailable.
    """
    if actor != arrange.learner:
        raise NotFound("learner")

    async def decide(known: Curated) -> Contract:
        return decide_order(arrange, known)

    return await curate(arrange, decide, actor, district)
