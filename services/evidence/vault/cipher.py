"""How texts, names and keys are encrypted: AES-SIV (RFC 5297), deterministic and authenticated, with 64-byte keys.

The same text of the same owner, event and field is the same ciphertext, so that an honest retry is seen to be one. As
owner, event and field are associated data, equal texts elsewhere are other ciphertexts, and a ciphertext moved to
another place does not decrypt.
"""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 64

_NAME = b"name"

SEED_BYTES = 20
_SEED = b"ascertain seed"


@dataclass(frozen=True, slots=True)
class OwnerKey:
    """An owner's key and the id that references to its ciphertexts are made with. Never shown: `repr` has no secret."""

    owner: str
    id: str
    secret: bytes

    @classmethod
    def generated(cls, owner: str) -> "OwnerKey":
        return cls(owner, str(uuid4()), secrets.token_bytes(KEY_BYTES))

    def __repr__(self) -> str:
        return f"OwnerKey({self.owner!r}, {self.id!r})"

    def encrypt_text(self, event: str, field: str, text: str) -> bytes:
        return AESSIV(self.secret).encrypt(text.encode(), self._place(event, field))

    def decrypt_text(self, event: str, field: str, ciphertext: bytes) -> str | None:
        """The text, or None where the ciphertext is not one of this key for this place."""
        return _decrypted(self.secret, ciphertext, self._place(event, field))

    def encrypt_name(self, name: str) -> bytes:
        return AESSIV(self.secret).encrypt(name.encode(), [UUID(self.owner).bytes, _NAME])

    def decrypt_name(self, ciphertext: bytes) -> str | None:
        return _decrypted(self.secret, ciphertext, [UUID(self.owner).bytes, _NAME])

    def seed(self, event: str) -> bytes:
        """SEED_BYTES that only this key gives for an event, the same for ever (HKDF, RFC 5869)."""
        return HKDF(SHA256(), SEED_BYTES, salt=None, info=_SEED + UUID(event).bytes).derive(self.secret)

    def reference(self, ciphertext: bytes) -> bytes:
        """SHA-256(key id ‖ ciphertext), the key's id as 16 bytes."""
        return hashlib.sha256(UUID(self.id).bytes + ciphertext).digest()

    def _place(self, event: str, field: str) -> list[bytes]:
        return [UUID(self.owner).bytes, UUID(event).bytes, field.encode()]


def _decrypted(secret: bytes, ciphertext: bytes, place: list[bytes]) -> str | None:
    try:
        return AESSIV(secret).decrypt(ciphertext, place).decode()
    except (InvalidTag, ValueError):
        return None
