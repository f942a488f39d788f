"""Bodies of the copy's entries, read without trusting them."""

import json
from collections.abc import Mapping
from typing import Any

from shared.contracts.events import EVENTS, decode
from shared.contracts.upcasting import as_current
from shared.ledger.entry import Entry


def body_of(entry: Entry) -> Mapping[str, Any]:
    """The body, read fast: whether it keeps its contract is asked only where something is wrong."""
    try:
        body = json.loads(entry.body)
    except RecursionError as error:
        raise ValueError("The body is nested too deep.") from error
    body = as_current(entry, body)
    if not isinstance(body, dict):
        raise ValueError("A body must be an object.")  # noqa: TRY004 - one error for every malformed body
    return body


def keeps_its_contract(entry: Entry) -> bool:
    """Whether a projection can take the entry at all; where not, it holds back the owner's entries from there on."""
    contract = EVENTS.get(entry.event)
    try:
        return contract is not None and decode(entry, contract.body) is not None
    except ValueError:
        return False
