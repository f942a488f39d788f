"""Passes: secrets by which a panelist without an account signs in for one exhibition. Only a digest of one is kept."""

from dataclasses import dataclass

from services.gateway.domain.personal_tokens import token_text
from shared.ledger.instants import Instant

PREFIX = "ascx_"
"""Marks a text as one of ours, and tells it from a personal token."""

MAX_LIFE: Instant = 366 * 86_400_000
"""Milliseconds that a pass may live at most."""

MAX_LIVE = 500
"""Passes of an exhibition that are not revoked and not over, at most."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What is known of one: everything but itself."""

    id: str
    exhibition: str
    person: str
    made_by: str
    created_at: Instant
    ends_at: Instant
    last_used_at: Instant | None = None
    revoked_at: Instant | None = None


def pass_text(random: bytes) -> str:
    """The pass made of these random bytes, as it is shown once. Raises ValueError where they are too few."""
    return PREFIX + token_text(random).partition("_")[2]


def presented_pass(authorization: str | None) -> str | None:
    """The pass that an `Authorization` header brings; None where it brings none."""
    scheme, _, text = (authorization or "").partition(" ")
    fits = scheme.lower() == "bearer" and text.startswith(PREFIX) and len(text) <= 100 and text.isascii()
    return text if fits else None


def end_of(asked: Instant | None, appointed_until: Instant | None, now: Instant) -> Instant | None:
    """When a pass ends: when it is asked to, but no later than its panelist's appointment; None where that is never, is
    over, or is further ahead than a pass may live.
    """
    given = [end for end in (asked, appointed_until) if end is not None]
    if not given or not now < min(given) <= now + MAX_LIFE:
        return None
    return min(given)
