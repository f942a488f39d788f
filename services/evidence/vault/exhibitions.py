"""The secrets of exhibitions, in the database of keys: made at the opening, gone once the votes are counted."""

import hashlib
import hmac
import secrets
from uuid import UUID

import asyncpg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from services.evidence.domain.errors import Conflict
from services.evidence.vault.answering import answering
from services.evidence.vault.keys import Keys
from services.evidence.vault.wrapping import KeyWrapping

KEY, TOKENS = 32, 32
"""Bytes of a secret: the key that votes are sealed with, and what tokens and ids are made of. Neither tells the other.
"""

_MAKE = "INSERT INTO keys.exhibition (exhibition, wrapped) VALUES ($1::text::uuid, $2) ON CONFLICT DO NOTHING"
_KNOWN = "SELECT wrapped FROM keys.exhibition WHERE exhibition = $1::text::uuid"
_KEPT = "SELECT exhibition::text FROM keys.exhibition WHERE wrapped IS NOT NULL ORDER BY exhibition"
_DESTROY = (
    "UPDATE keys.exhibition SET wrapped = NULL, destroyed_at = clock_timestamp()"
    " WHERE exhibition = $1::text::uuid AND wrapped IS NOT NULL"
)


class ExhibitionSecret:
    """Implements ports.BallotBox. It is never shown: `repr` has nothing of it."""

    def __init__(self, exhibition: str, secret: bytes) -> None:
        self._exhibition = UUID(exhibition).bytes
        self._key, self._tokens = secret[:KEY], secret[KEY:]
        self._cipher = AESSIV(hashlib.sha512(b"ascertain ballot" + self._key).digest())

    @property
    def commitment(self) -> str:
        """See `BallotBox.commitment`."""
        return hashlib.sha256(b"ascertain exhibition key" + self._exhibition + self._key).hexdigest()

    @property
    def key(self) -> str:
        """See `BallotBox.key`."""
        return self._key.hex()

    def token(self, request: str, actor: str, n: int) -> str:
        """See `BallotBox.token`."""
        return self._made(b"token" + UUID(request).bytes + UUID(actor).bytes + n.to_bytes(4, "big")).hex()

    def vote(self, ballot: str) -> str:
        """See `BallotBox.vote`."""
        return self._id(b"vote" + bytes.fromhex(ballot))

    def tally(self) -> str:
        """See `BallotBox.tally`."""
        return self._id(b"tally")

    def audience(self, work: str, member: str) -> str:
        """See `BallotBox.audience`."""
        return self._id(b"audience" + UUID(work).bytes + UUID(member).bytes)

    def seal(self, ballot: str, answers: bytes) -> str:
        """See `BallotBox.seal`."""
        return self._cipher.encrypt(answers, self._place(ballot)).hex()

    def opened(self, ballot: str, sealed: str) -> bytes:
        """See `BallotBox.opened`."""
        try:
            return self._cipher.decrypt(bytes.fromhex(sealed), self._place(ballot))
        except InvalidTag as error:
            raise ValueError("A vote does not open under the exhibition's key.") from error

    def _place(self, ballot: str) -> list[bytes]:
        return [self._exhibition, bytes.fromhex(ballot)]

    def _made(self, what: bytes) -> bytes:
        return hmac.new(self._tokens, b"ascertain " + what, hashlib.sha256).digest()[:16]

    def _id(self, what: bytes) -> str:
        raw = bytearray(self._made(what))
        raw[6] = raw[6] & 0x0F | 0x80
        raw[8] = raw[8] & 0x3F | 0x80
        return str(UUID(bytes=bytes(raw)))


class ExhibitionSecrets:
    """Implements ports.BallotBoxes. None is remembered: one that is destroyed is gone for every process at once."""

    def __init__(self, pool: asyncpg.Pool, keys: Keys, wrapping: KeyWrapping) -> None:
        self._pool, self._keys, self._wrapping = pool, keys, wrapping

    async def made(self, exhibition: str) -> ExhibitionSecret:
        """See `BallotBoxes.made`."""
        async with answering():
            await self._keys.proven()
            [wrapped] = await self._wrapping.wrap([_name(exhibition)], [secrets.token_bytes(KEY + TOKENS)])
            await self._pool.execute(_MAKE, exhibition, wrapped)
            found = await self._known(exhibition)
        if found is None:
            raise Conflict(
                "The votes of this exhibition were counted, and its key is destroyed.", reason="exhibition-closed"
            )
        return found

    async def known(self, exhibition: str) -> ExhibitionSecret | None:
        """See `BallotBoxes.known`."""
        async with answering():
            await self._keys.proven()
            return await self._known(exhibition)

    async def kept(self) -> list[str]:
        """See `BallotBoxes.kept`."""
        async with answering():
            return [row["exhibition"] for row in await self._pool.fetch(_KEPT)]

    async def destroy(self, exhibition: str) -> None:
        """See `BallotBoxes.destroy`."""
        async with answering():
            await self._pool.execute(_DESTROY, exhibition)

    async def _known(self, exhibition: str) -> ExhibitionSecret | None:
        wrapped: bytes | None = await self._pool.fetchval(_KNOWN, exhibition)
        if wrapped is None:
            return None
        [secret] = await self._wrapping.unwrap([_name(exhibition)], [wrapped])
        if secret is None:
            raise RuntimeError("An exhibition's secret does not open under the district's key.")
        return ExhibitionSecret(exhibition, secret)


def _name(exhibition: str) -> bytes:
    return b"ascertain exhibition" + UUID(exhibition).bytes
