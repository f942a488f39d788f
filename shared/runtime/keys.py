"""Signing keys of the services: Ed25519, a private file for the one that signs, a public one for those that check.

`keys/<name>.pem` is PKCS8 and readable by its owner alone; `trusted/<name>.jwks.json` is a JWK set (RFC 7517), which
may hold several keys while one is replaced by the next. A key's `kid` is its RFC 7638 thumbprint.
"""

import json
import os
from pathlib import Path
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

ISSUERS = ("gateway", "evidence", "mastery", "portfolio", "audit")
"""Who signs tokens: the gateway for people, every service for itself."""

CURVE: Final = "Ed25519"


class SigningKey:
    """A private key with the name that its signatures carry."""

    def __init__(self, key: OKPKey) -> None:
        if key.curve_name != CURVE or not key.is_private:
            raise ValueError(f"A signing key must be a private one on {CURVE}.")
        self.key = key
        self.kid = key.thumbprint()

    @classmethod
    def generated(cls) -> "SigningKey":
        return cls(OKPKey.generate_key(CURVE))

    @classmethod
    def read(cls, folder: Path, name: str) -> "SigningKey":
        """The key of `<folder>/<name>.pem`. Raises OSError where it is missing, ValueError where it is no such key."""
        return cls(OKPKey.import_key((folder / f"{name}.pem").read_bytes()))

    def pem(self) -> bytes:
        return self.key.as_pem(private=True)

    def public(self) -> dict[str, str]:
        """The public half as a JWK."""
        return {**_texts(self.key.as_dict(private=False)), "kid": self.kid, "use": "sig", "alg": "EdDSA"}


def make_keys(name: str, *, keys: Path, trusted: Path) -> None:
    """Make the key pair of a service where it has none, and write its public half in any case. Repeatable."""
    file = keys / f"{name}.pem"
    if not file.exists():
        write_whole(file, SigningKey.generated().pem(), mode=0o600)
    public = {"keys": [SigningKey.read(keys, name).public()]}
    write_whole(trusted / f"{name}.jwks.json", json.dumps(public, indent=1).encode(), mode=0o644)


def read_public(file: Path) -> dict[str, OKPKey]:
    """The Ed25519 keys of a JWK set by their `kid`; keys of other kinds are left out.

    Raises OSError where the file cannot be read, ValueError where it is no JWK set.
    """
    try:
        keys = KeySet.import_key_set(json.loads(file.read_bytes())).keys
    except (JoseError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{file.name} is no JWK set.") from error
    fitting = [key for key in keys if isinstance(key, OKPKey) and key.curve_name == CURVE]
    return {key.kid or key.thumbprint(): key for key in fitting}


def _texts(members: object) -> dict[str, str]:
    assert isinstance(members, dict)
    return {str(name): str(value) for name, value in members.items()}


def write_whole(file: Path, content: bytes, *, mode: int) -> None:
    """All of it or nothing, and never for a moment readable by more than `mode` allows."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    draft.replace(file)
