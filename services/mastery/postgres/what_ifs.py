"""What-ifs as they are asked for and read: the port `WhatIfs`."""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg
import orjson

from services.mastery.domain.what_ifs import (
    KEPT_A_PERSON,
    MOST_WAITING,
    Asked,
    Asking,
    Change,
    Count,
    Stand,
    UnderWay,
    WhatIf,
)
from services.mastery.postgres.what_if_parts import entries, read_moves, remove
from shared.ledger.instants import Instant
from shared.rulebook.known import Pin
from shared.runtime.connections import borrowed, snapshot
from shared.runtime.definitions.reading import document

_POLICIES = "ascertain.policy@"

_ASKED = "id::text, asked_by::text, policy, document, scope, mode, asked_ms"

_KEPT = f"""
    SELECT id::text FROM what_if.asked WHERE asked_by = $1 AND ended_ms IS NOT NULL AND state <> 'cancelled'
    ORDER BY ended_ms DESC, id OFFSET {KEPT_A_PERSON - 1}
"""  # noqa: S608 - of constants


class PostgresWhatIfs:
    """From this service's own tables."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def policy(self, digest: str) -> bytes | None:
        async with borrowed(self._pool) as connection:
            found = await document(connection, digest)
        return found[1] if found is not None and found[0].startswith(_POLICIES) else None

    async def is_scope(self, kind: str, name: str) -> bool:
        query = {
            "framework": "SELECT EXISTS (SELECT FROM definitions.placement WHERE framework = $1)",
            "competency": "SELECT EXISTS (SELECT FROM definitions.placement WHERE competency = $1)",
            "school": "SELECT EXISTS (SELECT FROM mastery.learner WHERE school = $1)",
            "learner": "SELECT EXISTS (SELECT FROM mastery.learner WHERE learner = $1)"
            " OR EXISTS (SELECT FROM mastery.state WHERE learner = $1)",
        }.get(kind)
        if query is None:
            return True
        async with borrowed(self._pool) as connection:
            return bool(await connection.fetchval(query, name))

    async def ask(self, asked: Asked) -> Asking:
        async with borrowed(self._pool) as connection, connection.transaction():
            known = await connection.fetchrow(
                f"SELECT {_ASKED} FROM what_if.asked WHERE id = $1",  # noqa: S608 - of constants
                asked.id,
            )
            if known is not None:
                return "repeated" if Asked(*known).is_request(asked) else "mismatch"
            waiting = await connection.fetchval(
                "SELECT count(*) FROM what_if.asked WHERE state IN ('waiting', 'running')"
            )
            if waiting >= MOST_WAITING:
                return "full"
            inserted = await connection.execute(
                "INSERT INTO what_if.asked (id, asked_by, policy, document, scope, mode, asked_ms)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                *(asked.id, asked.asked_by, asked.policy, asked.document, asked.scope, asked.mode, asked.asked_at),
            )
            if inserted != "INSERT 0 1":
                return "busy"
            await remove(connection, [row["id"] for row in await connection.fetch(_KEPT, asked.asked_by)])
        return "begun"

    async def find(self, id_: str) -> WhatIf | None:
        async with snapshot(self._pool) as connection:
            row = await connection.fetchrow(
                f"SELECT {_ASKED}, state, ended_ms, reason, definitions FROM what_if.asked"  # noqa: S608 - of constants
                " WHERE id = $1 AND state <> 'cancelled'",
                id_,
            )
            if row is None:
                return None
            parts = await connection.fetch("SELECT * FROM what_if.part WHERE what_if = $1 ORDER BY shard", id_)
        done = [part for part in parts if part["states"] is not None]
        stay: dict[str, int] = {}
        for part in done:
            for kind, states in orjson.loads(part["stay"]).items():
                stay[kind] = stay.get(kind, 0) + states
        definitions = () if row["definitions"] is None else (Pin("definitions", 0, row["definitions"]),)
        return WhatIf(
            asked=Asked(*list(row.values())[:7]),
            state=row["state"],
            ended_at=row["ended_ms"],
            reason=row["reason"],
            parts=len(parts),
            parts_done=len(done),
            states=sum(part["states"] for part in done),
            held=sum(part["held"] for part in done),
            accommodated=sum(part["accommodated"] for part in done),
            stay=stay,
            pins=(*definitions, *(Pin("evidence", part["shard"], part["evidence"]) for part in done)),
        )

    async def counts(self, id_: str) -> list[Count]:
        async with borrowed(self._pool) as connection:
            rows = await connection.fetch(
                "SELECT competency::text, status_before, level_before, status_after, level_after, number, school::text"
                " FROM what_if.cell WHERE what_if = $1",
                id_,
            )
        return [
            Count(competency, Stand(*before), Stand(*after), number, school)
            for competency, *before, after_status, after_level, number, school in rows
            for after in [(after_status, after_level)]
        ]

    async def codes(self, competencies: Collection[str]) -> dict[str, str]:
        async with borrowed(self._pool) as connection:
            rows = await connection.fetch(
                "SELECT DISTINCT ON (competency) competency::text, code FROM definitions.placement"
                " WHERE competency = ANY ($1::uuid[]) ORDER BY competency, position DESC",
                list(competencies),
            )
        return {row["competency"]: row["code"] for row in rows}

    async def changes(self, id_: str, competency: str, after: str | None, limit: int) -> list[Change]:
        async with borrowed(self._pool) as connection:
            rows = await connection.fetch(
                "SELECT moves, learners FROM what_if.changed WHERE what_if = $1 AND competency = $2", id_, competency
            )
        begins = b"" if after is None else UUID(after).bytes
        found: list[tuple[bytes, Change]] = []
        for row in rows:
            moves = [(Stand(*move[:2]), Stand(*move[2:4])) for move in read_moves(row["moves"])]
            own = [(learner, number) for learner, number in entries(bytes(row["learners"])) if learner > begins]
            found += [(learner, Change(str(UUID(bytes=learner)), *moves[number])) for learner, number in own[:limit]]
        return [change for _, change in sorted(found, key=lambda pair: pair[0])[:limit]]

    async def remove(self, id_: str, now: Instant) -> None:
        async with borrowed(self._pool) as connection:
            await connection.execute(
                "UPDATE what_if.asked SET state = 'cancelled', ended_ms = coalesce(ended_ms, $2) WHERE id = $1",
                *(id_, now),
            )

    async def under_way(self) -> Sequence[UnderWay]:
        async with borrowed(self._pool) as connection:
            rows = await connection.fetch(
                "SELECT scope, count(p.shard), count(p.states) FROM what_if.asked AS a"
                " LEFT JOIN what_if.part AS p ON p.what_if = a.id"
                " WHERE state IN ('waiting', 'running') GROUP BY a.id ORDER BY asked_ms, a.id LIMIT 20"
            )
        return [UnderWay(*row) for row in rows]
