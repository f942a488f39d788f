"""The embedded issuer's doors: description, keys, the page to choose a person on, and the exchange of a code.

OpenID Connect Core 1.0, the code flow with PKCE (S256, always), one client with a secret and one redirect URI, RS256.
"""

import base64
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.local.issuer.grants import Grant, Grants, is_challenge
from deploy.local.issuer.page import choice, headers, refusal
from deploy.local.issuer.people import people_in

ALGORITHM = "RS256"
TOKEN_SECONDS = 300
MAX_BODY = 64 * 1024

_KEPT = ("client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge")
_KEPT_TOO = ("code_challenge_method", "login_hint")


@dataclass(frozen=True, slots=True)
class Client:
    """The one program that may ask here."""

    id: str
    secret: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Issuer:
    """What it is made of. `url` is its issuer identifier; `clock` gives seconds since the epoch."""

    url: str
    people: Path
    key: RSAKey
    client: Client
    grants: Grants = field(default_factory=Grants)
    clock: Callable[[], float] = time.time

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.description),
                Route("/jwks", self.keys),
                Route("/authorize", self.ask, methods=["GET"]),
                Route("/authorize", self.choose, methods=["POST"]),
                Route("/token", self.exchange, methods=["POST"]),
                Route("/health", self.health),
            ]
        )

    async def health(self, _request: Request) -> Response:
        return JSONResponse({"service": "issuer", "status": "ok", "roles": ["http"], "shards": {}, "quarantined": 0})

    async def description(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "scopes_supported": ["openid"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def keys(self, _request: Request) -> Response:
        public = {**self.key.as_dict(private=False), "kid": self.key.thumbprint(), "use": "sig", "alg": ALGORITHM}
        return JSONResponse({"keys": [public]})

    async def ask(self, request: Request) -> Response:
        """The page with the buttons."""
        asked = dict(request.query_params)
        refused = self._refused(request, asked)
        if refused is not None:
            return refused
        kept = {name: asked[name] for name in (*_KEPT, *_KEPT_TOO) if name in asked}
        return HTMLResponse(choice(people_in(self.people), kept), headers=headers(self.client.redirect_uri))

    async def choose(self, request: Request) -> Response:
        """Someone pressed a button: back to the client, with a code."""
        asked = await _form(request)
        refused = self._refused(request, asked)
        if refused is not None:
            return refused
        subject = asked.get("subject", "")
        if subject not in {person.subject for person in people_in(self.people)}:
            return self._back(asked, error="access_denied")
        grant = Grant(subject, asked["redirect_uri"], asked.get("nonce"), asked["code_challenge"])
        return self._back(asked, code=self.grants.give(grant))

    async def exchange(self, request: Request) -> Response:
        """An id token for a code."""
        asked = await _form(request)
        if not self._is_client(request.headers.get("authorization"), asked):
            return _error("invalid_client", 401)
        if asked.get("grant_type") != "authorization_code":
            return _error("unsupported_grant_type")
        wanted = (asked.get("code", ""), asked.get("redirect_uri", ""), asked.get("code_verifier", ""))
        grant = self.grants.redeem(*wanted)
        if grant is None:
            return _error("invalid_grant")
        answer = {"access_token": secrets.token_urlsafe(32), "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return JSONResponse(answer | {"id_token": self._id_token(grant)}, headers={"Cache-Control": "no-store"})

    def _id_token(self, grant: Grant) -> str:
        now = int(self.clock())
        claims: dict[str, Any] = {
            "iss": self.url,
            "sub": grant.subject,
            "aud": self.client.id,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
        }
        if grant.nonce is not None:
            claims["nonce"] = grant.nonce
        return jwt.encode({"alg": ALGORITHM, "kid": self.key.thumbprint(), "typ": "JWT"}, claims, self.key)

    def _refused(self, request: Request, asked: Mapping[str, str]) -> Response | None:
        """What is answered to a request that is not right. Nobody is sent anywhere but to the client's own address."""
        if request.headers.get("host") != urlsplit(self.url).netloc:  # another name led here: not a page of ours
            return _stays("This address is not of this issuer.")
        if asked.get("client_id") != self.client.id or asked.get("redirect_uri") != self.client.redirect_uri:
            return _stays("This client is not known here, or may not be answered at that address.")
        wrong = _wrong(asked)
        return None if wrong is None else self._back(asked, error=wrong)

    def _back(self, asked: Mapping[str, str], **answer: str) -> Response:
        given = {"state": asked["state"]} if "state" in asked else {}
        query = urlencode(answer | given | {"iss": self.url})
        return RedirectResponse(f"{self.client.redirect_uri}?{query}", 303, headers={"Referrer-Policy": "no-referrer"})

    def _is_client(self, authorization: str | None, asked: Mapping[str, str]) -> bool:
        name, secret = _basic(authorization) or (asked.get("client_id", ""), asked.get("client_secret", ""))
        return hmac.compare_digest(name.encode(), self.client.id.encode()) and hmac.compare_digest(
            secret.encode(), self.client.secret.encode()
        )


def _wrong(asked: Mapping[str, str]) -> str | None:
    """What is wrong with a known client's request, in the words of RFC 6749; None where nothing is."""
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in asked.get("scope", "").split():
        return "invalid_scope"
    if asked.get("code_challenge_method") != "S256" or not is_challenge(asked.get("code_challenge", "")):
        return "invalid_request"
    return None


def _basic(authorization: str | None) -> tuple[str, str] | None:
    """The name and the secret that a header brings (RFC 6749, 2.3.1)."""
    scheme, _, words = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(words, validate=True).decode().partition(":")
    except ValueError:
        return None
    return unquote_plus(name), unquote_plus(secret)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; one that stands twice counts as none, so that no two readings of it differ."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            return {}
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return {}
    names = [name for name, _ in pairs]
    return {name: value for name, value in pairs if names.count(name) == 1}


def _stays(sentence: str) -> Response:
    return HTMLResponse(refusal(sentence), 400, headers=headers(None))


def _error(code: str, status: int = 400) -> Response:
    more = {"WWW-Authenticate": "Basic"} if status == 401 else {}
    return JSONResponse({"error": code}, status, headers={"Cache-Control": "no-store", **more})
