"""The district's key, which wraps the owners' keys: a port, and the form of it whose key this process holds itself."""

from collections.abc import Sequence
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV


class KeyWrapping(Protocol):
    """Wraps keys so that only the district's key opens them; a key management service would be another form of it.

    `names` say what each key is for: it opens under the same name only. Many are asked for at once, for it may lie
    beyond a network; it then raises OSError or TimeoutError where it does not answer.
    """

    async def wrap(self, names: Sequence[bytes], keys: Sequence[bytes]) -> list[bytes]:
        """Each key wrapped."""
        ...

    async def unwrap(self, names: Sequence[bytes], wrapped: Sequence[bytes]) -> list[bytes | None]:
        """Each key as it was, or None where it was wrapped by another key or for another name."""
        ...


class DistrictKey:
    """A district's key from a file or the environment: AES-SIV, so that no number of wrapped keys weakens it."""

    def __init__(self, key: bytes) -> None:
        """Raises ValueError for a key of another length than 64 bytes."""
        if len(key) != 64:
            raise ValueError("A district's key has 64 bytes.")
        self._cipher = AESSIV(key)

    async def wrap(self, names: Sequence[bytes], keys: Sequence[bytes]) -> list[bytes]:
        """See `KeyWrapping.wrap`."""
        return [self._cipher.encrypt(key, [name]) for name, key in zip(names, keys, strict=True)]

    async def unwrap(self, names: Sequence[bytes], wrapped: Sequence[bytes]) -> list[bytes | None]:
        """See `KeyWrapping.unwrap`."""
        return [self._opened(name, one) for name, one in zip(names, wrapped, strict=True)]

    def _opened(self, name: bytes, wrapped: bytes) -> bytes | None:
        try:
            return self._cipher.decrypt(wrapped, [name])
        except (InvalidTag, ValueError):
            return None
