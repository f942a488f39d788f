"""The port `Sections`: the stored states of many learners, in one snapshot and one query."""

import hashlib
from collections.abc import Iterable, Sequence

import asyncpg

from services.mastery.ports import StoredCell, StoredSection
from services.mastery.postgres.packing import unpack, unpack_overrides, unpack_schools
from shared.ledger.identifiers import shard_of
from shared.rulebook.definitions import Learner
from shared.rulebook.readiness import SILENT
from shared.rulebook.state import Status
from shared.runtime.connections import snapshot
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.pace import Pace

_ASKED = "unnest($1::int[], $2::uuid[]) AS asked (shard, learner)"

_MARK = f"""
    SELECT
        (SELECT position FROM projection.watermark WHERE ledger = 'definitions' AND shard = 0) AS definitions,
        ARRAY(SELECT (position, done)::text FROM mastery.refold ORDER BY position) AS refolds,
        ARRAY(
            SELECT (asked.learner, o.last_position, q.position)::text FROM {_ASKED}
            LEFT JOIN projection.owner AS o ON (o.ledger, o.shard, o.owner) = ('evidence', asked.shard, asked.learner)
            LEFT JOIN projection.quarantine AS q
            ON (q.ledger, q.shard, q.owner) = ('evidence', asked.shard, asked.learner) ORDER BY asked.learner
        ) AS learners,
        ARRAY(
            SELECT (h.work, h.handed_ms)::text FROM mastery.redo AS r JOIN mastery.handed_in AS h ON h.work = r.work
            WHERE r.learner = ANY ($2::uuid[]) ORDER BY h.work, h.handed_ms
        ) AS handed_in
"""  # noqa: S608 - of constants

_CELLS = f"""
    SELECT learner::text, competency::text, status, level, evidence_position,
        CASE WHEN status = ANY ($3::text[]) THEN contributions END,
        CASE WHEN status = ANY ($3::text[]) THEN overrides END
    FROM mastery.state JOIN {_ASKED} USING (shard, learner)
"""  # noqa: S608 - of constants

_OF_COURSE = f"""
    SELECT DISTINCT competency::text FROM mastery.state JOIN {_ASKED} USING (shard, learner)
    WHERE position(convert_to($3, 'UTF8') IN contributions) > 0
"""  # noqa: S608 - of constants
"""A course's id stands in what is packed as it is written, and nothing else has that id: rows need not be unpacked."""

_LEARNERS = f"""
    SELECT asked.shard, asked.learner::text, l.schools, EXISTS (
        SELECT FROM projection.quarantine AS q
        WHERE (q.ledger, q.shard, q.owner) = ('evidence', asked.shard, asked.learner)
    ) AS held FROM {_ASKED} LEFT JOIN mastery.learner AS l USING (shard, learner)
"""  # noqa: S608 - of constants


class PostgresSections:
    """From this service's own tables."""

    def __init__(self, pool: asyncpg.Pool, tenant: str, definitions: DefinitionsReader) -> None:
        self._pool, self._tenant, self._definitions = pool, tenant, definitions

    async def mark(self, learners: Sequence[str]) -> str:
        row = await self._pool.fetchrow(_MARK, self._shards(learners), learners)
        return hashlib.sha256(repr(tuple(row or ())).encode()).hexdigest()

    async def read(self, learners: Sequence[str], course: str | None = None) -> StoredSection:
        asked = self._shards(learners), learners
        async with snapshot(self._pool) as connection:
            view = await self._definitions.view(connection)
            refolding = await connection.fetchval("SELECT EXISTS (SELECT FROM mastery.refold)")
            known = await connection.fetch(_LEARNERS, *asked)
            rows = await connection.fetch(_CELLS, *asked, [status.value for status in SILENT])
            of_course = [] if course is None else await connection.fetch(_OF_COURSE, *asked, course)
        return StoredSection(
            await _cells(rows),
            {
                row["learner"]: Learner(
                    row["learner"], row["shard"], () if row["schools"] is None else unpack_schools(row["schools"])
                )
                for row in known
            },
            frozenset(row["learner"] for row in known if row["held"]),
            view,
            refolding,
            frozenset(row["competency"] for row in of_course),
        )

    def _shards(self, learners: Sequence[str]) -> list[int]:
        return [shard_of(self._tenant, learner) for learner in learners]


async def _cells(rows: Iterable[asyncpg.Record]) -> list[StoredCell]:
    cells: list[StoredCell] = []
    pace = Pace()
    for learner, competency, status, level, position, packed, overrides in rows:
        pieces = () if packed is None else unpack(packed)
        judged = unpack_overrides(overrides)
        cells.append(StoredCell(learner, competency, Status(status), level, position or 0, pieces, judged))
        await pace.breathe()
    return cells
