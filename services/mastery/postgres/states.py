"""The tables `mastery.learner` and `mastery.state`: read and written many rows at a time, their changes noted."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import asyncpg

from services.mastery.folds import Folded
from services.mastery.postgres import published
from services.mastery.postgres.packing import Packed, pack_schools, unpack_schools
from shared.rulebook.definitions import Enrolment
from shared.rulebook.outcome import Outcome

SHARD_FOLDS = 7002
"""The advisory lock of a shard's states: whoever folds or drops them takes it, after `watermark.EVIDENCE_FOLDS`."""

LearnerKey: TypeAlias = tuple[int, str]
"""A shard and a learner of it."""

Key: TypeAlias = tuple[int, str, str]
"""A shard, a learner of it and a competency."""


class StateRow(NamedTuple):
    """What a row says besides its key and what it is folded from; columns of the same names."""

    evidence: int
    counted: int
    status: str
    level: str | None
    value: int | None
    scope: str | None
    policy: str | None
    method: str | None
    digest: str
    evidence_position: int | None
    definitions_position: int | None


_TYPES = ["int", "int", "text", "text", "bigint", "text", "text", "text", "text", "bigint", "bigint"]
_OUTCOME = ", ".join(StateRow._fields)
_PACKED = ", ".join(Packed._fields)
_PACKED_EXCLUDED = ", ".join(f"excluded.{name}" for name in Packed._fields)


_NOTHING = ", ".join(f"NULL::{type_} AS {name}" for name, type_ in zip(StateRow._fields, _TYPES, strict=True))


def _prefixed(table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in StateRow._fields)


def _arrays(first: int) -> str:
    """Parameters from `first` on for the columns of many rows' outcomes."""
    return ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(_TYPES, start=first))


def _listed(first: int, *types: str) -> str:
    """Parameters from `first` on that are columns as `Folded` writes them."""
    return ", ".join(f"string_to_array(${number}, ' ', '-')::{type_}[]" for number, type_ in enumerate(types, first))


_WRITE = published.noting(f"""
    INSERT INTO mastery.state (shard, learner, competency, {_PACKED}, {_OUTCOME})
    SELECT * FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::bytea[], $5::bytea[], $6::text[], {_arrays(7)})
    ON CONFLICT (shard, learner, competency) DO UPDATE
    SET ({_PACKED}, {_OUTCOME}) = ROW ({_PACKED_EXCLUDED}, {_prefixed("excluded")})
    RETURNING new.shard, new.learner, new.competency, {_prefixed("new")},
        ({_prefixed("old")}) IS DISTINCT FROM ({_prefixed("new")}) AS differs
""")  # noqa: S608 - of constants

_REWRITE = published.noting(
    f"""
    UPDATE mastery.state AS known SET ({_OUTCOME}) = ROW ({_prefixed("refolded")})
    FROM (
        SELECT place, {_OUTCOME}
        FROM unnest({_listed(1, "tid", "int", "int", "int", "bigint", "text", "bigint")})
        AS own (place, number, evidence, counted, value, digest, evidence_position)
        JOIN unnest($8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[]) WITH ORDINALITY
        AS common (status, level, scope, policy, method, definitions_position, ordinality)
        ON common.ordinality = own.number + 1
    ) AS refolded
    WHERE known.ctid = refolded.place AND ({_prefixed("known")}) IS DISTINCT FROM ({_prefixed("refolded")})
    RETURNING known.shard, known.learner, known.competency, {_prefixed("refolded")}, true AS differs
""",  # noqa: S608 - of constants
    one_shard=True,
)

_DROP = published.noting(f"""
    DELETE FROM mastery.state WHERE shard = $1 AND learner = $2
    RETURNING shard, learner, competency, {_NOTHING}, true AS differs
""")  # noqa: S608 - of constants

_READ_LEARNERS = f"""
    SELECT shard, learner::text, competency::text, {_PACKED} FROM mastery.state
    JOIN unnest($1::int[], $2::uuid[], $3::uuid[]) AS asked (shard, learner, competency)
    USING (shard, learner, competency) UNION ALL
    SELECT shard, learner::text, competency::text, {_PACKED} FROM mastery.state
    JOIN unnest($4::int[], $5::uuid[]) AS asked (shard, learner) USING (shard, learner)
"""  # noqa: S608 - of constants


