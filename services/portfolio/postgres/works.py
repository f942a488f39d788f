"""Lists works, in one snapshot of the tables."""

from collections.abc import Collection, Sequence

import asyncpg

from services.portfolio.ports import ListedWork, Place, Reached
from services.portfolio.postgres.projection import read_body
from shared.rulebook.known import Pin
from shared.runtime.connections import snapshot

_PAGE = """
    WITH asked AS (
        SELECT DISTINCT own.work FROM portfolio.member AS own
        WHERE own.member = ANY ($1::uuid[])
        AND NOT EXISTS (SELECT FROM portfolio.forgotten AS gone WHERE gone.learner = own.member)
    ), touched AS (
        SELECT work, max(recorded_ms) AS touched_ms,
            count(*) FILTER (WHERE type = 'WorkVersionAdded') AS versions
        FROM portfolio.work_entry JOIN asked USING (work)
        WHERE type IN ('WorkStarted', 'WorkVersionAdded') GROUP BY work
    )
    SELECT said.work::text, started.body, said.versions, said.touched_ms,
        (
            SELECT max(recorded_ms) FROM portfolio.piece AS own
            WHERE own.work = said.work AND own.type = 'RubricScored' AND own.withdrawn_event IS NULL
        ) AS scored_ms,
        ARRAY(
            SELECT member::text FROM portfolio.member AS own
            WHERE own.work = said.work
            AND NOT EXISTS (SELECT FROM portfolio.forgotten AS gone WHERE gone.learner = own.member)
            ORDER BY place
        ) AS members
    FROM touched AS said
    JOIN portfolio.work_entry AS started ON started.work = said.work AND started.type = 'WorkStarted'
    WHERE (said.touched_ms, said.work) < ($2, $3::uuid) ORDER BY said.touched_ms DESC, said.work DESC LIMIT $4
"""
_REACHED = "SELECT ledger, shard, position FROM projection.watermark ORDER BY ledger, shard"


class StoredWorks:
    """The port `Works`, from this service's own tables."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def page(self, learners: Collection[str], before: Place, limit: int) -> tuple[Sequence[ListedWork], Reached]:
        async with snapshot(self._pool) as connection:
            rows = await connection.fetch(_PAGE, list(learners), *before, limit)
            reached = await connection.fetch(_REACHED)
        return [_listed(row) for row in rows], tuple(Pin(*row) for row in reached)


def _listed(row: asyncpg.Record) -> ListedWork:
    return ListedWork(
        row["work"],
        read_body(row["body"]),
        tuple(row["members"]),
        row["versions"],
        row["touched_ms"],
        row["scored_ms"],
    )
