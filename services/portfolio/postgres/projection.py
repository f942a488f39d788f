"""The projection of the evidence ledger into works, pieces and exhibitions."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import asyncpg

from services.portfolio.postgres.curated import drop_curated, write_curated
from services.portfolio.postgres.exhibition_projection import forget_exhibition, write_exhibitions
from shared.contracts.bodies import AttemptRecorded, EvidenceVoided, RubricScored
from shared.contracts.events import decode
from shared.contracts.learners import LearnerForgotten
from shared.contracts.pieces import EvidenceSuperseded, ObservationRecorded, PriorMasteryAttested, ReflectionRecorded
from shared.contracts.upcasting import current_bytes
from shared.contracts.values import Contract
from shared.contracts.works import FeedbackGiven, FeedbackRead, WorkStarted, WorkVersionAdded
from shared.ledger.entry import Entry

Row: TypeAlias = tuple[Any, ...]

FORGETTING = 7005
"""The advisory lock between learners who are forgotten and works."""

_OF_WORKS: Mapping[str, type[Contract]] = {
    "WorkStarted": WorkStarted,
    "WorkVersionAdded": WorkVersionAdded,
    "FeedbackGiven": FeedbackGiven,
    "FeedbackRead": FeedbackRead,
}
_PIECES: Mapping[str, type[Contract]] = {
    "AttemptRecorded": AttemptRecorded,
    "RubricScored": RubricScored,
    "ObservationRecorded": ObservationRecorded,
    "ReflectionRecorded": ReflectionRecorded,
    "PriorMasteryAttested": PriorMasteryAttested,
}
_WITHDRAWALS = {"EvidenceVoided", "EvidenceSuperseded"}


class PortfolioProjection:
    """A `Projection`. Of a learner who is forgotten nothing is kept, and nothing comes back."""

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Nothing: an entry of these events explains itself."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Raises what `decode` raises for a body that breaks its contract."""
        if entries[0].ledger != "evidence":
            return
        forgotten = [_forgotten(entry) for entry in entries if entry.event == "LearnerForgotten"]
        works = {entry.owner for entry in entries if entry.event in _OF_WORKS}
        await _take_turn(connection, forgotten, works)
        await _write_works(connection, entries)
        await write_curated(connection, entries)
        await _write_pieces(connection, [_piece(entry) for entry in entries if entry.event in _PIECES])
        await _withdraw(connection, [_withdrawal(entry) for entry in entries if entry.event in _WITHDRAWALS])
        await write_exhibitions(connection, entries)
        await _forget(connection, forgotten)
        await _drop_nobodys(connection, forgotten, works)

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        await connection.execute("DELETE FROM portfolio.piece WHERE learner = $1", owner)
        await drop_curated(connection, [owner])
        await connection.execute("DELETE FROM portfolio.member WHERE work = $1", owner)
        await connection.execute("DELETE FROM portfolio.work_entry WHERE work = $1", owner)
        await forget_exhibition(connection, owner)


