"""Send a browser to the issuer to sign in."""

from dataclasses import dataclass

from services.gateway.domain.sign_in import Question, login_hint, own_path
from services.gateway.ports import SigningIn
from shared.ledger.instants import Instant


@dataclass(frozen=True, slots=True)
class Wish:
    """Where the browser wants to go once it is signed in, and who will probably sign in; both as they were asked."""

    return_to: str | None
    hint: str | None


async def begin_sign_in(wish: Wish, question: Question, world: SigningIn, now: Instant) -> str:
    """The issuer's URL for this sign-in, which is noted as under way.

    Raises IssuerUnavailableError, with nothing noted.
    """
    url = await world.issuer.sign_in_url(question, login_hint(wish.hint))
    await world.attempts.add(question.attempt(own_path(wish.return_to), now))
    return url
