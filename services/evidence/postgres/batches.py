"""The port `Batches`, over the schema `release`."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager

import asyncpg

from services.evidence.domain.batches import Asked, Batch, Line, Progress, Why
from services.evidence.ports import LedgerUnavailable
from services.evidence.postgres.batch_rows import BATCH, LINE, batch_of_row, line_of_row, problem_bytes
from services.evidence.postgres.failures import is_unavailable
from shared.runtime.connections import borrowed

_NOT_THEIRS = problem_bytes(Why("not-found", "There is no such learner, or it is not yours."))


class PostgresBatches:
    """Asks for batches and reads them; `releasing.Releasing` works on them."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def ask(self, batch: str, asked: Asked, learners: Sequence[str], actor: str) -> bool:
        """See `Batches.ask`."""
        async with self._transaction() as connection:
            new = await connection.execute(
                "INSERT INTO release.batch (id, asked_by, scope, course, period, competencies, state)"
                " VALUES ($1, $2, $3, $4, $5, $6, 'previewing') ON CONFLICT DO NOTHING",
                batch,
                actor,
                asked.scope,
                asked.course,
                asked.period,
                list(asked.competencies),
            )
            if new != "INSERT 0 1":
                return False
            await connection.execute(
                "INSERT INTO release.learner (batch, learner, state) SELECT $1, learner, 'waiting'"
                " FROM unnest($2::uuid[]) AS member (learner)",
                batch,
                list(learners),
            )
            return True

    async def find(self, batch: str) -> Batch | None:
        """See `Batches.find`."""
        async with self._transaction() as connection:
            row = await connection.fetchrow(f"{BATCH} WHERE id = $1", batch)
        return None if row is None else batch_of_row(row)

    async def progress(self, batch: Batch) -> Progress:
        """See `Batches.progress`."""
        waits = {"previewing": "waiting", "releasing": "ready"}.get(batch.state)
        async with self._transaction() as connection:
            row = await connection.fetchrow(
                "SELECT count(*) AS total, count(*) FILTER (WHERE state IS DISTINCT FROM $2) AS done"
                " FROM release.learner WHERE batch = $1",
                batch.id,
                waits,
            )
        assert row is not None
        return Progress(row["total"], row["done"])

    async def learners(self, batch: str) -> list[str]:
        """See `Batches.learners`."""
        async with self._transaction() as connection:
            rows = await connection.fetch(
                "SELECT learner::text FROM release.learner WHERE batch = $1 ORDER BY release.learner.learner", batch
            )
        return [row["learner"] for row in rows]

    async def lines(self, batch: str, *, after: str | None, limit: int) -> list[Line]:
        """See `Batches.lines`."""
        async with self._transaction() as connection:
            rows = await connection.fetch(
                f"{LINE} WHERE batch = $1 AND ($2::uuid IS NULL OR release.learner.learner > $2)"
                " ORDER BY release.learner.learner LIMIT $3",
                batch,
                after,
                limit,
            )
        return [line_of_row(row) for row in rows]

    async def release(self, batch: str, *, actor: str, leave_out: Collection[str], not_theirs: Collection[str]) -> bool:
        """See `Batches.release`."""
        async with self._transaction() as connection:
            moved = await connection.execute(
                "UPDATE release.batch SET state = 'releasing', released_by = $2, left_out = $3"
                " WHERE id = $1 AND state = 'held'",
                batch,
                actor,
                sorted(leave_out),
            )
            if moved != "UPDATE 1":
                return False
            await connection.execute(
                "UPDATE release.learner SET state = 'left_out'"
                " WHERE batch = $1 AND learner = ANY ($2::uuid[]) AND state = 'ready'",
                batch,
                list(leave_out),
            )
            await connection.execute(
                "UPDATE release.learner SET state = 'refused', problem = $3"
                " WHERE batch = $1 AND learner = ANY ($2::uuid[]) AND state = 'ready'",
                batch,
                list(not_theirs),
                _NOT_THEIRS,
            )
            return True

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[asyncpg.Connection]:
        try:
            async with borrowed(self._pool) as connection, connection.transaction(isolation="read_committed"):
                yield connection
        except Exception as error:
            if not is_unavailable(error):
                raise
            raise LedgerUnavailable(f"The database did not answer ({type(error).__name__}).") from error
