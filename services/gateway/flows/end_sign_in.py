"""Take the issuer's answer, and open a session for whom it names."""

import hmac
from dataclasses import dataclass

from services.gateway.domain.sessions import is_secret, secret_digest, secret_text
from services.gateway.domain.sign_in import (
    DeclinedError,
    InvalidAnswerError,
    NoAccountError,
    Question,
    StaleSignInError,
)
from services.gateway.ports import Attempts, SigningIn
from shared.ledger.instants import Instant


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser brings back. `browser` is its own secret, `session` the session that it had before, if any."""

    browser: str | None
    state: str | None
    code: str | None
    issuer: str | None
    session: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session, and where its browser wanted to go."""

    session: str
    return_to: str


async def end_sign_in(answer: Answer, random: bytes, world: SigningIn, now: Instant) -> SignedIn:
    """The session made of `random`, always a new one; whatever the browser had before has ended.

    The sign-in is over with this, however it ends. Raises SignInRefusedError and what is below it, and
    IssuerUnavailableError.
    """
    question, return_to = await _asked(answer, world.attempts, now)
    issuer = world.issuer
    if answer.issuer is not None and not hmac.compare_digest(answer.issuer.encode(), issuer.name.encode()):
        raise InvalidAnswerError("another issuer answers")  # RFC 9207: what one issuer gave is not told another
    if answer.code is None:
        raise DeclinedError
    subject = await issuer.subject(answer.code, question, now)
    session = secret_text(random)
    if answer.session is not None:
        await world.sessions.end(secret_digest(answer.session))
    if not await world.sessions.begin(secret_digest(session), issuer.name, subject, now):
        raise NoAccountError(issuer.name, subject)
    return SignedIn(session, return_to)


async def _asked(answer: Answer, attempts: Attempts, now: Instant) -> tuple[Question, str]:
    """The question that this answers and where it leads. It is taken out, so nothing answers it twice."""
    browser, state = answer.browser, answer.state
    if browser is None or state is None or not is_secret(browser) or not is_secret(state):
        raise StaleSignInError
    attempt = await attempts.take(secret_digest(state), secret_digest(browser))
    if attempt is None or not attempt.is_live(now):
        raise StaleSignInError
    return Question(browser, state), attempt.return_to
