"""An issuer that answers whatever a test wants: every way in which a token can be wrong."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.local.ports import LOOPBACK, free_port
from tests.support.browser import query_of

_KEY = RSAKey.generate_key(2048)
"""Of every such issuer at first: making one takes a while."""


class Lax(JWSRegistry):
    """Signs by any algorithm, with any header."""

    def __init__(self) -> None:
        super().__init__(strict_check_header=False)

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]

    def check_header(self, header: Any) -> None:
        """Anything goes."""


@dataclass
class HostileIssuer:
    """`key` signs and `published` are shown; `token` makes the id token of the right claims, `metadata` changes what it
    says of itself, and `token_answer` is what the token door answers where it is not None.
    """

    client: str = "ascertain"
    port: int = field(default_factory=free_port)
    key: RSAKey | OKPKey | ECKey = field(default_factory=lambda: _KEY)
    kid: str | None = "first"
    published: list[dict[str, Any]] | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    token: Callable[[dict[str, Any]], str] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    token_answer: Response | None = None
    nonce: str = ""
    exchanged: list[dict[str, str]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    keys_read: int = 0

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def asked(self, url: str) -> str:
        """Take the question at `url` as asked; its state."""
        question = query_of(url)
        self.nonce = question["nonce"]
        return question["state"]

    def jwk(self, **more: Any) -> dict[str, Any]:
        named = {} if self.kid is None else {"kid": self.kid}
        return {**self.key.as_dict(private=False), **named, **more}

    def right_claims(self) -> dict[str, Any]:
        now = int(time.time())
        right = {"iss": self.url, "sub": "someone", "aud": self.client, "iat": now, "exp": now + 300}
        changed = {**right, "nonce": self.nonce, **self.claims}
        return {name: value for name, value in changed.items() if value is not None}

    def signed(self, claims: dict[str, Any], algorithm: str = "RS256", key: Any = None, **header: Any) -> str:
        import msgspec  # noqa: PLC0415 - beside its one use

        named = {} if self.kid is None else {"kid": self.kid}
        whole = {"alg": algorithm, **named, **header}
        return jws.serialize_compact(whole, msgspec.json.encode(claims), key or self.key, registry=Lax())

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._description),
                Route("/jwks", self._keys),
                Route("/token", self._exchange, methods=["POST"]),
            ]
        )

    async def _description(self, _request: Request) -> Response:
        doors = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        own = {"issuer": self.url} | {name: f"{self.url}/{door}" for name, door in doors.items()}
        return JSONResponse(own | self.metadata)

    async def _keys(self, _request: Request) -> Response:
        self.keys_read += 1
        return JSONResponse({"keys": [self.jwk()] if self.published is None else self.published})

    async def _exchange(self, request: Request) -> Response:
        self.authorizations.append(request.headers.get("authorization", ""))
        self.exchanged.append(query_of("?" + (await request.body()).decode()))
        if self.token_answer is not None:
            return self.token_answer
        claims = self.right_claims()
        token = self.signed(claims) if self.token is None else self.token(claims)
        return JSONResponse({"access_token": "unused", "token_type": "Bearer", "id_token": token})
