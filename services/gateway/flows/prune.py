"""Throw away what can do nothing any more."""

from services.gateway.domain.sessions import IDLE, LIFE
from services.gateway.domain.sign_in import ATTEMPT_LIFE
from services.gateway.ports import Leftovers
from shared.ledger.instants import Instant

KEPT_REVOKED: Instant = 90 * 24 * 60 * 60 * 1000
"""Milliseconds for which a revoked personal token can still be seen by its owner."""


async def prune(leftovers: Leftovers, now: Instant) -> int:
    """Remove ended sessions, sign-ins that nobody ended, and personal tokens revoked long ago. How many in all."""
    return (
        await leftovers.remove_sessions(begun_before=now - LIFE, unused_since=now - IDLE)
        + await leftovers.remove_attempts(begun_before=now - ATTEMPT_LIFE)
        + await leftovers.remove_revoked_tokens(revoked_before=now - KEPT_REVOKED)
    )
