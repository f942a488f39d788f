"""Whether an issuer signed a token, by its published keys and by algorithms that we choose.

A token's header says no more than which of those keys it was: whatever else it offers (`jku`, `jwk`, `x5u`, `x5c`) is
never looked at, and `crit` is refused. Secrets are no keys here, so a public key can never be taken for one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec
from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from services.gateway.domain.id_tokens import RefusedTokenError

Key: TypeAlias = RSAKey | ECKey | OKPKey

MAX_TOKEN = 16 * 1024
"""Characters of a token at most."""

MIN_RSA_BITS = 2048

_KINDS: Final[Mapping[str, type[Key]]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}

_ALGORITHMS: Final[Mapping[str, tuple[type[Key], str | None]]] = {
    "RS256": (RSAKey, None),
    "PS256": (RSAKey, None),
    "ES256": (ECKey, "P-256"),
    "EdDSA": (OKPKey, "Ed25519"),
}
"""What is taken, each with the kind of its key and its curve."""


class UnknownKeyError(Exception):
    """None of the known keys made this signature: it is forged, or the issuer has newer ones."""


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """One key of an issuer, with what its JWK says of its use."""

    key: Key
    kid: str | None
    algorithm: str | None


class _Pinned(JWSRegistry):
    def get_alg(self, name: str) -> jws.JWSAlgModel:  # type: ignore[name-defined]
        if name not in _ALGORITHMS:
            raise UnsupportedAlgorithmError("Not taken here")
        return self.algorithms[name]


_REGISTRY = _Pinned(strict_check_header=False)


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str | None = None
    crit: Any = None


def published_keys(document: object) -> tuple[PublishedKey, ...]:
    """The keys of a JWK set (RFC 7517) that may sign; others, and what is no key of a kind known here, are left out."""
    entries = document.get("keys") if isinstance(document, dict) else None
    found = (_published(entry) for entry in entries) if isinstance(entries, list) else ()
    return tuple(key for key in found if key is not None)


def signed_claims(token: str, keys: Iterable[PublishedKey]) -> Mapping[str, Any]:
    """The claims of a token that one of these keys signed.

    Raises UnknownKeyError where none of them did, and RefusedTokenError where no key could make it right.
    """
    header = _header(token)
    kind, curve = _ALGORITHMS[header.alg]
    fitting = [known for known in keys if _fits(known, header, kind, curve)]
    if header.kid is None and len(fitting) > 1:
        raise RefusedTokenError("it does not say which key signed it")
    if not fitting:
        raise UnknownKeyError
    try:
        payload = jws.deserialize_compact(token, fitting[0].key, registry=_REGISTRY).payload
        claims = msgspec.json.decode(payload)
    except (JoseError, ValueError) as error:
        raise UnknownKeyError from error
    except (msgspec.MsgspecError, RecursionError) as error:
        raise RefusedTokenError("it holds no claims") from error
    if not isinstance(claims, dict):
        raise RefusedTokenError("it holds no claims")
    return claims


def _header(token: str) -> _Header:
    if len(token) > MAX_TOKEN or token.count(".") != 2 or not token.isascii():
        raise RefusedTokenError("it is no signed token")
    try:
        header = msgspec.json.decode(urlsafe_b64decode(token.partition(".")[0].encode()), type=_Header)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RefusedTokenError("it is no signed token") from error
    if header.alg not in _ALGORITHMS or header.crit is not None:
        raise RefusedTokenError("it is signed in a way that is not taken here")
    return header


def _fits(known: PublishedKey, header: _Header, kind: type[Key], curve: str | None) -> bool:
    return (
        isinstance(known.key, kind)
        and (curve is None or getattr(known.key, "curve_name", None) == curve)
        and known.algorithm in (None, header.alg)
        and (header.kid is None or known.kid == header.kid)
    )


def _published(entry: object) -> PublishedKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    if not isinstance(entry.get("kty"), str) or entry["kty"] not in _KINDS:
        return None
    if "key_ops" in entry and "verify" not in entry["key_ops"]:
        return None
    public = {name: value for name, value in entry.items() if name not in ("use", "key_ops", "alg", "kid")}
    try:
        if entry["kty"] == "RSA" and _bits(entry["n"]) < MIN_RSA_BITS:
            return None
        key = _KINDS[entry["kty"]].import_key(public)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
    kid, algorithm = entry.get("kid"), entry.get("alg")
    return PublishedKey(key, kid if isinstance(kid, str) else None, algorithm if isinstance(algorithm, str) else None)


def _bits(modulus: str) -> int:
    return int.from_bytes(urlsafe_b64decode(modulus.encode())).bit_length()
