"""Make the first administrator of a district, so that there is somebody who may do the rest."""

from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.domain.roles import decide_bootstrap
from services.evidence.ports import Ledger
from shared.ledger.streams import person_stream


async def bootstrap(person: str, ledger: Ledger, *, tenant: str) -> Receipt | None:
    """The receipt, or None where the person administers the district already. For operators: it asks for no right.

    Raises StaleVersion where the person's roles change at the same moment, LedgerUnavailable.
    """
    command = decide_bootstrap(person, await ledger.stream(person_stream(person)), tenant=tenant)
    if command is None:
        return None
    [outcome] = await ledger.append([command])
    return receipt(command, outcome)
