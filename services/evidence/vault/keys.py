"""The owners' keys, in a database of their own, each wrapped by the district's key."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg

from services.evidence.vault.cipher import OwnerKey
from services.evidence.vault.wrapping import KeyWrapping

_KNOWN = "SELECT owner::text, id::text, wrapped FROM keys.key WHERE owner = ANY ($1::uuid[])"

# In the order of the owners, so that two who make keys for the same owners wait for each other in turn.
_MAKE = (
    "INSERT INTO keys.key (owner, id, wrapped)"
    " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS made (owner, id, wrapped) ORDER BY owner"
    " ON CONFLICT (owner) DO NOTHING"
)

_DESTROY = (
    "INSERT INTO keys.key AS k (owner, id, wrapped, destroyed_at) VALUES ($1::text::uuid, $2, NULL, clock_timestamp())"
    " ON CONFLICT (owner) DO UPDATE SET wrapped = NULL, destroyed_at = clock_timestamp() WHERE k.wrapped IS NOT NULL"
)

_PROOF_NAME = b"ascertain proof of the district's key"
_PROOF = bytes(32)


class WrongDistrictKeyError(Exception):
    """The district's key is not the one that the keys in the database were wrapped with."""


@dataclass(frozen=True, slots=True)
class Found:
    """Keys by their owners, and the owners whose keys are destroyed."""

    keys: dict[str, OwnerKey]
    destroyed: frozenset[str]


class Keys:
    """Makes, opens and destroys keys. None is remembered: a key that is destroyed is gone for every process at once.

    Raises asyncpg's errors, or OSError, where the database or the wrapping does not answer.
    """

    def __init__(self, pool: asyncpg.Pool, wrapping: KeyWrapping) -> None:
        self._pool, self._wrapping = pool, wrapping
        self._is_proven = False

    async def prove(self) -> None:
        """Make sure that the district's key is the one that wrapped what is here; the first one used becomes it.

        Raises WrongDistrictKeyError.
        """
        [wrapped] = await self._wrapping.wrap([_PROOF_NAME], [_PROOF])
        await self._pool.execute("INSERT INTO keys.proof (wrapped) VALUES ($1) ON CONFLICT DO NOTHING", wrapped)
        [known] = await self._pool.fetch("SELECT wrapped FROM keys.proof")
        if await self._wrapping.unwrap([_PROOF_NAME], [known["wrapped"]]) != [_PROOF]:
            raise WrongDistrictKeyError("The district's key is not the one that its owners' keys were wrapped with.")
        self._is_proven = True

    async def known(self, owners: Collection[str]) -> Found:
        """The keys that these owners have. One that was not wrapped by the district's key for its owner is left out."""
        await self.proven()
        return await self._opened(await self._pool.fetch(_KNOWN, list(owners)))

    async def made(self, owners: Collection[str]) -> Found:
        """The keys of these owners, made for those who never had one. Whoever else makes one, all get the same.

        At most three statements, however many owners there are. Raises RuntimeError where a key does not open.
        """
        await self.proven()
        rows: list[asyncpg.Record] = await self._pool.fetch(_KNOWN, list(owners))
        missing = set(owners) - {row["owner"] for row in rows}
        if missing:
            await self._make(OwnerKey.generated(owner) for owner in sorted(missing))
            rows += await self._pool.fetch(_KNOWN, list(missing))
        found = await self._opened(rows)
        if len(found.keys) + len(found.destroyed) < len(set(owners)):
            raise RuntimeError("A key in the database of keys does not open under the district's key.")
        return found

    async def destroy(self, owner: str) -> None:
        """Destroy an owner's key, made or not. What stays is a row that keeps one from being made."""
        await self._pool.execute(_DESTROY, owner, uuid4())

    async def proven(self) -> None:
        """`prove`, where that was not done yet."""
        if not self._is_proven:
            await self.prove()

    async def _make(self, keys: Iterable[OwnerKey]) -> None:
        made = list(keys)
        names = [_key_name(key.owner, key.id) for key in made]
        wrapped = await self._wrapping.wrap(names, [key.secret for key in made])
        await self._pool.execute(_MAKE, [key.owner for key in made], [key.id for key in made], wrapped)

    async def _opened(self, rows: Sequence[asyncpg.Record]) -> Found:
        whole = [row for row in rows if row["wrapped"] is not None]
        names = [_key_name(row["owner"], row["id"]) for row in whole]
        secrets = await self._wrapping.unwrap(names, [row["wrapped"] for row in whole])
        keys = {
            row["owner"]: OwnerKey(row["owner"], row["id"], secret)
            for row, secret in zip(whole, secrets, strict=True)
            if secret is not None
        }
        return Found(keys, frozenset(row["owner"] for row in rows if row["wrapped"] is None))


def _key_name(owner: str, id_: str) -> bytes:
    return b"ascertain key" + UUID(owner).bytes + UUID(id_).bytes
