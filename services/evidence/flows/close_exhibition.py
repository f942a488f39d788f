"""Close an exhibition: no vote is taken any more, and those that were are counted."""

import asyncio
from dataclasses import dataclass

from services.evidence.domain.errors import NotNow
from services.evidence.domain.exhibitions import Change, decide_close
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.flows.count_votes import count_votes
from services.evidence.flows.exhibiting import held_exhibition
from services.evidence.ports import District, LedgerBusy, LedgerUnavailable, VaultUnavailable

PATIENCE = 20.0
"""Seconds for which the one who closes waits for the tally; the service's worker goes on after that."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The receipt of the close, and whether the votes are counted already."""

    receipt: Receipt
    is_counted: bool


async def close_exhibition(change: Change, actor: str, district: District) -> Closed:
    """The close is exact: a vote that is not in the ledger before it is not taken. Then everything is counted.

    Raises NotFound, Conflict, StaleVersion, Mismatch and LedgerUnavailable.
    """
    await held_exhibition(change.exhibition, actor, district)
    command = decide_close(change, tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    closed = receipt(command, outcome)
    try:
        async with asyncio.timeout(PATIENCE):
            await count_votes(change.exhibition, district)
    except (TimeoutError, NotNow, VaultUnavailable, LedgerUnavailable, LedgerBusy):
        return Closed(closed, is_counted=False)
    return Closed(closed, is_counted=True)
