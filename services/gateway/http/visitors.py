"""Who is behind a session's cookie, and whether a request with it comes from a page of ours."""

from dataclasses import dataclass
from typing import NoReturn, cast
from urllib.parse import urlsplit

from starlette.types import Scope

from services.gateway.domain.sessions import Session, csrf_token, is_csrf_token
from services.gateway.flows.resume_session import resume_session
from services.gateway.http.cookies import SESSION, given_cookie
from services.gateway.ports import MintsAccessTokens, Sessions
from shared.runtime.clock import Clock
from shared.runtime.problems import Problem, unauthenticated, unavailable
from shared.runtime.tokens import ACCESS_LIFE
from shared.runtime.trouble import is_trouble

SAFE = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""

CSRF_HEADER = b"x-csrf-token"

RENEW = ACCESS_LIFE * 1000 // 2
"""Milliseconds for which a session's access token is used again."""

MAX_REMEMBERED = 10_000

_KNOWN = "ascertain.session"
"""In a request's scope: whose it is, once that was asked of the database."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in: who, her session's CSRF token, and the `Authorization` that services know her by."""

    person: str
    csrf: str
    authorization: str


class Visitors:
    """Knows browsers by their sessions. `origin` is where our pages are, as a browser writes it in `Origin`."""

    def __init__(self, sessions: Sessions, access: MintsAccessTokens, clock: Clock, public_url: str) -> None:
        self._sessions, self._access, self._clock = sessions, access, clock
        parts = urlsplit(public_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._minted: dict[str, tuple[str, int]] = {}

    async def known(self, scope: Scope) -> tuple[Session, str] | None:
        """The live session whose cookie this request brings, and the cookie's text.

        Asked of the database each time, so that a session that was ended is over at once. Raises
        `problems.unavailable` where the database does not answer.
        """
        text = given_cookie(scope, SESSION)
        if text is None:
            return None
        if _KNOWN in scope:  # the same request was asked for before
            return cast("tuple[Session, str] | None", scope[_KNOWN])
        try:
            session = await resume_session(text, self._sessions, self._clock())
        except Exception as error:
            if not is_trouble(error):
                raise
            raise unavailable("Who you are is not known at the moment; try again soon.", retry_after=2) from error
        scope[_KNOWN] = None if session is None else (session, text)
        return None if session is None else (session, text)

    async def authorization(self, scope: Scope) -> tuple[str, bytes]:
        """The person, and the `Authorization` with which services will know her.

        Raises `problems.unauthenticated` where there is no live session, and 403 where the request would change
        something and does not show that it comes from a page of ours.
        """
        known = await self.known(scope)
        if known is None:
            raise unauthenticated("Send the header 'Authorization: Bearer' with an access token, or sign in again.")
        session, text = known
        if scope["method"] not in SAFE:
            self.check_own_page(scope, text, _header(scope, CSRF_HEADER))
        return session.person, f"Bearer {self._token(session)}".encode()

    async def visitor(self, scope: Scope) -> Visitor | None:
        """Who looks at a page, if anyone is signed in. Raises `problems.unavailable` as `known` does."""
        known = await self.known(scope)
        if known is None:
            return None
        session, text = known
        return Visitor(session.person, csrf_token(text), f"Bearer {self._token(session)}")

    async def check_sent(self, scope: Scope, token: str | None) -> None:
        """`check_own_page` for the session that this request brings. Raises `problems.unavailable` as `known` does."""
        known = await self.known(scope)
        if known is not None:
            self.check_own_page(scope, known[1], token)

    def check_own_page(self, scope: Scope, session: str, token: str | None) -> None:
        """Raise 403 unless `token` is the session's CSRF token and, as far as it is told, the page was ours."""
        if token is None or not is_csrf_token(session, token):
            _refuse("Send the header 'X-CSRF-Token' with the token that GET /v1/session shows.")
        self.check_origin(scope)

    def check_origin(self, scope: Scope) -> None:
        """Raise 403 where the browser says that the request comes from a page elsewhere."""
        origin, site = _header(scope, b"origin"), _header(scope, b"sec-fetch-site")
        if origin not in (None, self._origin) or site not in (None, "same-origin"):
            _refuse("The request does not come from a page of this address.")

    def _token(self, session: Session) -> str:
        now = self._clock()
        token, until = self._minted.get(session.digest, ("", 0))
        if now >= until:
            if len(self._minted) >= MAX_REMEMBERED:
                self._minted.clear()
            token = self._access.mint(session.person)
            self._minted[session.digest] = token, now + RENEW
        return token


def _header(scope: Scope, name: bytes) -> str | None:
    """The header's value; None where there is none. Several are one that is never right."""
    found = [value.decode("latin-1") for header, value in scope["headers"] if header == name]
    return ", ".join(found) if found else None


def _refuse(detail: str) -> NoReturn:
    raise Problem(403, "cross-site", "This may come from another site.", detail)
