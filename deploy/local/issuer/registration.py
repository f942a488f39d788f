"""What the embedded issuer and the gateway agreed on, once for a home: a key to sign with, a client and its secret."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import RSAKey

from deploy.local.home import Home, write_secret

CLIENT_ID = "ascertain"
KEY_BITS = 2048
CALLBACK = "/sign-in/callback"


@dataclass(frozen=True, slots=True)
class Registration:
    """Files of secrets, each readable by the home's owner alone."""

    key: Path
    client_secret: Path

    def signing_key(self) -> RSAKey:
        return RSAKey.import_key(self.key.read_bytes())


def registration(home: Home) -> Registration:
    """The home's, made where it has none yet. Repeatable."""
    made = Registration(home.issuer / "key.pem", home.issuer / "client.secret")
    home.issuer.mkdir(mode=0o700, exist_ok=True)
    if not made.key.exists():
        write_secret(made.key, RSAKey.generate_key(KEY_BITS).as_pem(private=True).decode())
    if not made.client_secret.exists():
        write_secret(made.client_secret, secrets.token_urlsafe(32))
    return made
