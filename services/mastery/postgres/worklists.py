"""The port `Worklists`."""

from collections.abc import Sequence

import asyncpg

from services.mastery.domain.grades import Grade
from services.mastery.domain.reviews import Review, ReviewState
from services.mastery.postgres import grades
from shared.ledger.instants import Instant
from shared.runtime.connections import borrowed


class PostgresWorklists:
    """From this service's own tables."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def touched(self, learners: Sequence[str], after: tuple[str, str], limit: int) -> list[Grade]:
        async with borrowed(self._pool) as connection:
            return await grades.touched_grades(connection, learners, after, limit)

    async def awaiting(self) -> int | None:
        async with borrowed(self._pool) as connection:
            position: int | None = await connection.fetchval("SELECT min(position) FROM mastery.refold")
            return position

    async def reviews(
        self, learners: Sequence[str], state: ReviewState | None, after: tuple[Instant, str], limit: int
    ) -> list[Review]:
        async with borrowed(self._pool) as connection:
            return await grades.reviews(connection, learners, state, after, limit)
