"""A sign-in under way: what ties the issuer's answer to the browser that asked, and to that one question. Pure.

The browser holds a secret of its own in a cookie for as long as it signs in. State, nonce and PKCE verifier: the
state is random, and the other two are derived from the browser's secret and the state. So the answer fits only in the
browser that asked, each question has its own, and what is stored (digests) helps nobody to answer in its place.
"""

import re
from dataclasses import dataclass

from services.gateway.domain.sessions import derived, secret_digest
from shared.ledger.instants import Instant

ATTEMPT_LIFE: Instant = 10 * 60 * 1000
"""Milliseconds that a person has to sign in at the issuer."""

HOME = "/"

_SEGMENT = r"(?!\.{1,2}(?:[/?]|\Z))[A-Za-z0-9_~.-]+"
_OWN_PATH = re.compile(rf"/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?(?:\?[A-Za-z0-9_~.%/&=:,+-]*)?", re.ASCII)
_MAX_PATH = 512
_HINT = re.compile(r"[A-Za-z0-9_.@:+-]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is kept of a sign-in under way."""

    state_digest: str
    browser_digest: str
    return_to: str
    started_at: Instant

    def is_live(self, now: Instant) -> bool:
        return self.started_at <= now < self.started_at + ATTEMPT_LIFE


@dataclass(frozen=True, slots=True)
class Question:
    """The secrets of one sign-in, as the browser's own secret and the state make them."""

    browser: str
    state: str

    @property
    def nonce(self) -> str:
        """Comes back within the id token: it was made for this sign-in and no other."""
        return derived(self.browser, "nonce", self.state)

    @property
    def verifier(self) -> str:
        """PKCE (RFC 7636): a stolen code is worth nothing without it. 43 characters, as it asks for at least."""
        return derived(self.browser, "verifier", self.state)

    def attempt(self, return_to: str, now: Instant) -> Attempt:
        return Attempt(secret_digest(self.state), secret_digest(self.browser), return_to, now)


def own_path(asked: str | None) -> str:
    """Where to go after the sign-in: `asked` if it is plainly a path of ours, else the landing page.

    A second slash or a backslash at its front would make another host of it, so there is none, nor a segment (`.`,
    `..`, an empty or an escaped one) that could leave one there once somebody has tidied it; signing in again would
    lead in a circle.
    """
    fits = asked is not None and len(asked) <= _MAX_PATH and _OWN_PATH.fullmatch(asked) is not None
    return asked if asked is not None and fits and not asked.startswith("/sign-in") else HOME


def login_hint(asked: str | None) -> str | None:
    """The hint for the issuer who will sign in, where it is a plain one."""
    return asked if asked is not None and _HINT.fullmatch(asked) else None


class SignInRefusedError(Exception):
    """Nobody is signed in. The tree below says why; a person is told in the words of `pages`."""


class StaleSignInError(SignInRefusedError):
    """No such sign-in is under way in this browser: it took too long, was ended before, or was begun elsewhere."""


class DeclinedError(SignInRefusedError):
    """The issuer did not sign the person in."""


class InvalidAnswerError(SignInRefusedError):
    """What the issuer answered does not pass the checks. The text says which one, and quotes nothing."""


class NoAccountError(SignInRefusedError):
    """The issuer knows who it is, and we do not."""

    def __init__(self, issuer: str, subject: str) -> None:
        super().__init__("no account")
        self.issuer, self.subject = issuer, subject


class IssuerUnavailableError(Exception):
    """The issuer does not answer, or not in a way that makes sense."""


class NoIssuerError(IssuerUnavailableError):
    """No issuer is set up here."""
