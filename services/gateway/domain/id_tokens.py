"""What an id token must say before anyone is signed in by it (OpenID Connect Core, 3.1.3.7). Pure.

The signature is checked before, by `services.gateway.oidc`; here are the claims.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.gateway.domain.accounts import MAX_SUBJECT
from services.gateway.domain.sign_in import ATTEMPT_LIFE
from shared.ledger.instants import Instant

SKEW: Instant = 60_000
"""Milliseconds that the issuer's clock may differ from ours. The end of a token's life has no such room."""

MAX_AGE: Instant = ATTEMPT_LIFE + SKEW
"""Milliseconds since a token was made: it is fetched at the end of a sign-in, so it cannot be older than that."""

_FAR_AWAY = 10**11
"""Seconds since the epoch beyond which a moment is none."""


class RefusedTokenError(Exception):
    """The token signs nobody in. The text says which check failed; it quotes nothing of the token."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token is checked against: of which issuer, for which client, asked for with which nonce."""

    issuer: str
    client: str
    nonce: str


def subject_of(claims: Mapping[str, Any], expected: Expected, now: Instant) -> str:
    """Whom a token with these claims signs in. Raises RefusedTokenError where any check fails."""
    _require(claims.get("iss") == expected.issuer, "it is of another issuer")
    _check_audience(claims, expected.client)
    nonce = claims.get("nonce")
    _require(isinstance(nonce, str) and hmac.compare_digest(nonce.encode(), expected.nonce.encode()), "another nonce")
    _check_times(claims, now)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT or not subject.isprintable():
        raise RefusedTokenError("it names no subject")
    return subject


def _check_audience(claims: Mapping[str, Any], client: str) -> None:
    """We are among those whom it is for; where there are others, it was we who asked for it."""
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    _require(client in named, "it is for another audience")
    _require(len(named) == 1 or "azp" in claims, "it is for several, and does not say who asked for it")
    _require("azp" not in claims or claims["azp"] == client, "another party asked for it")


def _check_times(claims: Mapping[str, Any], now: Instant) -> None:
    issued, ends = _moment(claims, "iat"), _moment(claims, "exp")
    _require(now < ends, "it has expired")
    _require(now - MAX_AGE <= issued <= now + SKEW, "it was not made just now")
    _require("nbf" not in claims or _moment(claims, "nbf") <= now + SKEW, "it does not hold yet")


def _moment(claims: Mapping[str, Any], name: str) -> Instant:
    """A claim in seconds, which may have a fraction, as an instant rounded down."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _FAR_AWAY:
        raise RefusedTokenError(f"its {name} is no moment")
    return int(value * 1000)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise RefusedTokenError(what)
