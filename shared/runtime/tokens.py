"""Tokens: who is calling. Access tokens for people, service tokens between services; both are JWTs signed by Ed25519.

| | access token | service token |
|---|---|---|
| `typ` | `at+jwt` | `service+jwt` |
| signed by | the gateway | the calling service (the gateway too), with its own key |
| `iss` | `urn:ascertain:{tenant}:gateway` | `urn:ascertain:{tenant}:{caller}` |
| `aud` | `urn:ascertain:{tenant}` | `urn:ascertain:{tenant}:{called}` |
| `sub` | the person's id | the calling service's actor id |
| lives | 5 min | 60 s |

Rights are never in a token: they come from relations (`shared.runtime.access`). A verifier takes one algorithm, keys
from one folder, and a header of exactly `alg`, `kid` and `typ`: whatever else a header may ask for (`jku`, `jwk`,
`x5u`, `crit`, `b64`) is refused before anything is done with it, so no key or URL of a stranger is ever looked at.
"""

import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, NoReturn, TypeAlias

import msgspec
import structlog
from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jws, jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter, is_str
from joserfc.util import urlsafe_b64decode

from shared.ledger.identifiers import is_id, service_actor
from shared.runtime.keys import ISSUERS, SigningKey, read_public
from shared.runtime.problems import unauthenticated

ALGORITHM = "EdDSA"
ACCESS_TYPE, SERVICE_TYPE = "at+jwt", "service+jwt"
ACCESS_LIFE, SERVICE_LIFE = 300, 60
"""Seconds that a token is good for."""

MAX_TOKEN = 2048
"""Characters of a token at most; ours have about 500."""

LEEWAY = 5
"""Seconds that another machine's clock may be ahead. The end of a token's life has no leeway."""

REREAD_AFTER = 3.0
"""Seconds between two readings of the folder of keys, however many unknown keys are named."""

MAX_REMEMBERED = 20_000

Clock: TypeAlias = Callable[[], float]
"""Seconds since the epoch."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling. `id` is the person's id, or the actor id of the service named `service`."""

    id: str
    kind: Literal["person", "service"]
    service: str | None = None


class _OnlyEdDSA(JWSRegistry):
    """Knows one algorithm and three members of a header.

    The family's name is what other libraries understand; joserfc warns of it (RFC 9864), for it could also mean
    Ed448. Ours cannot: `shared.runtime.keys` takes keys of one curve only.
    """

    default_header_registry = {  # noqa: RUF012 - as declared by joserfc
        "alg": HeaderParameter("Algorithm", is_str, required=True),
        "kid": HeaderParameter("Key", is_str, required=True),
        "typ": HeaderParameter("Type", is_str, required=True),
    }

    def get_alg(self, name: str) -> jws.JWSAlgModel:  # type: ignore[name-defined]
        if name != ALGORITHM:
            raise UnsupportedAlgorithmError(f"Only {ALGORITHM} is taken here")
        return self.algorithms[ALGORITHM]


_REGISTRY = _OnlyEdDSA()


