"""Reads works and pieces, in one snapshot of the tables."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import asyncpg

from services.portfolio.domain.record import Piece, Said, Withdrawn, Work
from services.portfolio.domain.reflecting import TaskVersion
from services.portfolio.ports import Record
from services.portfolio.postgres.curated import read_curated
from services.portfolio.postgres.projection import read_body
from shared.ledger.identifiers import shard_of
from shared.runtime.connections import snapshot
from shared.runtime.definitions.reading import DefinitionsReader

_PIECES = """
    SELECT learner::text, event::text, position, type, actor::text, occurred_ms, recorded_ms, body,
        withdrawn_event::text, withdrawn_ms, withdrawn_position, withdrawn_by::text
    FROM portfolio.piece WHERE {} ORDER BY least(occurred_ms, recorded_ms), learner, position
"""
_OF_LEARNER = _PIECES.format("learner = $1")
_OF_WORK = _PIECES.format("work = $1 AND learner IN (SELECT member FROM portfolio.member WHERE work = $1)")
_WORKS_OF_LEARNER = "SELECT work::text FROM portfolio.member WHERE member = $1"
_ENTRIES = """
    SELECT work::text, shard, event::text, position, type, actor::text, occurred_ms, recorded_ms, body
    FROM portfolio.work_entry WHERE work = ANY ($1::uuid[]) ORDER BY work, position
"""
_MEMBERS = """
    SELECT work::text, member::text FROM portfolio.member
    WHERE work = ANY ($1::uuid[]) AND NOT EXISTS (SELECT FROM portfolio.forgotten WHERE learner = member)
    ORDER BY work, place
"""
_HELD = """
    SELECT held.shard, min(coalesce(own.last_position, 0)) AS last
    FROM projection.quarantine AS held LEFT JOIN projection.owner AS own USING (ledger, shard, owner)
    WHERE held.ledger = 'evidence' AND held.owner = ANY ($1::uuid[]) GROUP BY held.shard
"""
_STANDING = """
    SELECT EXISTS (
            SELECT FROM projection.owner WHERE ledger = 'evidence' AND shard = $1 AND owner = $2
            UNION ALL SELECT FROM projection.quarantine WHERE ledger = 'evidence' AND shard = $1 AND owner = $2
        ) AS known,
        EXISTS (SELECT FROM portfolio.forgotten WHERE learner = $2) AS forgotten
"""


class StoredRecords:
    """The port `Records`, from this service's own tables."""

    def __init__(self, pool: asyncpg.Pool, tenant: str, definitions: DefinitionsReader) -> None:
        self._pool, self._tenant, self._definitions = pool, tenant, definitions

    def shard(self, owner: str) -> int:
        return shard_of(self._tenant, owner)

    async def of_learner(self, learner: str) -> Record:
        async with snapshot(self._pool) as connection:
            works = [row["work"] for row in await connection.fetch(_WORKS_OF_LEARNER, learner)]
            pieces = await connection.fetch(_OF_LEARNER, learner)
            record = await self._record(connection, works, pieces, [learner, *works])
            chosen = await read_curated(connection, learner)
            standing = await connection.fetchrow(_STANDING, self.shard(learner), learner)
        assert standing is not None
        return replace(record, curated=chosen, is_known=standing["known"], forgotten=standing["forgotten"])

    async def of_work(self, work: str) -> Record:
        async with snapshot(self._pool) as connection:
            members = [row["member"] for row in await connection.fetch(_MEMBERS, [work])]
            pieces = await connection.fetch(_OF_WORK, work)
            return await self._record(connection, [work], pieces, [work, *members])

    async def _record(
        self,
        connection: asyncpg.Connection,
        works: list[str],
        pieces: Iterable[asyncpg.Record],
        owners: Iterable[str],
    ) -> Record:
        marks = await connection.fetch("SELECT ledger, shard, position FROM projection.watermark")
        reached = {(row["ledger"], row["shard"]): row["position"] for row in marks}
        held = {("evidence", row["shard"]): row["last"] for row in await connection.fetch(_HELD, list(owners))}
        read, told = [_piece(row) for row in pieces], await _works(connection, works)
        return Record(
            pieces=read,
            moves=await _moves(connection, read),
            works=told,
            tasks=await _tasks(connection, told),
            view=await self._definitions.view(connection),
            reached=reached | held,
            held=frozenset(shard for _, shard in held),
        )


async def _works(connection: asyncpg.Connection, works: list[str]) -> list[Work]:
    """The works, oldest first; one whose every member is forgotten is none any more."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for row in await connection.fetch(_MEMBERS, works):
        members[row["work"]].append(row["member"])
    entries: defaultdict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in await connection.fetch(_ENTRIES, works):
        entries[row["work"]].append(row)
    found = [_work(work, rows, members[work]) for work, rows in entries.items() if members[work]]
    return sorted(found, key=lambda work: (min(work.started.occurred_at, work.started.recorded_at), work.id))


async def _moves(connection: asyncpg.Connection, pieces: Iterable[Piece]) -> dict[str, dict[str, str]]:
    """The words of each list of moves that these pieces name; a list that has not come here yet has none."""
    lists = {piece.said.body["moves_by"] for piece in pieces if "moves_by" in piece.said.body}
    if not lists:
        return {}
    rows = await connection.fetch(
        "SELECT digest, bytes FROM definitions.document JOIN definitions.content USING (digest)"
        " WHERE digest = ANY ($1) AND format LIKE 'ascertain.moves@%'",
        list(lists),
    )
    return {row["digest"]: {move["code"]: move["title"] for move in read_body(row["bytes"])["moves"]} for row in rows}


async def _tasks(connection: asyncpg.Connection, works: Iterable[Work]) -> dict[str, list[TaskVersion]]:
    """The versions of the tasks that these works are for, in order; one that has not come here yet has none."""
    tasks = {work.started.body["task"] for work in works if "task" in work.started.body}
    if not tasks:
        return {}
    rows = await connection.fetch(
        "SELECT id::text, recorded_ms, position, bytes FROM definitions.document"
        " JOIN definitions.content USING (digest)"
        " WHERE id = ANY ($1::uuid[]) AND format LIKE 'ascertain.task@%' ORDER BY position",
        list(tasks),
    )
    found: defaultdict[str, list[TaskVersion]] = defaultdict(list)
    for row in rows:
        first = bool(read_body(row["bytes"]).get("reflect_first", False))
        found[row["id"]].append(TaskVersion(row["recorded_ms"], row["position"], first))
    return found


def _work(work: str, rows: list[asyncpg.Record], members: list[str]) -> Work:
    said = [_said(row) for row in rows]

    def of(type_: str) -> tuple[Said, ...]:
        return tuple(one for one in said if one.type == type_)

    return Work(
        work,
        rows[0]["shard"],
        said[0],
        tuple(members),
        versions=of("WorkVersionAdded"),
        feedback=of("FeedbackGiven"),
        read=of("FeedbackRead"),
    )


def _piece(row: asyncpg.Record) -> Piece:
    withdrawn = None
    if row["withdrawn_event"] is not None:
        withdrawn = Withdrawn(
            row["withdrawn_event"], row["withdrawn_ms"], row["withdrawn_position"], row["withdrawn_by"]
        )
    return Piece(row["learner"], _said(row), withdrawn)


def _said(row: asyncpg.Record) -> Said:
    return Said(
        event=row["event"],
        type=row["type"],
        actor=row["actor"],
        occurred_at=row["occurred_ms"],
        recorded_at=row["recorded_ms"],
        position=row["position"],
        body=read_body(row["body"]),
    )
