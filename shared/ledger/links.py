"""The secret in a share's link: the share's id and bytes that only a key in the vault gives for it, in base64url.

The ledger holds its SHA-256. Whoever has a secret knows which share it would be of, so nothing has to be searched for.
"""

import base64
import binascii
import hashlib
from typing import Final
from uuid import UUID

SEED_BYTES: Final = 20
"""Bytes of a secret beside the share's id, which is none."""


def secret_of(share: str, seed: bytes) -> str:
    """A share's secret: 48 characters. `seed` are SEED_BYTES."""
    return base64.urlsafe_b64encode(UUID(share).bytes + seed).decode()


def token_of(secret: str) -> str:
    """What the ledger holds of a secret: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def share_named(secret: str) -> str | None:
    """The id of the share whose secret this would be; None where it is none."""
    try:
        content = base64.b64decode(secret.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return str(UUID(bytes=content[:16])) if len(content) == 16 + SEED_BYTES else None
