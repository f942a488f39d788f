"""The cookies: of a session, of a browser that is signing in, of a panelist who has a pass and no account, of a
device on which a seminar lies that was not sent, and of what a teacher just looked at or recorded.

`__Host-` ties a cookie to this very host and to HTTPS, so no neighbour of ours can plant one; browsers count the
loopback as safe, so the embedded stack has the same ones.
"""

import base64
import json
from typing import Any

from starlette.types import Scope

from services.gateway.domain.sign_in import ATTEMPT_LIFE

SESSION = "__Host-ascertain"
SIGN_IN = "__Host-ascertain-sign-in"
PASS = "__Host-ascertain-pass"  # noqa: S105 - a name

SEMINAR = "__Host-ascertain-seminar"
"""Set by the script that keeps seminars on a device (`seminar.js`), for as long as one lies there."""

RECORDED, LOOKED = "__Host-ascertain-recorded", "__Host-ascertain-looked"
"""Scores that a teacher just recorded, and those that she looked at before; ids beside them, and no name."""

OF_A_VISIT = (SESSION, SEMINAR, RECORDED, LOOKED)
"""What is taken away when somebody signs out: the next one at the device must not find it."""

LOOKED_BACK = 60 * 60
"""Seconds for which a browser knows what was just looked at or recorded."""

LONGEST = 3_900
"""Characters of what a cookie holds: browsers keep no more than 4 KB with its name and guards."""

_GUARDS = "Path=/; Secure; HttpOnly; SameSite=Lax"
"""No script reads them, and another site's requests bring them only where they lead a person here."""


def given_cookie(scope: Scope, name: str) -> str | None:
    """What the request's cookie of this name holds; None where there is none, or more than one."""
    lines = (value.decode("latin-1") for header, value in scope["headers"] if header == b"cookie")
    pairs = (pair.strip().partition("=") for line in lines for pair in line.split(";"))
    found = [value for key, _, value in pairs if key == name]
    return found[0] if len(found) == 1 else None


def session_cookie(value: str) -> str:
    """`Set-Cookie` of a session: gone when the browser is closed, whatever is left of the session."""
    return f"{SESSION}={value}; {_GUARDS}"


def pass_cookie(value: str) -> str:
    """`Set-Cookie` of a panelist's pass: gone when the browser is closed. The pass itself ends when it ends."""
    return f"{PASS}={value}; {_GUARDS}"


def sign_in_cookie(value: str) -> str:
    """`Set-Cookie` of a browser that is signing in."""
    return f"{SIGN_IN}={value}; Max-Age={ATTEMPT_LIFE // 1000}; {_GUARDS}"


def score_cookie(name: str, value: str) -> str:
    """`Set-Cookie` of scores that were just looked at or recorded."""
    return f"{name}={value}; Max-Age={LOOKED_BACK}; {_GUARDS}"


def packed(told: Any) -> str:
    """JSON as a cookie can hold it."""
    return base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")


def unpacked(value: str) -> Any:
    """What was packed. Raises ValueError or RecursionError for what no cookie of ours holds."""
    return json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))


def removed(name: str) -> str:
    """`Set-Cookie` that takes a cookie away."""
    return f"{name}=; Max-Age=0; {_GUARDS}"
