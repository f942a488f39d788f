"""The schema `forgetting`: projected from the ledger, and read by who lists requests or destroys keys."""

from collections.abc import Collection, Iterable, Sequence

import asyncpg

from services.evidence.domain.forgetting import Forgetting, ForgettingState
from shared.contracts.events import decode
from shared.contracts.learners import ForgettingRequested, LearnerForgotten
from shared.contracts.works import WorkStarted
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.runtime.clock import Clock, now

FORGETTING = 7003
"""The advisory lock between learners who are forgotten (alone) and works that begin or guardians named (together).

Members of a work lie in several shards, whose transactions do not see each other, and a roster's guardians are noted
beside them all. Under this lock one of them always sees the other: whose it is, or that she is forgotten. It is taken
after those of `shared.runtime.watermark`.
"""


class ForgettingProjection:
    """A `Projection` of requests, of the forgotten, and of works by their members."""

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Nothing: an entry of these events explains itself."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        requested = [entry for entry in entries if entry.event == "ForgettingRequested"]
        forgotten = [entry for entry in entries if entry.event == "LearnerForgotten"]
        started = [entry for entry in entries if entry.event == "WorkStarted"]
        if requested:
            await _note_requests(connection, requested)
        if forgotten or started:
            lock = "pg_advisory_xact_lock" if forgotten else "pg_advisory_xact_lock_shared"
            await connection.execute(f"SELECT {lock}({FORGETTING})")
        if started:
            await _note_works(connection, started)
        if forgotten:
            await _note_forgotten(connection, forgotten)
        if forgotten or started:
            learners, works = [entry.owner for entry in forgotten], [entry.owner for entry in started]
            await connection.execute(_DUE, learners, works)

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        """Requests and keys to be destroyed stay: they are written once, and by the same entries the same again."""
        await connection.execute("DELETE FROM forgetting.learner WHERE learner = $1", owner)
        await connection.execute("DELETE FROM forgetting.member WHERE work = $1", owner)


class PostgresForgettings:
    """The port `Forgettings`, and `Destructions` of the worker that destroys keys."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock = now) -> None:
        self._pool, self._clock = pool, clock

    async def forgotten(self, learners: Collection[str]) -> set[str]:
        """See `Forgettings.forgotten`."""
        return _ids(await self._pool.fetch(_FORGOTTEN, list(learners)))

    async def known_to(self, person: str, learners: Collection[str]) -> set[str]:
        """See `Forgettings.known_to`."""
        return _ids(await self._pool.fetch(f"{_FORGOTTEN} AND {_RECORDED}", list(learners), person))

    async def listed(self, state: ForgettingState | None, after: str | None, limit: int) -> list[Forgetting]:
        """See `Forgettings.listed`."""
        return [Forgetting(*row) for row in await self._pool.fetch(_LIST, state, after, limit)]

    async def pending(self, limit: int) -> list[str]:
        """See `Destructions.pending`."""
        rows = await self._pool.fetch(
            "SELECT owner::text FROM forgetting.destruction WHERE destroyed_ms IS NULL ORDER BY asked_at LIMIT $1",
            limit,
        )
        return [row["owner"] for row in rows]

    async def done(self, owner: str) -> None:
        """See `Destructions.done`."""
        await self._pool.execute(
            "UPDATE forgetting.destruction SET destroyed_ms = $2 WHERE owner = $1 AND destroyed_ms IS NULL",
            owner,
            self._clock(),
        )


_FORGOTTEN = "SELECT learner::text FROM forgetting.learner WHERE learner = ANY ($1::uuid[])"
_RECORDED = "EXISTS (SELECT FROM ledger.stored_entry AS e WHERE e.owner = learner AND e.actor = $2)"

_LIST = """
    SELECT * FROM (
        SELECT r.id::text, r.learner::text,
            CASE WHEN f.learner IS NULL THEN 'requested' WHEN d.destroyed_ms IS NULL THEN 'approved' ELSE 'done' END
                AS state,
            r.by::text, r.since_ms, r.reason_ref, f.by::text AS approver, f.forgotten_ms, d.destroyed_ms
        FROM forgetting.request AS r
        LEFT JOIN forgetting.learner AS f USING (learner)
        LEFT JOIN forgetting.destruction AS d ON d.owner = f.learner
        WHERE $2::uuid IS NULL
            OR (r.since_ms, r.id) > (SELECT a.since_ms, a.id FROM forgetting.request AS a WHERE a.id = $2)
    ) AS told
    WHERE $1::text IS NULL OR state = $1
    ORDER BY since_ms, id::uuid LIMIT $3
"""

_DUE = """
    INSERT INTO forgetting.destruction (owner)
    SELECT learner FROM unnest($1::uuid[]) AS forgotten (learner)
    UNION
    SELECT m.work FROM forgetting.member AS m
    WHERE (m.learner = ANY ($1::uuid[]) OR m.work = ANY ($2::uuid[])) AND NOT EXISTS (
        SELECT FROM forgetting.member AS other WHERE other.work = m.work
        AND NOT EXISTS (SELECT FROM forgetting.learner AS f WHERE f.learner = other.learner)
    )
    ON CONFLICT DO NOTHING
"""
"""The keys of the forgotten $1, and of the works (theirs, or $2) all of whose members are forgotten."""


async def _note_requests(connection: asyncpg.Connection, entries: Iterable[Entry]) -> None:
    rows = [
        (entry.id, entry.owner, entry.actor, entry.recorded_at, decode(entry, ForgettingRequested).reason_ref)
        for entry in entries
    ]
    await connection.execute(
        "INSERT INTO forgetting.request (id, learner, by, since_ms, reason_ref)"
        " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[]) ON CONFLICT DO NOTHING",
        *zip(*rows, strict=True),
    )


async def _note_forgotten(connection: asyncpg.Connection, entries: Iterable[Entry]) -> None:
    rows: list[tuple[str, str, str, Instant]] = [
        (entry.owner, decode(entry, LearnerForgotten).request, entry.actor, entry.recorded_at) for entry in entries
    ]
    await connection.execute(
        "INSERT INTO forgetting.learner (learner, request, by, forgotten_ms)"
        " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[]) ON CONFLICT DO NOTHING",
        *zip(*rows, strict=True),
    )
    await connection.execute(
        "DELETE FROM handed_in.said_guardian WHERE learner = ANY ($1::uuid[])", [learner for learner, _, _, _ in rows]
    )
    await connection.execute(
        "INSERT INTO forgetting.request (id, learner, since_ms)"
        " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) ON CONFLICT DO NOTHING",
        [request for _, request, _, _ in rows],
        [learner for learner, _, _, _ in rows],
        [forgotten_at for _, _, _, forgotten_at in rows],
    )


async def _note_works(connection: asyncpg.Connection, entries: Iterable[Entry]) -> None:
    pairs = [(entry.owner, member) for entry in entries for member in decode(entry, WorkStarted).members]
    await connection.execute(
        "INSERT INTO forgetting.member (work, learner) SELECT * FROM unnest($1::uuid[], $2::uuid[])"
        " ON CONFLICT DO NOTHING",
        *zip(*pairs, strict=True),
    )


def _ids(rows: Iterable[asyncpg.Record]) -> set[str]:
    return {row["learner"] for row in rows}
