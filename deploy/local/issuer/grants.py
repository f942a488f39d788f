"""Codes: given to a browser, good once, for a minute, and only for who asked and can show the verifier (RFC 7636)."""

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

CODE_SECONDS = 60.0
MAX_WAITING = 1000

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for."""

    subject: str
    redirect_uri: str
    nonce: str | None
    challenge: str


class Grants:
    """The codes that nobody has used yet, in memory: a restart ends them all."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: dict[str, tuple[Grant, float]] = {}

    def give(self, grant: Grant) -> str:
        """A new code for it."""
        now = self._clock()
        self._waiting = {code: kept for code, kept in self._waiting.items() if now < kept[1]}
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.clear()
        code = secrets.token_urlsafe(32)
        self._waiting[code] = grant, now + CODE_SECONDS
        return code

    def redeem(self, code: str, redirect_uri: str, verifier: str) -> Grant | None:
        """What the code stands for, this once. None where anything does not fit; the code is used up then too."""
        grant, until = self._waiting.pop(code, (None, 0.0))
        if grant is None or self._clock() >= until or grant.redirect_uri != redirect_uri:
            return None
        return grant if hmac.compare_digest(_challenge(verifier), grant.challenge) else None


def is_challenge(text: str) -> bool:
    return _CHALLENGE.fullmatch(text) is not None


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
