"""Give a person a personal token, which is shown this once."""

from services.gateway.domain.personal_tokens import MAX_LIVE, PersonalToken, token_digest, token_text
from services.gateway.ports import PersonalTokens
from shared.runtime.problems import conflict


async def make_personal_token(token: PersonalToken, random: bytes, tokens: PersonalTokens) -> str:
    """The text of the new token, made of `random`.

    Raises `problems.conflict` where the id is taken (a repeated request: the text cannot be shown again) and where
    the person has as many as one may have, and `problems.gone` where she is forgotten.
    """
    live = [known for known in await tokens.of_person(token.person) if known.revoked_at is None]
    if len(live) >= MAX_LIVE:
        raise conflict(f"A person may have {MAX_LIVE} personal tokens; revoke one that is no longer used.")
    text = token_text(random)
    if not await tokens.add(token, token_digest(text)):
        raise conflict(
            "This request has made a token already, and a token is shown only once; revoke it, and make another one"
            " with a new Idempotency-Key.",
            id=token.id,
        )
    return text
