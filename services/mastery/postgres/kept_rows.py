"""Reads what is kept of learners beside their states, for the doors: the rows as they are, in one snapshot."""

from collections.abc import Sequence
from typing import Final

import asyncpg
import msgspec

from services.mastery.domain.grades import Decision
from services.mastery.ports import Kept, KeptGrade, KeptRedo
from services.mastery.postgres.grades import pack_decisions, unpack_decisions
from services.mastery.postgres.packing import pack_schools, unpack_schools
from services.mastery.postgres.redos import pack_cycle, unpack_cycle
from shared.ledger.identifiers import shard_of
from shared.rulebook.definitions import Enrolment
from shared.rulebook.redoing import Cycle
from shared.runtime.connections import snapshot
from shared.runtime.pace import Pace

_Key = tuple[int, str]
_FIRST: Final = (-(2**31), "00000000-0000-0000-0000-000000000000")
_TABLES = ("learner", "forgotten", "grade", "graded", "review", "redo", "feedback")

_KEYS = " UNION ".join(
    f"(SELECT DISTINCT shard, learner FROM mastery.{table}"  # noqa: S608 - of constants
    " WHERE (shard, learner) > ($1::bigint, $2::uuid) ORDER BY 1, 2 LIMIT $3)"
    for table in _TABLES
)
_KEYS = f"SELECT shard, learner::text FROM ({_KEYS}) AS kept ORDER BY kept.shard, kept.learner LIMIT $3"  # noqa: S608 - of constants
_ROWS = """
    SELECT kept.* FROM mastery.{table} AS kept
    JOIN unnest($1::int[], $2::uuid[]) AS asked (shard, learner) USING (shard, learner) ORDER BY {order}
"""
_LEARNERS, _FORGOTTEN, _GRADES, _GRADED, _REVIEWS, _REDOS, _FEEDBACK = (
    _ROWS.format(table=table, order=order)
    for table, order in zip(
        _TABLES,
        (
            *("shard, learner", "shard, learner", "shard, learner, grade", "shard, learner, grade, competency"),
            *("review", "redo", "piece"),
        ),
        strict=True,
    )
)
_HELD = """
    SELECT shard, owner FROM projection.quarantine
    JOIN unnest($1::int[], $2::uuid[]) AS asked (shard, owner) USING (shard, owner) WHERE ledger = 'evidence'
"""
_APPLIED = "SELECT shard, position FROM projection.watermark WHERE ledger = 'evidence'"


class PostgresKept:
    """The port `StoredKept`."""

    def __init__(self, pool: asyncpg.Pool, tenant: str) -> None:
        self._pool, self._tenant = pool, tenant

    async def after(self, key: tuple[int, str] | None, limit: int) -> list[Kept]:
        async with snapshot(self._pool) as connection:
            rows = await connection.fetch(_KEYS, *(key or _FIRST), limit)
            return await _read(connection, [(row["shard"], row["learner"]) for row in rows])

    async def of(self, learner: str) -> Kept:
        async with snapshot(self._pool) as connection:
            [kept] = await _read(connection, [(shard_of(self._tenant, learner), learner)])
        return kept


async def _read(connection: asyncpg.Connection, keys: Sequence[_Key]) -> list[Kept]:
    """What is kept under each of these keys, in their order."""
    asked = [shard for shard, _ in keys], [learner for _, learner in keys]
    applied = {row["shard"]: row["position"] for row in await connection.fetch(_APPLIED)}
    held = {(row["shard"], str(row["owner"])) for row in await connection.fetch(_HELD, *asked)}
    learners = {_key(row): row for row in await connection.fetch(_LEARNERS, *asked)}
    forgotten = {_key(row): row["position"] for row in await connection.fetch(_FORGOTTEN, *asked)}
    grades = _by_key(await connection.fetch(_GRADES, *asked))
    graded = _by_key(await connection.fetch(_GRADED, *asked))
    reviews = _by_key(await connection.fetch(_REVIEWS, *asked))
    redos = _by_key(await connection.fetch(_REDOS, *asked))
    feedback = _by_key(await connection.fetch(_FEEDBACK, *asked))
    kept: list[Kept] = []
    pace = Pace()
    for key in keys:
        of_learner = learners.get(key)
        kept.append(
            Kept(
                *key,
                applied=applied.get(key[0], 0),
                under_review=key in held,
                enrolled=of_learner is not None,
                school=None if of_learner is None else _text(of_learner["school"]),
                schools=None if of_learner is None else _schools(of_learner["schools"]),
                forgotten=forgotten.get(key),
                grades=[_grade(row) for row in grades.get(key, ())],
                graded=[(str(row["grade"]), str(row["competency"]), row["digest"]) for row in graded.get(key, ())],
                reviews=[_review(row) for row in reviews.get(key, ())],
                redos=[_redo(row) for row in redos.get(key, ())],
                feedback=[(str(row["piece"]), row["ref"]) for row in feedback.get(key, ())],
            )
        )
        await pace.breathe()
    return kept


def _key(row: asyncpg.Record) -> _Key:
    return row["shard"], str(row["learner"])


def _by_key(rows: Sequence[asyncpg.Record]) -> dict[_Key, list[asyncpg.Record]]:
    by_key: dict[_Key, list[asyncpg.Record]] = {}
    for row in rows:
        by_key.setdefault(_key(row), []).append(row)
    return by_key


def _grade(row: asyncpg.Record) -> KeptGrade:
    return KeptGrade(str(row["grade"]), str(row["course"]), str(row["period"]), _decisions(row))


def _redo(row: asyncpg.Record) -> KeptRedo:
    work, cycle = _text(row["work"]), _cycle(row)
    return KeptRedo(str(row["redo"]), str(row["competency"]), row["began"], row["opened"], work, cycle)


def _review(row: asyncpg.Record) -> dict[str, str | int | None]:
    """Every column but where and whose it is."""
    return {name: _plain(value) for name, value in row.items() if name not in {"shard", "learner"}}


def _plain(value: object) -> str | int | None:
    return value if isinstance(value, str | int | None) else str(value)


def _text(id_: object) -> str | None:
    return None if id_ is None else str(id_)


def _decisions(row: asyncpg.Record) -> tuple[Decision, ...] | None:
    """None where the bytes are not those that these decisions are written as."""
    try:
        decisions = unpack_decisions(row["decisions"])
    except (msgspec.MsgspecError, ValueError):  # texts that are no UTF-8 are told of by Python's own error
        return None
    return decisions if pack_decisions(decisions) == row["decisions"] else None


def _cycle(row: asyncpg.Record) -> Cycle | None:
    """None where the bytes are not those that this cycle is written as."""
    try:
        cycle = unpack_cycle(row["cycle"])
    except (msgspec.MsgspecError, ValueError):
        return None
    return cycle if pack_cycle(cycle) == row["cycle"] else None


def _schools(packed: bytes) -> tuple[Enrolment, ...] | None:
    """None where the bytes are not those that these schools are written as."""
    try:
        schools = unpack_schools(packed)
    except (msgspec.MsgspecError, ValueError):
        return None
    return schools if pack_schools(schools) == packed else None