def row_of(outcome: Outcome, evidence: int) -> StateRow:
    """The row of a state that was folded from `evidence` contributions."""
    return StateRow(evidence, *outcome)


async def lock_shards(connection: asyncpg.Connection, shards: Iterable[int]) -> None:
    """Take the locks of these shards' states until the transaction ends."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock($1, shard) FROM (SELECT unnest($2::int[]) AS shard ORDER BY 1) AS ordered",
        SHARD_FOLDS,
        sorted(set(shards)),
    )


async def read_packed_schools(connection: asyncpg.Connection, shard: int, learners: Iterable[str]) -> dict[str, bytes]:
    """The schools of these learners of a shard as their rows hold them, where there are any."""
    rows = await connection.fetch(
        "SELECT learner::text, schools FROM mastery.learner WHERE shard = $1 AND learner = ANY ($2::uuid[])",
        shard,
        list(learners),
    )
    return {row["learner"]: row["schools"] for row in rows}


async def read_schools(
    connection: asyncpg.Connection, learners: Collection[LearnerKey]
) -> dict[LearnerKey, tuple[Enrolment, ...]]:
    """The schools of these learners, where there are any."""
    rows = await connection.fetch(
        "SELECT shard, learner::text, schools FROM mastery.learner"
        " JOIN unnest($1::int[], $2::uuid[]) AS asked (shard, learner) USING (shard, learner)",
        *_columns(learners, 2),
    )
    return {(row["shard"], row["learner"]): unpack_schools(row["schools"]) for row in rows}


async def write_schools(connection: asyncpg.Connection, schools: Mapping[LearnerKey, Sequence[Enrolment]]) -> None:
    await connection.execute(
        "INSERT INTO mastery.learner AS known (shard, learner, school, schools)"
        " SELECT * FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::bytea[])"
        " ON CONFLICT (shard, learner) DO UPDATE SET school = excluded.school, schools = excluded.schools",
        *_columns(schools, 2),
        [history[-1].school for history in schools.values()],
        [pack_schools(history) for history in schools.values()],
    )


async def read_folded_from(
    connection: asyncpg.Connection, keys: Collection[Key], whole: Collection[LearnerKey]
) -> dict[Key, Packed]:
    """What these learners' competencies are folded from, and all competencies of the learners `whole`."""
    rows = await connection.fetch(_READ_LEARNERS, *_columns(keys, 3), *_columns(whole, 2))
    return {(shard, learner, competency): Packed(*packed) for shard, learner, competency, *packed in rows}


async def write_states(connection: asyncpg.Connection, rows: Mapping[Key, tuple[Packed, StateRow]]) -> None:
    """Write the states and what they were folded from."""
    if not rows:
        return
    await connection.execute(
        _WRITE,
        *_columns(rows, 3),
        *_columns([packed for packed, _ in rows.values()], len(Packed._fields)),
        *_columns([outcome for _, outcome in rows.values()], len(StateRow._fields)),
    )


def _columns(rows: Collection[tuple[object, ...]], count: int) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(count)]


async def rewrite_states(connection: asyncpg.Connection, places: Sequence[str], folded: Folded) -> None:
    """Write what refolding made of the states of a shard whose rows lie at these places since its lock was taken.

    What they are folded from stays as it is, and rows that come out as they were are not written.
    """
    await connection.execute(_REWRITE, " ".join(places), *folded[1:], *map(list, zip(*folded.ends, strict=True)))


async def forget(connection: asyncpg.Connection, shard: int, learner: str, position: int) -> None:
    """Drop this learner, for good: forgotten since that position. The shard's lock is the caller's."""
    await drop_learner(connection, shard, learner)
    await published.forget(connection, shard, learner)
    await connection.execute(
        "INSERT INTO mastery.forgotten (shard, learner, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        shard,
        learner,
        position,
    )


async def drop_learner(connection: asyncpg.Connection, shard: int, learner: str) -> None:
    await connection.execute("DELETE FROM mastery.forgotten WHERE shard = $1 AND learner = $2", shard, learner)
    await connection.execute(_DROP, shard, learner)
    await connection.execute("DELETE FROM mastery.learner WHERE shard = $1 AND learner = $2", shard, learner)
