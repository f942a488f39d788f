"""Reads every state of the district, page by page, each in one snapshot with the numbers the topic goes on from."""

import asyncpg

from services.mastery.ports import StateKey, StateRead, StatesPage
from services.mastery.postgres.published import OUTCOME
from shared.rulebook.known import Pin
from shared.runtime.connections import snapshot

_NOBODY = "00000000-0000-0000-0000-000000000000"
_PAGE = f"""
    SELECT shard, learner::text, competency::text, {OUTCOME}, EXISTS (
        SELECT FROM projection.quarantine AS q
        WHERE q.ledger = 'evidence' AND q.shard = s.shard AND q.owner = s.learner
    ) AS held
    FROM mastery.state AS s WHERE (shard, learner, competency) > ($1, $2::uuid, $3::uuid)
    ORDER BY shard, s.learner, s.competency LIMIT $4
"""  # noqa: S608 - of constants


class PostgresAllStates:
    """The port `AllStates`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def after(self, key: StateKey | None, limit: int) -> StatesPage:
        async with snapshot(self._pool) as connection:
            seqs = await connection.fetch("SELECT shard, seq FROM published.head ORDER BY shard")
            marks = await connection.fetch("SELECT ledger, shard, position FROM projection.watermark ORDER BY 1, 2")
            rows = await connection.fetch(_PAGE, *(key or (-1, _NOBODY, _NOBODY)), limit)
        return StatesPage(
            [_state(row) for row in rows],
            {row["shard"]: row["seq"] for row in seqs},
            tuple(Pin(row["ledger"], row["shard"], row["position"]) for row in marks if row["position"]),
        )


def _state(row: asyncpg.Record) -> StateRead:
    pins = (
        Pin("definitions", 0, row["definitions_position"] or 0),
        Pin("evidence", row["shard"], row["evidence_position"] or 0),
    )
    return StateRead(
        shard=row["shard"],
        learner=row["learner"],
        competency=row["competency"],
        status="under_review" if row["held"] else row["status"],
        level=row["level"],
        value=row["value"],
        policy=row["policy"],
        method=row["method"],
        scope=row["scope"],
        counted=row["counted"],
        evidence=row["evidence"],
        digest=row["digest"],
        pins=tuple(pin for pin in pins if pin.position),
    )