class _Header(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    alg: Literal["EdDSA"]
    kid: str
    typ: str


class _Claims(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    iss: str
    sub: str
    aud: str
    exp: int
    iat: int
    jti: str
    nbf: int = 0


def _minted(key: SigningKey, typ: str, *, iss: str, sub: str, aud: str, now: int, life: int) -> str:  # noqa: PLR0913
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": typ}
    claims = {"iss": iss, "sub": sub, "aud": aud, "iat": now, "exp": now + life, "jti": str(uuid.uuid4())}
    return jwt.encode(header, claims, key.key, registry=_REGISTRY)


class AccessTokens:
    """Mints people's access tokens. Only the gateway has the key for it."""

    def __init__(self, tenant: str, key: SigningKey, clock: Clock = time.time) -> None:
        self._issuer, self._audience = _name(tenant, "gateway"), _name(tenant)
        self._key, self._clock = key, clock

    def mint(self, person: str, *, life: int = ACCESS_LIFE) -> str:
        """A token with which `person` may call for the next 5 minutes, or for `life` seconds."""
        now, iss, aud = int(self._clock()), self._issuer, self._audience
        return _minted(self._key, ACCESS_TYPE, iss=iss, sub=person, aud=aud, now=now, life=life)


class ServiceTokens:
    """Mints the tokens with which the service `name` calls its peers; each is used for half of its life."""

    def __init__(self, tenant: str, name: str, key: SigningKey, clock: Clock = time.time) -> None:
        self._tenant, self._name, self._key, self._clock = tenant, name, key, clock
        self._minted: dict[str, tuple[str, float]] = {}

    def for_service(self, audience: str) -> str:
        """The token (without `Bearer`) for calls to the service named `audience`, such as `"evidence"`."""
        now = self._clock()
        token, minted_at = self._minted.get(audience, ("", float("-inf")))
        if not minted_at <= now < minted_at + SERVICE_LIFE / 2:  # also where the clock was put back since
            token = _minted(
                self._key,
                SERVICE_TYPE,
                iss=_name(self._tenant, self._name),
                sub=service_actor(self._tenant, self._name),
                aud=_name(self._tenant, audience),
                now=int(now),
                life=SERVICE_LIFE,
            )
            self._minted[audience] = token, now
        return token


class Verifier:
    """Says who a caller is, from the public keys in the folder `trusted`.

    What was found valid is remembered until it expires, so that a client's further calls cost one look-up.
    """

    def __init__(self, tenant: str, trusted: Path, clock: Clock = time.time) -> None:
        self._tenant, self._clock = tenant, clock
        self._keys = TrustedKeys(trusted)
        self._remembered: dict[tuple[str, str], tuple[Caller, int]] = {}

    def person(self, authorization: str | None) -> Caller:
        """The person whose access token this header brings. Raises `problems.unauthenticated` otherwise."""
        return self._caller(authorization, ACCESS_TYPE, _name(self._tenant), ACCESS_LIFE, ("gateway",))

    def service(self, authorization: str | None, *, audience: str) -> Caller:
        """The service whose token for the service `audience` (the one that asks) this header brings.

        Raises `problems.unauthenticated` otherwise; a person's token is none, nor is one for another service.
        """
        return self._caller(authorization, SERVICE_TYPE, _name(self._tenant, audience), SERVICE_LIFE, ISSUERS)

    def _caller(
        self, authorization: str | None, typ: str, audience: str, life: int, issuers: tuple[str, ...]
    ) -> Caller:
        token = _bearer(authorization)
        now = self._clock()
        known = self._remembered.get((audience, token))
        if known is not None and now < known[1]:
            return known[0]
        claims, issuer = self._verified(token, typ, issuers)
        if claims.iss != _name(self._tenant, issuer) or claims.aud != audience:
            _refuse()
        if now >= claims.exp:
            raise unauthenticated("The token has expired; a new one is had with POST /v1/tokens.")
        if max(claims.iat, claims.nbf) > now + LEEWAY or claims.exp > now + LEEWAY + life:
            _refuse()
        caller = self._named(claims.sub, issuer if typ == SERVICE_TYPE else None)
        self._remember((audience, token), caller, claims.exp, now)
        return caller

    def _verified(self, token: str, typ: str, issuers: tuple[str, ...]) -> tuple[_Claims, str]:
        """The claims of a token that one of the issuers signed, and which one did."""
        try:
            header = msgspec.json.decode(urlsafe_b64decode(token.partition(".")[0].encode("ascii")), type=_Header)
            found = self._keys.find(header.kid, issuers)
            if header.typ != typ or found is None:
                _refuse()
            issuer, key = found
            payload = jws.deserialize_compact(token, key, registry=_REGISTRY).payload
            return msgspec.json.decode(payload, type=_Claims), issuer
        except (JoseError, msgspec.MsgspecError, ValueError, RecursionError):
            _refuse()

    def _named(self, subject: str, service: str | None) -> Caller:
        if service is None:
            if not is_id(subject):
                _refuse()
            return Caller(subject, "person")
        if subject != service_actor(self._tenant, service):
            _refuse()
        return Caller(subject, "service", service)

    def _remember(self, place: tuple[str, str], caller: Caller, until: int, now: float) -> None:
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered = {key: known for key, known in self._remembered.items() if now < known[1]}
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[place] = caller, until


class TrustedKeys:
    """The public keys in a folder, by the issuer that the file's name names; read again when an unknown one is met."""

    def __init__(self, folder: Path, clock: Clock = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._keys: dict[str, dict[str, OKPKey]] = {}
        self._read_at: float | None = None

    def find(self, kid: str, issuers: tuple[str, ...]) -> tuple[str, OKPKey] | None:
        """The issuer among these that has a key of this name, and the key. `kid` is compared, never used as a path."""
        found = self._lookup(kid, issuers)
        if found is None and (self._read_at is None or self._clock() - self._read_at >= REREAD_AFTER):
            self._read()
            found = self._lookup(kid, issuers)
        return found

    def _lookup(self, kid: str, issuers: tuple[str, ...]) -> tuple[str, OKPKey] | None:
        return next(((issuer, keys[kid]) for issuer in issuers if kid in (keys := self._keys.get(issuer, {}))), None)

    def _read(self) -> None:
        self._read_at = self._clock()
        for issuer in ISSUERS:
            try:
                self._keys[issuer] = read_public(self._folder / f"{issuer}.jwks.json")
            except FileNotFoundError:
                self._keys.pop(issuer, None)  # a key that was taken away is no longer trusted
            except (OSError, ValueError) as error:
                _log.error("a file of public keys cannot be read", service=issuer, error=error)


Dependency: TypeAlias = Callable[..., Awaitable[Caller]]

_SCHEME = HTTPBearer(
    scheme_name="accessToken",
    bearerFormat="at+jwt",
    description="An access token, good for 5 minutes; `POST /v1/tokens` gives one for a personal token.",
    auto_error=False,
)


def person(verifier: Verifier) -> Dependency:
    """A FastAPI dependency: the person who calls. `caller: Annotated[Caller, Depends(person(verifier))]`."""

    async def calling(
        request: Request, _shown: Annotated[HTTPAuthorizationCredentials | None, Security(_SCHEME)]
    ) -> Caller:
        return verifier.person(request.headers.get("authorization"))

    return calling


def service(verifier: Verifier, audience: str) -> Dependency:
    """A FastAPI dependency for the doors of the service `audience`: the service that calls."""

    async def calling(request: Request) -> Caller:
        return verifier.service(request.headers.get("authorization"), audience=audience)

    return calling


def _name(tenant: str, service: str | None = None) -> str:
    return f"urn:ascertain:{tenant}" if service is None else f"urn:ascertain:{tenant}:{service}"


def _bearer(authorization: str | None) -> str:
    if not authorization:
        raise unauthenticated("Send the header 'Authorization: Bearer' with an access token.")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN:
        _refuse()
    return token


def _refuse() -> NoReturn:
    raise unauthenticated("The token is not valid here.")
