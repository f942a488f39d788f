"""How files are encrypted: in parts, each authenticated with its place, under a key that one storing alone has.

`ASCF` and a version, 16 bytes of salt, then parts of PART plain bytes (the last may be shorter) by AES-256-GCM. The key
is derived from the owner's by HKDF with the salt, the owner and the file's key in the store, so that none is used twice
and a file that is moved to another place does not open. A part's nonce is its number and whether it is the last: parts
that are left out, turned about or cut off are found. Whoever has the owner's key no more has the file no more.
"""

import secrets
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.evidence.vault.cipher import OwnerKey

PART, TAG, SALT = 64 * 1024, 16, 16
MARK = b"ASCF\x01"
BEGIN = len(MARK) + SALT
"""Bytes before the first part."""

_INFO = b"ascertain artefact"


class Unsealable(Exception):  # noqa: N818 - named for what is so
    """What lies in the store is not the file, or not under this key."""


class FileCipher:
    """Seals and opens the parts of one file."""

    def __init__(self, owner: OwnerKey, key: str, salt: bytes | None = None) -> None:
        self._salt = secrets.token_bytes(SALT) if salt is None else salt
        info = _INFO + UUID(owner.owner).bytes + UUID(key).bytes
        self._cipher = AESGCM(HKDF(SHA256(), 32, salt=self._salt, info=info).derive(owner.secret))

    @classmethod
    def of(cls, owner: OwnerKey, key: str, begin: bytes) -> "FileCipher":
        """The cipher of what begins like this. Raises Unsealable."""
        if len(begin) != BEGIN or not begin.startswith(MARK):
            raise Unsealable("This is no file of ours.")
        return cls(owner, key, begin[len(MARK) :])

    @property
    def begin(self) -> bytes:
        return MARK + self._salt

    def seal(self, number: int, part: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(_nonce(number, last=last), part, None)

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """Raises Unsealable."""
        try:
            return self._cipher.decrypt(_nonce(number, last=last), sealed, None)
        except InvalidTag as error:
            raise Unsealable("A part of the file is not what was stored.") from error


class SealedReader:
    """Reads the plain bytes of a sealed file anywhere, one part at a time, as `zipfile` wants a file to be read."""

    def __init__(self, sealed: BinaryIO, cipher: FileCipher, size: int) -> None:
        self._sealed, self._cipher, self._size, self._at = sealed, cipher, size, 0
        self._part: tuple[int, bytes] = (-1, b"")

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, (0, self._at, self._size)[whence] + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, count: int = -1) -> bytes:
        end = self._size if count < 0 else min(self._size, self._at + count)
        found = bytearray()
        while self._at < end:
            number, offset = divmod(self._at, PART)
            piece = self._plain(number)[offset : offset + end - self._at]
            found += piece
            self._at += len(piece)
        return bytes(found)

    def _plain(self, number: int) -> bytes:
        if self._part[0] != number:
            last = (number + 1) * PART >= self._size
            self._sealed.seek(BEGIN + number * (PART + TAG))
            self._part = number, self._cipher.open(number, self._sealed.read(PART + TAG), last=last)
        return self._part[1]


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
