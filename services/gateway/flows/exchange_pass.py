"""Sign in with a pass: it becomes an access token of the panelist that it is of, which never outlives it."""

from services.gateway.domain.passes import Pass
from services.gateway.domain.personal_tokens import token_digest
from services.gateway.ports import MintsAccessTokens, PassKeeping
from shared.ledger.instants import Instant
from shared.runtime.problems import unauthenticated
from shared.runtime.tokens import ACCESS_LIFE


async def exchange_pass(text: str, passes: PassKeeping, access: MintsAccessTokens, now: Instant) -> tuple[str, int]:
    """A new access token, and the seconds that it lives. Raises as `valid_pass` does."""
    kept = await valid_pass(text, passes, now)
    life = min(ACCESS_LIFE, max(1, (kept.ends_at - now) // 1000))
    return access.mint(kept.person, life=life), life


async def valid_pass(text: str, passes: PassKeeping, now: Instant) -> Pass:
    """The pass of this text.

    Raises `problems.unauthenticated` where the pass is unknown, revoked or over, where its person is dismissed or her
    appointment over, and where she has come to be anything in the district beside a panelist: a pass lets nobody in who
    could sign in otherwise. Raises `problems.unavailable` where that is not known.
    """
    kept = await passes.passes.use(token_digest(text), now)
    if (
        kept is None
        or not await passes.panels.sits(kept.person, kept.exhibition)
        or await passes.relations.has_any_relation(kept.person)
    ):
        raise unauthenticated("Send the header 'Authorization: Bearer' with a pass that is neither revoked nor over.")
    return kept
