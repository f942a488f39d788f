"""The personal tokens in PostgreSQL."""

import asyncpg

from services.gateway.domain.personal_tokens import PersonalToken
from services.gateway.postgres.forgetting import giving
from shared.ledger.instants import Instant


class StoredPersonalTokens:
    """Implements ports.PersonalTokens."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, token: PersonalToken, digest: str) -> bool:
        async with giving(self._pool, token.person) as connection:
            added = await connection.execute(
                "INSERT INTO gateway.personal_tokens (id, person, label, digest, created_ms)"
                " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
                token.id,
                token.person,
                token.label,
                digest,
                token.created_at,
            )
        return bool(added == "INSERT 0 1")

    async def use(self, digest: str, at: Instant) -> str | None:
        person: str | None = await self._pool.fetchval(
            "UPDATE gateway.personal_tokens SET last_used_ms = greatest(last_used_ms, $2)"
            " WHERE digest = $1 AND revoked_ms IS NULL"
            " AND NOT EXISTS (SELECT FROM gateway.forgotten AS gone WHERE gone.person = personal_tokens.person)"
            " RETURNING person::text",
            digest,
            at,
        )
        return person

    async def of_person(self, person: str) -> list[PersonalToken]:
        rows = await self._pool.fetch(
            "SELECT id::text, person::text, label, created_ms, last_used_ms, revoked_ms FROM gateway.personal_tokens"
            " WHERE person = $1 ORDER BY created_ms DESC, id",
            person,
        )
        return [PersonalToken(*row) for row in rows]

    async def revoke(self, person: str, id_: str, at: Instant) -> bool:
        revoked = await self._pool.execute(
            "UPDATE gateway.personal_tokens SET revoked_ms = coalesce(revoked_ms, $3) WHERE person = $1 AND id = $2",
            person,
            id_,
            at,
        )
        return revoked == "UPDATE 1"
