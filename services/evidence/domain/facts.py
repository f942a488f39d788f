"""An event's body becomes an event to append: type, stream and owner follow from the one table of events."""

from services.evidence.domain.commands import NewEvent
from services.evidence.domain.errors import Invalid
from services.evidence.domain.plain_attempts import PlainAttempt
from shared.contracts.events import EVENTS, MAX_BODY, encode
from shared.contracts.values import Contract
from shared.ledger.identifiers import definitions_owner
from shared.ledger.instants import Instant


def new_event(
    tenant: str, event_id: str, body: Contract | PlainAttempt, *, occurred_at: Instant | None = None
) -> NewEvent:
    """The event whose contract `body` is an instance of.

    In the evidence ledger its body names the owner, in the definitions ledger it follows from the stream.
    Raises Invalid where the body's canonical bytes are more than a record may carry.
    """
    if isinstance(body, PlainAttempt):
        name, stored = "AttemptRecorded", body.canonical()
    else:
        name, stored = type(body).__name__, encode(body)
    contract = EVENTS[name]
    stream = contract.stream(body, event_id)
    if len(stored) > MAX_BODY:
        raise Invalid(f"The body may have at most {MAX_BODY} bytes; this one has {len(stored)}.", field="/body")
    owner: str = definitions_owner(tenant, stream) if contract.owner is None else getattr(body, contract.owner)
    return NewEvent(
        id=event_id,
        type=contract.type,
        schema=contract.schema,
        owner=owner,
        stream=stream,
        occurred_at=occurred_at,
        body=stored,
        closes=contract.closes,
    )
