"""Decide on what the record says and append it; and anew where the record has moved on meanwhile."""

from collections.abc import Awaitable, Callable

from services.evidence.domain.commands import Command, Stale
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.ports import Ledger

TRIES = 5
"""How often it is decided anew, before the caller is told that the record moves on."""


async def decided(decide: Callable[[], Awaitable[Command]], ledger: Ledger, *, expected_version: int | None) -> Receipt:
    """The receipt of what `decide` makes of the record as it is: once where the caller named the version that she saw,
    and otherwise again while others decide at the same time, so that no two contradict each other.

    Raises what `decide` and `receipt` raise, and LedgerUnavailable.
    """
    for _ in range(TRIES):
        command = await decide()
        [outcome] = await ledger.append([command])
        if expected_version is not None or not isinstance(outcome, Stale):
            break
    return receipt(command, outcome)
