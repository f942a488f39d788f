"""The digest by which a repeated command of several events is known to be the same (DESIGN §2.6, §11)."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.ledger.canonical import canonical
from shared.ledger.identifiers import digest
from shared.ledger.instants import Instant, instant_text


@dataclass(frozen=True, slots=True)
class RequestedEvent:
    """What of an event makes a request the same request. `occurred_at` is None where the client said none."""

    type: str
    owner: str
    stream: str
    occurred_at: Instant | None
    body_digest: str


def request_digest(events: Iterable[RequestedEvent]) -> str:
    """SHA-256 of RFC 8785 `[[type, owner, stream, occurred_at or null, body_digest] …]`, in command order."""
    return digest(
        canonical(
            [
                [
                    event.type,
                    event.owner,
                    event.stream,
                    None if event.occurred_at is None else instant_text(event.occurred_at),
                    event.body_digest,
                ]
                for event in events
            ]
        )
    )
