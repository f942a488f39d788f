"""Sessions: what a browser holds after a sign-in, how long it is good for, and what guards it against other sites.

A session is 32 random bytes in a cookie; only their digest is ever kept. Its CSRF token is derived from the same
bytes, so it belongs to this session alone, and there is nothing to store of it either. Pure.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from shared.ledger.identifiers import digest
from shared.ledger.instants import Instant

RANDOM_BYTES = 32
LIFE: Instant = 12 * 60 * 60 * 1000
IDLE: Instant = 60 * 60 * 1000
"""Milliseconds that a session lasts at most, and that it may go unused."""

TOUCH: Instant = 60 * 1000
"""Milliseconds for which the note of a session's last use is good enough; so a busy one is not written each time."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Session:
    """What is known of one: everything but itself."""

    digest: str
    person: str
    created_at: Instant
    last_used_at: Instant

    @property
    def expires_at(self) -> Instant:
        """When it ends if it is not used again."""
        return min(self.created_at + LIFE, self.last_used_at + IDLE)

    def is_live(self, now: Instant) -> bool:
        """Whether it is still good. At the very instant of its end it is not."""
        return now < self.expires_at

    def wants_touch(self, now: Instant) -> bool:
        """Whether its use now is to be noted."""
        return now - self.last_used_at >= TOUCH


def secret_text(random: bytes) -> str:
    """Random bytes as a cookie or a URL carries them. Raises ValueError where they are too few."""
    if len(random) < RANDOM_BYTES:
        raise ValueError(f"A secret needs {RANDOM_BYTES} random bytes.")
    return _text(random)


def is_secret(text: str) -> bool:
    """Whether a text has the form of `secret_text`; nothing else is looked up anywhere."""
    return _TOKEN.fullmatch(text) is not None


def secret_digest(text: str) -> str:
    """What is kept of a secret. It is as random as its digest, so no salt is needed."""
    return digest(text.encode())


def derived(secret: str, *purpose: str) -> str:
    """Another secret of whoever has this one, for one purpose; nobody can go back from it, or to another's."""
    return _text(hmac.new(secret.encode(), "\n".join(purpose).encode(), hashlib.sha256).digest())


def csrf_token(session: str) -> str:
    """What a request that changes something must bring beside the cookie: only a page of ours can know it."""
    return derived(session, "csrf")


def is_csrf_token(session: str, given: str) -> bool:
    return hmac.compare_digest(csrf_token(session).encode(), given.encode())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