async def _write_works(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    started = [decode(entry, WorkStarted) for entry in entries if entry.event == "WorkStarted"]
    rows = [_of_work(entry) for entry in entries if entry.event in _OF_WORKS]
    if rows:
        await connection.execute(
            "INSERT INTO portfolio.work_entry"
            " (event, position, type, actor, occurred_ms, recorded_ms, shard, work, body, task)"
            " SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::bigint[], $6::bigint[],"
            " $7::int[], $8::uuid[], $9::bytea[], $10::uuid[])",
            *_columns(rows),
        )
    members = [(body.work, member, place) for body in started for place, member in enumerate(body.members)]
    if members:
        await connection.execute(
            "INSERT INTO portfolio.member (work, member, place)"
            " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[])",
            *_columns(members),
        )


async def _write_pieces(connection: asyncpg.Connection, rows: Sequence[Row]) -> None:
    if rows:
        await connection.execute(
            "INSERT INTO portfolio.piece"
            " (event, position, type, actor, occurred_ms, recorded_ms, learner, work, body, task, rubric)"
            " SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::bigint[], $6::bigint[],"
            " $7::uuid[], $8::uuid[], $9::bytea[], $10::uuid[], $11::text[])",
            *_columns(rows),
        )


async def _withdraw(connection: asyncpg.Connection, rows: Sequence[Row]) -> None:
    """Mark the pieces. A stream closes once, so no piece is withdrawn twice."""
    if rows:
        await connection.execute(
            "UPDATE portfolio.piece AS piece SET withdrawn_event = w.event, withdrawn_ms = w.ms,"
            " withdrawn_position = w.position, withdrawn_by = w.by"
            " FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::uuid[])"
            " AS w (learner, piece, event, ms, position, by)"
            " WHERE piece.learner = w.learner AND piece.event = w.piece",
            *_columns(rows),
        )


async def _forget(connection: asyncpg.Connection, learners: Sequence[str]) -> None:
    """Note that they are forgotten, and drop what is theirs alone."""
    if not learners:
        return
    await connection.execute(
        "INSERT INTO portfolio.forgotten SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING", learners
    )
    await connection.execute("DELETE FROM portfolio.piece WHERE learner = ANY ($1::uuid[])", learners)
    await drop_curated(connection, learners)


async def _take_turn(connection: asyncpg.Connection, forgotten: Collection[str], works: Collection[str]) -> None:
    """Members of a work lie in several shards, whose transactions do not see each other; under this lock, between who
    is forgotten (alone) and works (together), one of them sees the other. It is taken after those of the watermark.
    """
    if forgotten or works:
        lock = "pg_advisory_xact_lock" if forgotten else "pg_advisory_xact_lock_shared"
        await connection.execute(f"SELECT {lock}({FORGETTING})")


async def _drop_nobodys(connection: asyncpg.Connection, forgotten: Sequence[str], works: Collection[str]) -> None:
    """Drop works all of whose members are forgotten, in whatever order that came: nobody is told of them any more."""
    if not (forgotten or works):
        return
    nobodys = await connection.fetchval(
        "SELECT array_agg(work) FROM ("
        "SELECT unnest($2::uuid[]) AS work UNION SELECT work FROM portfolio.member WHERE member = ANY ($1::uuid[])"
        ") AS touched WHERE NOT EXISTS (SELECT FROM portfolio.member AS own WHERE own.work = touched.work"
        " AND NOT EXISTS (SELECT FROM portfolio.forgotten WHERE learner = own.member))",
        forgotten,
        list(works),
    )
    if nobodys:
        await connection.execute("DELETE FROM portfolio.work_entry WHERE work = ANY ($1::uuid[])", nobodys)
        await connection.execute("DELETE FROM portfolio.member WHERE work = ANY ($1::uuid[])", nobodys)


def _of_work(entry: Entry) -> Row:
    body = decode(entry, _OF_WORKS[entry.event])
    _check_owner(entry, body, "work")
    return (*_told(entry), entry.shard, entry.owner, current_bytes(entry), getattr(body, "task", None))


def _piece(entry: Entry) -> Row:
    body = decode(entry, _PIECES[entry.event])
    _check_owner(entry, body, "learner")
    named = (getattr(body, name, None) for name in ("task", "rubric"))
    return (*_told(entry), entry.owner, getattr(body, "work", None), current_bytes(entry), *named)


def _check_owner(entry: Entry, body: Contract, member: str) -> None:
    if getattr(body, member) != entry.owner:
        raise ValueError(f"Entry {entry.id} speaks of another {member} than its owner.")


def _withdrawal(entry: Entry) -> Row:
    body = decode(entry, EvidenceVoided) if entry.event == "EvidenceVoided" else decode(entry, EvidenceSuperseded)
    by = body.by if isinstance(body, EvidenceSuperseded) else None
    return (entry.owner, body.evidence, entry.id, entry.recorded_at, entry.position, by)


def _forgotten(entry: Entry) -> str:
    return decode(entry, LearnerForgotten).learner


def _told(entry: Entry) -> Row:
    return (entry.id, entry.position, entry.event, entry.actor, entry.occurred_at, entry.recorded_at)


def _columns(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))


def read_body(body: bytes) -> Mapping[str, Any]:
    """A body as it is stored: it was held against its contract when it came in."""
    value: Mapping[str, Any] = json.loads(body)
    return value
