"""Take a personal token back."""

from services.gateway.ports import PersonalTokens
from shared.ledger.instants import Instant
from shared.runtime.problems import not_found


async def revoke_personal_token(person: str, id_: str, tokens: PersonalTokens, now: Instant) -> None:
    """From now on it gives no access token; those that it gave end within five minutes. Repeatable.

    Raises `problems.not_found` where the person has no such token, also where someone else does.
    """
    if not await tokens.revoke(person, id_, now):
        raise not_found("personal token")
