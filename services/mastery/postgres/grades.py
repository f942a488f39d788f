"""The tables of grades and reviews: read and written."""

from collections.abc import Collection, Sequence

import asyncpg
import msgspec

from services.mastery.domain.grades import Decision, Grade
from services.mastery.domain.reviews import Answer, Review, ReviewState

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[Decision, ...])

_GRADE = "grade::text, learner::text, course::text, period::text, decisions"
_REVIEW = """review::text, learner::text, about, about_id::text, requested_ms, asked_by::text, reason_ref,
    answer::text, answered_by::text, answered_ms, outcome, change::text, answer_ref"""

_READ = f"""
    SELECT {_GRADE} FROM mastery.grade JOIN unnest($2::uuid[], $3::uuid[]) AS asked (learner, grade)
    USING (learner, grade) WHERE shard = $1
"""  # noqa: S608 - of constants

_OF_LEARNER = f"SELECT {_GRADE} FROM mastery.grade WHERE shard = $1 AND learner = $2 ORDER BY grade"  # noqa: S608

_TOUCHED = f"""
    SELECT {_GRADE} FROM mastery.grade AS g
    WHERE learner = ANY ($1::uuid[]) AND (learner, grade) > ($2::uuid, $3::uuid) AND EXISTS (
        SELECT FROM mastery.graded AS seen
        LEFT JOIN mastery.state AS s ON (s.shard, s.learner, s.competency) = (seen.shard, g.learner, seen.competency)
        WHERE (seen.shard, seen.learner, seen.grade) = (g.shard, g.learner, g.grade)
        AND s.digest IS DISTINCT FROM seen.digest
    )
    ORDER BY learner, grade LIMIT $4
"""  # noqa: S608 - of constants

_REVIEWS = f"""
    SELECT {_REVIEW} FROM mastery.review
    WHERE learner = ANY ($1::uuid[]) AND (requested_ms, review) > ($2, $3::uuid)
    AND ($4::text IS NULL OR (answer IS NULL) = ($4 = 'open'))
    ORDER BY requested_ms, review LIMIT $5
"""  # noqa: S608 - of constants


def pack_decisions(decisions: Sequence[Decision]) -> bytes:
    return _encoder.encode(decisions)


def unpack_decisions(packed: bytes) -> tuple[Decision, ...]:
    return _decoder.decode(packed)


async def read_grades(
    connection: asyncpg.Connection, shard: int, keys: Collection[tuple[str, str]]
) -> dict[str, Grade]:
    """Those of these grades (learner and id) that there are, by id."""
    rows = await connection.fetch(_READ, shard, [learner for learner, _ in keys], [grade for _, grade in keys])
    return {grade.id: grade for grade in map(_grade, rows)}


async def grades_of(connection: asyncpg.Connection, shard: int, learner: str) -> list[Grade]:
    """A learner's grades, by id."""
    return [_grade(row) for row in await connection.fetch(_OF_LEARNER, shard, learner)]


async def touched_grades(
    connection: asyncpg.Connection, learners: Sequence[str], after: tuple[str, str], limit: int
) -> list[Grade]:
    """Grades of these learners, after one of this learner and id, where a stored state is another than was seen."""
    return [_grade(row) for row in await connection.fetch(_TOUCHED, learners, *after, limit)]


async def write_grades(connection: asyncpg.Connection, shard: int, changed: Sequence[Grade]) -> None:
    """Write these grades, and which states were last looked at for each."""
    await connection.execute(
        "INSERT INTO mastery.grade (shard, learner, grade, course, period, decisions)"
        " SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bytea[])"
        " ON CONFLICT (shard, learner, grade) DO UPDATE SET decisions = excluded.decisions",
        shard,
        [grade.learner for grade in changed],
        [grade.id for grade in changed],
        [grade.course for grade in changed],
        [grade.period for grade in changed],
        [pack_decisions(grade.decisions) for grade in changed],
    )
    seen = [(grade, competency, digest) for grade in changed for competency, digest in grade.seen.items()]
    await connection.execute(
        "DELETE FROM mastery.graded USING unnest($2::uuid[], $3::uuid[]) AS changed (learner, grade)"
        " WHERE graded.shard = $1 AND graded.learner = changed.learner AND graded.grade = changed.grade",
        shard,
        [grade.learner for grade in changed],
        [grade.id for grade in changed],
    )
    await connection.execute(
        "INSERT INTO mastery.graded (shard, learner, grade, competency, digest)"
        " SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[])",
        shard,
        [grade.learner for grade, _, _ in seen],
        [grade.id for grade, _, _ in seen],
        [competency for _, competency, _ in seen],
        [digest for _, _, digest in seen],
    )


async def write_review(connection: asyncpg.Connection, shard: int, review: Review) -> None:
    await connection.execute(
        "INSERT INTO mastery.review (shard, learner, review, about, about_id, requested_ms, asked_by, reason_ref)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        shard,
        review.learner,
        review.id,
        review.about,
        review.about_id,
        review.requested_at,
        review.by,
        review.reason_ref,
    )


async def write_answer(connection: asyncpg.Connection, shard: int, learner: str, review: str, answer: Answer) -> bool:
    """False where there is no such review."""
    tag = await connection.execute(
        "UPDATE mastery.review SET (answer, answered_by, answered_ms, outcome, change, answer_ref)"
        " = ROW ($4::uuid, $5::uuid, $6::bigint, $7::text, $8::uuid, $9::text)"
        " WHERE shard = $1 AND learner = $2 AND review = $3",
        shard,
        learner,
        review,
        answer.event,
        answer.by,
        answer.recorded_at,
        answer.outcome,
        answer.change,
        answer.answer_ref,
    )
    return bool(tag == "UPDATE 1")


async def reviews(
    connection: asyncpg.Connection | asyncpg.Pool,
    learners: Sequence[str],
    state: ReviewState | None,
    after: tuple[int, str],
    limit: int,
) -> list[Review]:
    """Reviews of these learners, the longest waiting first, after one asked for at this instant with this id."""
    return [_review(row) for row in await connection.fetch(_REVIEWS, learners, *after, state, limit)]


async def drop_learner(connection: asyncpg.Connection, shard: int, learner: str) -> None:
    for table in ("grade", "graded", "review"):
        await connection.execute(
            f"DELETE FROM mastery.{table} WHERE shard = $1 AND learner = $2",  # noqa: S608 - of constants
            shard,
            learner,
        )


def _grade(row: asyncpg.Record) -> Grade:
    id_, learner, course, period, decisions = row
    return Grade(id_, learner, course, period, unpack_decisions(decisions))


def _review(row: asyncpg.Record) -> Review:
    return Review(
        id=row["review"],
        learner=row["learner"],
        about=row["about"],
        about_id=row["about_id"],
        requested_at=row["requested_ms"],
        by=row["asked_by"],
        reason_ref=row["reason_ref"],
        answer=None if row["answer"] is None else _answer(row),
    )


def _answer(row: asyncpg.Record) -> Answer:
    return Answer(
        event=row["answer"],
        by=row["answered_by"],
        recorded_at=row["answered_ms"],
        outcome=row["outcome"],
        change=row["change"],
        answer_ref=row["answer_ref"],
    )
