"""The ciphertexts of texts and names, as the vault's own role reads and writes them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

# In the order of the references, so that two who keep the same texts wait for each other in turn. Whoever keeps a text
# that is still waiting for its event makes it wait anew.
_KEEP = (
    "INSERT INTO vault.text AS t (ref, owner, event, field, ciphertext)"
    " SELECT * FROM unnest($1::bytea[], $2::uuid[], $3::uuid[], $4::text[], $5::bytea[])"
    " AS kept (ref, owner, event, field, ciphertext) ORDER BY ref"
    " ON CONFLICT (ref) DO UPDATE SET kept_at = clock_timestamp() WHERE NOT t.referred"
)

_READ = (
    "SELECT encode(ref, 'hex') AS ref, owner::text, event::text, field, ciphertext FROM vault.text"
    " WHERE ref = ANY ($1::bytea[])"
)

_KEEP_NAMES = (
    "INSERT INTO vault.name AS n (owner, ciphertext)"
    " SELECT * FROM unnest($1::uuid[], $2::bytea[]) AS kept (owner, ciphertext) ORDER BY owner"
    " ON CONFLICT (owner) DO UPDATE SET ciphertext = excluded.ciphertext WHERE n.ciphertext <> excluded.ciphertext"
)

_UNREFERRED = (
    "SELECT encode(ref, 'hex') AS ref, event::text FROM vault.text"
    " WHERE NOT referred AND kept_at < clock_timestamp() - make_interval(secs => $1)"
    " AND ($2::bytea IS NULL OR ref > $2) ORDER BY ref LIMIT $3"
)

# Asked once more whether it is old: meanwhile somebody may have kept the same text for an event that is on its way.
_SWEEP = (
    "DELETE FROM vault.text WHERE ref = ANY ($1::bytea[]) AND NOT referred"
    " AND kept_at < clock_timestamp() - make_interval(secs => $2) RETURNING 1"
)


@dataclass(frozen=True, slots=True)
class SealedText:
    """A text as it lies in the vault."""

    ref: str
    owner: str
    event: str
    field: str
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text that was not yet seen to be referred to, and the event that was to refer to it."""

    ref: str
    event: str


class Tables:
    """One statement a call, however many rows it is of. Raises asyncpg's errors, or OSError."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def keep(self, texts: Sequence[SealedText]) -> None:
        """Keep texts, each once; those that are here already stay as they are."""
        each = list({text.ref: text for text in texts}.values())
        await self._pool.execute(
            _KEEP,
            [bytes.fromhex(text.ref) for text in each],
            [text.owner for text in each],
            [text.event for text in each],
            [text.field for text in each],
            [text.ciphertext for text in each],
        )

    async def read(self, refs: Collection[str]) -> list[SealedText]:
        """Those of these texts that are here."""
        rows = await self._pool.fetch(_READ, _bytes(refs))
        return [SealedText(**row) for row in rows]

    async def keep_names(self, names: Mapping[str, bytes]) -> None:
        """Keep names by their owners; one that is here already is written only where it differs."""
        await self._pool.execute(_KEEP_NAMES, list(names), list(names.values()))

    async def names(self, owners: Collection[str]) -> dict[str, bytes]:
        """Those of these names that are here."""
        rows = await self._pool.fetch(
            "SELECT owner::text, ciphertext FROM vault.name WHERE owner = ANY ($1::uuid[])", list(owners)
        )
        return {row["owner"]: row["ciphertext"] for row in rows}

    async def remove(self, owner: str) -> None:
        """Remove everything of an owner."""
        await self._pool.execute(
            "WITH texts AS (DELETE FROM vault.text WHERE owner = $1::text::uuid)"
            " DELETE FROM vault.name WHERE owner = $1::text::uuid",
            owner,
        )

    async def waiting(self, *, older: float, after: str | None, limit: int) -> list[Waiting]:
        """Texts not yet seen to be referred to, kept longer than `older` seconds ago, by their references."""
        rows = await self._pool.fetch(_UNREFERRED, older, None if after is None else bytes.fromhex(after), limit)
        return [Waiting(row["ref"], row["event"]) for row in rows]

    async def refer(self, refs: Collection[str]) -> None:
        """Note that an event refers to these texts: they stay."""
        await self._pool.execute("UPDATE vault.text SET referred = true WHERE ref = ANY ($1::bytea[])", _bytes(refs))

    async def sweep(self, refs: Collection[str], *, older: float) -> int:
        """Remove those of these texts that are still not referred to and still as old; how many these were."""
        return len(await self._pool.fetch(_SWEEP, _bytes(refs), older))


def _bytes(refs: Collection[str]) -> list[bytes]:
    return [bytes.fromhex(ref) for ref in refs]
