"""Sessions, and sign-ins under way, in PostgreSQL."""

import asyncpg

from services.gateway.domain.sessions import Session
from services.gateway.domain.sign_in import Attempt
from shared.ledger.instants import Instant


class StoredSessions:
    """Implements ports.Sessions."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def begin(self, digest: str, issuer: str, subject: str, at: Instant) -> bool:
        try:
            begun = await self._pool.execute(
                "INSERT INTO gateway.session (digest, person, account, created_ms, last_used_ms)"
                " SELECT $1, person, id, $4, $4 FROM gateway.account WHERE issuer = $2 AND subject = $3"
                " AND NOT EXISTS (SELECT FROM gateway.forgotten AS gone WHERE gone.person = account.person)",
                digest,
                issuer,
                subject,
                at,
            )
        except asyncpg.ForeignKeyViolationError:  # the account was removed in this very moment
            return False
        return bool(begun == "INSERT 0 1")

    async def find(self, digest: str) -> Session | None:
        row = await self._pool.fetchrow(
            "SELECT digest, person::text, created_ms, last_used_ms FROM gateway.session WHERE digest = $1", digest
        )
        return None if row is None else Session(*row)

    async def touch(self, digest: str, at: Instant) -> None:
        await self._pool.execute(
            "UPDATE gateway.session SET last_used_ms = greatest(last_used_ms, $2) WHERE digest = $1", digest, at
        )

    async def end(self, digest: str) -> None:
        await self._pool.execute("DELETE FROM gateway.session WHERE digest = $1", digest)


class StoredAttempts:
    """Implements ports.Attempts."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, attempt: Attempt) -> None:
        await self._pool.execute(
            "INSERT INTO gateway.sign_in_attempt (state_digest, browser_digest, return_to, started_ms)"
            " VALUES ($1, $2, $3, $4)",
            attempt.state_digest,
            attempt.browser_digest,
            attempt.return_to,
            attempt.started_at,
        )

    async def take(self, state_digest: str, browser_digest: str) -> Attempt | None:
        row = await self._pool.fetchrow(
            "DELETE FROM gateway.sign_in_attempt WHERE state_digest = $1 AND browser_digest = $2"
            " RETURNING state_digest, browser_digest, return_to, started_ms",
            state_digest,
            browser_digest,
        )
        return None if row is None else Attempt(*row)
