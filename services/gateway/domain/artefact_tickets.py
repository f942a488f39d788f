"""Tickets: with one a person has one file once, from an origin at which nothing else is known of her. Pure."""

from dataclasses import dataclass

from services.gateway.domain.sessions import secret_text
from shared.ledger.identifiers import digest
from shared.ledger.instants import Instant

LIFE: Instant = 60 * 1000
"""Milliseconds that a ticket is good for: as long as a browser takes to follow where it is sent."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is kept of one: everything but itself."""

    digest: str
    person: str
    ref: str
    ends_at: Instant


def new_ticket(person: str, ref: str, random: bytes, now: Instant) -> tuple[str, Ticket]:
    """The ticket's text, and what is kept of it. Raises ValueError where the random bytes are too few."""
    text = secret_text(random)
    return text, Ticket(ticket_digest(text), person, ref, now + LIFE)


def ticket_digest(text: str) -> str:
    return digest(text.encode())
