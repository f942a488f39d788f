"""The routes of signing in and out."""

import secrets
from datetime import tzinfo
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from services.gateway.domain.sessions import RANDOM_BYTES, csrf_token, is_secret, secret_text
from services.gateway.domain.sign_in import (
    IssuerUnavailableError,
    NoAccountError,
    Question,
    SignInRefusedError,
)
from services.gateway.flows.begin_sign_in import Wish, begin_sign_in
from services.gateway.flows.end_sign_in import Answer, end_sign_in
from services.gateway.http.cookies import (
    OF_A_VISIT,
    SEMINAR,
    SESSION,
    SIGN_IN,
    given_cookie,
    removed,
    session_cookie,
    sign_in_cookie,
)
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import reader_of
from services.gateway.http.visitors import CSRF_HEADER, Visitors
from services.gateway.ports import Sessions, SigningIn
from shared.ledger.instants import instant_text
from shared.runtime.clock import Clock
from shared.runtime.documents import refusals
from shared.runtime.problems import Problem, not_found

CSRF_FIELD = "csrf_token"
"""As `pages/templates/base.html` names it."""

KIOSK = "/vote?kiosk=1"
"""Where people vote one after another on one device, which must not be one on which somebody is signed in."""

_Parameter = Annotated[str | None, Query(max_length=4096)]


class SessionInfo(BaseModel):
    """Whose session it is. A page sends `csrf_token` as `X-CSRF-Token` with whatever changes something."""

    model_config = ConfigDict(frozen=True)

    person: str
    csrf_token: str
    expires_at: str


def sign_in_routes(world: SigningIn, clock: Clock, zone: tzinfo) -> APIRouter:
    router = APIRouter()

    @router.get(
        "/sign-in", summary="Sign in at the district's issuer", response_class=RedirectResponse, status_code=303
    )
    async def begin(request: Request, return_to: _Parameter = None, login_hint: _Parameter = None) -> Response:
        """Leads a browser to the issuer, and from there to `return_to`, a path of this address."""
        browser = given_cookie(request.scope, SIGN_IN)
        if browser is None or not is_secret(browser):
            browser = _secret()
        try:
            url = await begin_sign_in(Wish(return_to, login_hint), Question(browser, _secret()), world, clock())
        except IssuerUnavailableError as error:
            return _refused(request, zone, error, 503)
        return _redirected(url, sign_in_cookie(browser))

    @router.get(
        "/sign-in/callback", summary="Come back from the issuer", response_class=RedirectResponse, status_code=303
    )
    async def end(
        request: Request, code: _Parameter = None, state: _Parameter = None, iss: _Parameter = None
    ) -> Response:
        """For the issuer alone. Opens a session and leads on, or says why not."""
        before = given_cookie(request.scope, SESSION)
        answer = Answer(given_cookie(request.scope, SIGN_IN), state, code, iss, before)
        try:
            signed_in = await end_sign_in(answer, secrets.token_bytes(RANDOM_BYTES), world, clock())
        except NoAccountError as error:
            return _with_cookies(_refused(request, zone, error, 403), removed(SESSION))
        except SignInRefusedError as error:
            return _refused(request, zone, error, 400)
        except IssuerUnavailableError as error:
            return _refused(request, zone, error, 503)
        return _redirected(signed_in.return_to, session_cookie(signed_in.session), removed(SIGN_IN))

    return router


def session_routes(sessions: Sessions, visitors: Visitors, zone: tzinfo) -> APIRouter:
    router = APIRouter()

    @router.post("/sign-out", summary="Sign out", response_class=HTMLResponse)
    async def sign_out(request: Request) -> Response:
        """Ends the session for good. A form sends `csrf_token`, a program the header `X-CSRF-Token`.

        A browser on which a seminar lies that was not sent is asked first, for it is removed with the names in it.
        """
        known = await visitors.known(request.scope)
        try:
            if known is None:  # another site's form brings no session, and must not clear what a device keeps
                visitors.check_origin(request.scope)
            else:
                visitors.check_own_page(request.scope, known[1], await _csrf_token(request))
        except Problem:
            return page("not_signed_out.html", reader_of(request, zone, None), status=403)
        votes = await _field(request, "then") == "kiosk"
        if given_cookie(request.scope, SEMINAR) and await _field(request, "remove") != "seminar":
            csrf = "" if known is None else csrf_token(known[1])
            return page("seminar/waits.html", reader_of(request, zone, None), status=409, csrf=csrf, votes=votes)
        if known is not None:
            await sessions.end(known[0].digest)
        left = RedirectResponse(KIOSK, 303) if votes else page("signed_out.html", reader_of(request, zone, None))
        answer = _with_cookies(left, *(removed(name) for name in OF_A_VISIT))
        answer.headers["Clear-Site-Data"] = '"storage"'  # a seminar that was not sent has names in it
        return answer

    @router.get(
        "/v1/session", summary="Whose session this is", responses=refusals({404: "An access token is no session."})
    )
    async def session(request: Request) -> SessionInfo:
        """404 where the request brings an access token instead of a session's cookie."""
        known = await visitors.known(request.scope)
        if known is None:
            raise not_found("session")
        return SessionInfo(
            person=known[0].person, csrf_token=csrf_token(known[1]), expires_at=instant_text(known[0].expires_at)
        )

    return router


async def _csrf_token(request: Request) -> str | None:
    """The CSRF token of a form, or of the header."""
    header = request.headers.get(CSRF_HEADER.decode())
    return await _field(request, CSRF_FIELD) if header is None else header


async def _field(request: Request, name: str) -> str | None:
    """A field of a form; None where there is none, or it is no form."""
    try:
        fields = parse_qs((await request.body()).decode("ascii"), max_num_fields=10)
    except ValueError:
        return None
    return next(iter(fields.get(name, [])), None)


def _secret() -> str:
    return secret_text(secrets.token_bytes(RANDOM_BYTES))


def _refused(
    request: Request, zone: tzinfo, error: SignInRefusedError | IssuerUnavailableError, status: int
) -> Response:
    why = type(error).__name__
    return page("sign_in_refused.html", reader_of(request, zone, None), status=status, why=why, error=error)


def _redirected(url: str, *cookies: str) -> Response:
    return _with_cookies(RedirectResponse(url, 303, headers={"Referrer-Policy": "no-referrer"}), *cookies)


def _with_cookies(response: Response, *cookies: str) -> Response:
    for cookie in cookies:
        response.headers.append("Set-Cookie", cookie)
    return response
