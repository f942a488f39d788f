"""Dismiss somebody from an exhibition's panel: she scores no longer, and is shown nothing more by it."""

from services.evidence.domain.paneling import Dismiss, decide_dismiss
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.flows.paneling import panel_held
from services.evidence.ports import District
from shared.runtime.shards import Shard


async def dismiss_panelist(dismiss: Dismiss, actor: str, district: District) -> Receipt:
    """The receipt, once she is shown nothing more; repeated where this very request was done before. What she scored
    stays.

    Raises NotFound for who does not hold the exhibition or is no panelist, Conflict for herself, Mismatch and
    LedgerUnavailable.
    """
    panel = await panel_held(dismiss.exhibition, actor, district)
    command = decide_dismiss(panel, dismiss, tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    answer = receipt(command, outcome)
    await district.applied.reached({Shard(answer.ledger, answer.shard): answer.position})
    return answer
