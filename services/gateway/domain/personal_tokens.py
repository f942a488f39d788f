"""Personal tokens: long-lived secrets with which a person's own programs sign in. Only a digest of one is ever kept."""

import base64
from dataclasses import dataclass

from shared.ledger.identifiers import digest
from shared.ledger.instants import Instant

PREFIX = "ascp_"
"""Marks a text as one of ours, for people and for scanners that look for leaked secrets."""

RANDOM_BYTES = 32
MAX_LIVE = 100
"""Personal tokens a person may have at a time."""


@dataclass(frozen=True, slots=True)
class PersonalToken:
    """What is known of one: everything but itself."""

    id: str
    person: str
    label: str
    created_at: Instant
    last_used_at: Instant | None = None
    revoked_at: Instant | None = None


def token_text(random: bytes) -> str:
    """The token made of these random bytes, as it is shown once. Raises ValueError where they are too few."""
    if len(random) < RANDOM_BYTES:
        raise ValueError(f"A personal token needs {RANDOM_BYTES} random bytes.")
    return PREFIX + base64.urlsafe_b64encode(random).rstrip(b"=").decode()


def token_digest(text: str) -> str:
    """What is stored of a token. Enough to know it again; a token is as random as its digest, so no salt is needed."""
    return digest(text.encode())


def presented_token(authorization: str | None) -> str | None:
    """The personal token that an `Authorization` header brings; None where it brings none."""
    scheme, _, text = (authorization or "").partition(" ")
    fits = scheme.lower() == "bearer" and text.startswith(PREFIX) and len(text) <= 100 and text.isascii()
    return text if fits else None
