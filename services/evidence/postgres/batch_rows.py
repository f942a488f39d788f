"""Batches and their lines as they lie in the schema `release`."""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
import orjson

from services.evidence.domain.batches import Asked, Batch, Line, Released, Why
from services.evidence.domain.errors import StaleState
from shared.contracts.grades import GradedLevel

BATCH = (
    "SELECT id::text, scope, course::text, period::text, competencies::text[], asked_by::text, state,"
    " released_by::text, left_out::text[] FROM release.batch"
)
"""What `batch_of_row` reads."""

LINE = (
    "SELECT learner::text, state, version, levels, problem, shard, position, grade_version, recorded_ms"
    " FROM release.learner"
)
"""What `line_of_row` reads."""

_WRITE = """
    UPDATE release.learner AS l
    SET state = n.state, version = CASE WHEN n.levels IS NULL THEN l.version ELSE n.version END,
        levels = coalesce(n.levels, l.levels), problem = n.problem,
        shard = n.shard, position = n.position, grade_version = n.grade_version, recorded_ms = n.recorded_ms
    FROM unnest(
        $3::uuid[], $4::text[], $5::int[], $6::bytea[], $7::bytea[], $8::int[], $9::bigint[], $10::int[], $11::bigint[]
    ) AS n (learner, state, version, levels, problem, shard, position, grade_version, recorded_ms)
    WHERE l.batch = $1 AND l.learner = n.learner AND l.state = $2
"""


def batch_of_row(row: asyncpg.Record) -> Batch:
    """The batch of a row of `BATCH`."""
    asked = Asked(row["scope"], row["course"], row["period"], tuple(row["competencies"]))
    return Batch(row["id"], asked, row["asked_by"], row["state"], row["released_by"], frozenset(row["left_out"]))


def line_of_row(row: asyncpg.Record) -> Line:
    """The line of a row of `LINE`."""
    return Line(
        learner=row["learner"],
        state=row["state"],
        version=row["version"],
        levels=_levels(row["levels"]),
        problem=_why(row["problem"]),
        released=None
        if row["position"] is None
        else Released(row["shard"], row["position"], row["grade_version"], row["recorded_ms"]),
    )


async def write_lines(connection: asyncpg.Connection, batch: str, was: str, lines: Sequence[Line]) -> None:
    """Write what came of these learners, each that is still in the state that it was in: a learner who was forgotten
    meanwhile stays so. Levels and version stay as previewed where a line has no levels.
    """
    released = [line.released for line in lines]
    columns: Iterable[list[Any]] = (
        [line.learner for line in lines],
        [line.state for line in lines],
        [line.version for line in lines],
        [_levels_bytes(line.levels) for line in lines],
        [None if line.problem is None else problem_bytes(line.problem) for line in lines],
        [None if place is None else place.shard for place in released],
        [None if place is None else place.position for place in released],
        [None if place is None else place.version for place in released],
        [None if place is None else place.recorded_at for place in released],
    )
    await connection.execute(_WRITE, batch, was, *columns)


def problem_bytes(why: Why) -> bytes:
    """A problem as it is stored."""
    return orjson.dumps(why)


def _levels_bytes(levels: Sequence[GradedLevel]) -> bytes | None:
    return orjson.dumps([level.model_dump(exclude_none=True) for level in levels]) if levels else None


def _levels(stored: bytes | None) -> Sequence[GradedLevel]:
    return () if stored is None else [GradedLevel.model_validate(level) for level in orjson.loads(stored)]


def _why(stored: bytes | None) -> Why | None:
    if stored is None:
        return None
    why = orjson.loads(stored)
    return Why(why["code"], why["detail"], tuple(StaleState(**state) for state in why["states"]))
