"""The removal from PostgreSQL of what can do nothing any more."""

import asyncpg

from shared.ledger.instants import Instant


class StoredLeftovers:
    """Implements ports.Leftovers."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def remove_sessions(self, *, begun_before: Instant, unused_since: Instant) -> int:
        return _count(
            await self._pool.execute(
                "DELETE FROM gateway.session WHERE created_ms <= $1 OR last_used_ms <= $2", begun_before, unused_since
            )
        )

    async def remove_attempts(self, *, begun_before: Instant) -> int:
        return _count(
            await self._pool.execute("DELETE FROM gateway.sign_in_attempt WHERE started_ms <= $1", begun_before)
        )

    async def remove_revoked_tokens(self, *, revoked_before: Instant) -> int:
        passes = "DELETE FROM gateway.passes WHERE least(revoked_ms, ends_ms) <= $1"
        return sum(
            [
                _count(await self._pool.execute(statement, revoked_before))
                for statement in ("DELETE FROM gateway.personal_tokens WHERE revoked_ms <= $1", passes)
            ]
        )


def _count(status: str) -> int:
    """How many rows a command's status tells of."""
    return int(status.rpartition(" ")[2])
