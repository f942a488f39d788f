"""Sign in: a personal token becomes an access token, which every service takes for five minutes."""

from services.gateway.domain.personal_tokens import presented_token, token_digest
from services.gateway.ports import MintsAccessTokens, PersonalTokens
from shared.ledger.instants import Instant
from shared.runtime.problems import unauthenticated


async def exchange_token(
    authorization: str | None, tokens: PersonalTokens, access: MintsAccessTokens, now: Instant
) -> str:
    """A new access token of whoever the personal token in this header is of.

    Raises `problems.unauthenticated` where it is none, an unknown one or a revoked one: the answers look the same.
    """
    text = presented_token(authorization)
    person = await tokens.use(token_digest(text), now) if text is not None else None
    if person is None:
        raise unauthenticated("Send the header 'Authorization: Bearer' with a personal token that is not revoked.")
    return access.mint(person)
