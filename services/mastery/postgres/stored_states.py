"""Reads states as they are stored, for the doors. A learner in quarantine shows as under review: joined here."""

from typing import NamedTuple

import asyncpg

_SELECT = """
    SELECT shard, learner::text, competency::text, contributions, evidence, counted, level, value, scope, policy,
        method, digest, evidence_position, definitions_position,
        CASE WHEN EXISTS (
            SELECT FROM projection.quarantine AS q
            WHERE q.ledger = 'evidence' AND q.shard = s.shard AND q.owner = s.learner
        ) THEN 'under_review' ELSE status END AS status
    FROM mastery.state AS s
"""
_AFTER = f"{_SELECT} WHERE (shard, learner, competency) > ($1, $2, $3) ORDER BY 1, s.learner, s.competency LIMIT $4"
_OF_LEARNER = f"{_SELECT} WHERE shard = $1 AND learner = $2 ORDER BY s.competency"
_NOBODY = "00000000-0000-0000-0000-000000000000"


class StoredState(NamedTuple):
    """A row of `mastery.state`; `contributions` as packed."""

    shard: int
    learner: str
    competency: str
    contributions: bytes
    evidence: int
    counted: int
    level: str | None
    value: int | None
    scope: str | None
    policy: str | None
    method: str | None
    digest: str
    evidence_position: int | None
    definitions_position: int | None
    status: str


async def states_after(pool: asyncpg.Pool, after: tuple[int, str, str] | None, limit: int) -> list[StoredState]:
    """The states after one of this shard, learner and competency, in that order; from the first on after None."""
    shard, learner, competency = after or (-1, _NOBODY, _NOBODY)
    return [StoredState(*row) for row in await pool.fetch(_AFTER, shard, learner, competency, limit)]


async def states_of(pool: asyncpg.Pool, shard: int, learner: str) -> list[StoredState]:
    return [StoredState(*row) for row in await pool.fetch(_OF_LEARNER, shard, learner)]
