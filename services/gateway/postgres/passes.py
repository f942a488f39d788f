"""The passes in PostgreSQL."""

import asyncpg

from services.gateway.domain.passes import Pass
from services.gateway.postgres.forgetting import giving
from shared.ledger.instants import Instant

_COLUMNS = "id::text, exhibition::text, person::text, made_by::text, created_ms, ends_ms, last_used_ms, revoked_ms"


class StoredPasses:
    """Implements ports.Passes."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, made: Pass, digest: str) -> bool:
        async with giving(self._pool, made.person) as connection:
            added = await connection.execute(
                "INSERT INTO gateway.passes (id, exhibition, person, made_by, digest, created_ms, ends_ms)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
                made.id,
                made.exhibition,
                made.person,
                made.made_by,
                digest,
                made.created_at,
                made.ends_at,
            )
        return bool(added == "INSERT 0 1")

    async def use(self, digest: str, at: Instant) -> Pass | None:
        row = await self._pool.fetchrow(
            "UPDATE gateway.passes SET last_used_ms = greatest(last_used_ms, $2)"  # noqa: S608 - of constants
            f" WHERE digest = $1 AND revoked_ms IS NULL AND ends_ms > $2 RETURNING {_COLUMNS}",
            digest,
            at,
        )
        return None if row is None else Pass(*row)

    async def find(self, id_: str) -> Pass | None:
        row = await self._pool.fetchrow(f"SELECT {_COLUMNS} FROM gateway.passes WHERE id = $1", id_)  # noqa: S608 - of constants
        return None if row is None else Pass(*row)

    async def of_exhibition(self, exhibition: str) -> list[Pass]:
        rows = await self._pool.fetch(
            f"SELECT {_COLUMNS} FROM gateway.passes WHERE exhibition = $1 ORDER BY created_ms DESC, id",  # noqa: S608 - of constants
            exhibition,
        )
        return [Pass(*row) for row in rows]

    async def are_of(self, person: str) -> bool:
        found: bool = await self._pool.fetchval("SELECT EXISTS (SELECT FROM gateway.passes WHERE person = $1)", person)
        return found

    async def revoke(self, id_: str, at: Instant) -> None:
        await self._pool.execute(
            "UPDATE gateway.passes SET revoked_ms = coalesce(revoked_ms, $2) WHERE id = $1", id_, at
        )
