"""A learner shows an exhibit no longer."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.exhibits import WithdrawExhibit, decide_withdrawal
from services.evidence.domain.receipts import Receipt
from services.evidence.flows.curate import curate
from services.evidence.ports import District
from shared.contracts.values import Contract
from shared.rulebook.curated import Curated


async def withdraw_exhibit(withdraw: WithdrawExhibit, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before. Shares that show it show it no longer either.

    For the learner alone. Raises NotFound for everyone else and where it is no exhibit of hers, Conflict where it was
    withdrawn before, StaleVersion, Gone, Mismatch and LedgerUnavailable.
    """
    if actor != withdraw.learner:
        raise NotFound("learner")

    async def decide(known: Curated) -> Contract:
        if withdraw.exhibit not in known.chosen:
            raise NotFound("exhibit")
        return decide_withdrawal(withdraw, known)

    return await curate(withdraw, decide, actor, district)
