"""What is known of each file in the store, as the vault's own role reads and writes it."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

import asyncpg

# Asked again where the row is locked: whoever names the file meanwhile makes it wait anew.
_LOST = (
    "SELECT key::text FROM vault.artefact AS a WHERE kept_at < clock_timestamp() - make_interval(secs => $1)"
    " AND NOT EXISTS (SELECT FROM vault.artefact_use AS u JOIN vault.text USING (ref) WHERE u.key = a.key)"
)


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file that came whole, and what is said of it, encrypted."""

    key: str
    file: str
    owner: str
    sealed: bytes


class ArtefactTables:
    """One statement a call, where nothing else is said. Raises asyncpg's errors, or OSError."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def coming(self, key: str, file: str, owner: str, *, sender: str, size: int) -> None:
        """Note that a file is about to come under this key."""
        await self._pool.execute(
            "INSERT INTO vault.artefact (key, file, owner, sender, size) VALUES ($1, $2, $3, $4, $5)",
            *(key, file, owner, sender, size),
        )

    async def came(self, key: str, sealed: bytes) -> bool:
        """Note that it is there; False where another of the same name was first, or it was removed meanwhile."""
        try:
            done: str = await self._pool.execute("UPDATE vault.artefact SET sealed = $2 WHERE key = $1", key, sealed)
        except asyncpg.UniqueViolationError:
            return False
        return done == "UPDATE 1"

    async def whole(self, files: Collection[str]) -> list[SealedFile]:
        """Those of these files that came whole. They wait anew for a version that names them."""
        rows = await self._pool.fetch(
            "UPDATE vault.artefact SET kept_at = clock_timestamp() WHERE file = ANY ($1::uuid[]) AND sealed IS NOT NULL"
            " RETURNING key::text, file::text, owner::text, sealed",
            list(files),
        )
        return [SealedFile(**row) for row in rows]

    async def waiting(self, owner: str, *, beside: str) -> int:
        """How many files of an owner wait to be named, whole or not, beside one."""
        counted: int = await self._pool.fetchval(
            "SELECT count(*) FROM vault.artefact WHERE owner = $1 AND sender IS NOT NULL AND file <> $2", owner, beside
        )
        return counted

    async def waiting_of(self, sender: str, *, beside: str) -> int:
        """Bytes of a person's files that wait to be named, whole or not, beside one."""
        size: int = await self._pool.fetchval(
            "SELECT coalesce(sum(size), 0) FROM vault.artefact WHERE sender = $1 AND file <> $2", sender, beside
        )
        return size

    async def use(self, uses: Collection[tuple[str, str]]) -> None:
        """Note which texts name which files: pairs of a file's key and a text's reference."""
        await self._pool.execute(
            "INSERT INTO vault.artefact_use (key, ref) SELECT * FROM unnest($1::uuid[], $2::bytea[])"
            " ON CONFLICT DO NOTHING",
            [key for key, _ in uses],
            [bytes.fromhex(ref) for _, ref in uses],
        )

    async def settle(self, keys: Collection[str]) -> None:
        """Note that an event names these files. They wait no more, and who sent them is not kept."""
        await self._pool.execute(
            "UPDATE vault.artefact SET sender = NULL WHERE key = ANY ($1::uuid[]) AND sender IS NOT NULL", list(keys)
        )

    async def settle_named(self) -> None:
        """`settle` whatever a text names that an event was seen to refer to: for requests that were cut in between."""
        await self._pool.execute(
            "UPDATE vault.artefact AS a SET sender = NULL WHERE sender IS NOT NULL AND EXISTS ("
            " SELECT FROM vault.artefact_use AS u JOIN vault.text AS t USING (ref) WHERE u.key = a.key AND t.referred)"
        )

    async def forget(self, key: str) -> None:
        """Know no more of a file."""
        await self._pool.execute("DELETE FROM vault.artefact WHERE key = $1", key)

    async def owned(self, owner: str) -> list[str]:
        """The keys of an owner's files, whole or not."""
        rows = await self._pool.fetch("SELECT key::text FROM vault.artefact WHERE owner = $1::text::uuid", owner)
        return [row["key"] for row in rows]

    async def lost(self, *, older: float) -> list[str]:
        """Files that no text names and that waited longer than `older` seconds, whole or not."""
        rows = await self._pool.fetch(f"{_LOST} ORDER BY key", older)
        return [row["key"] for row in rows]

    async def sweep(self, key: str, remove: Callable[[str], Awaitable[None]], *, older: float) -> bool:
        """Let a lost file be removed and know no more of it; False where somebody came to name it meanwhile.

        The row is locked while it is removed, so that whoever names it just then finds that it is gone.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            if not await connection.fetch(f"{_LOST} AND key = $2 FOR UPDATE", older, key):
                return False
            await remove(key)
            await connection.execute("DELETE FROM vault.artefact WHERE key = $1", key)
        return True
