"""Reads states as they are stored, for the doors. A learner in quarantine shows as under review: joined here."""

from collections.abc import Iterable

import asyncpg
import msgspec

from services.mastery.ports import StoredState
from services.mastery.postgres.packing import unpack, unpack_overrides
from shared.ledger.identifiers import shard_of
from shared.rulebook.contribution import contributions_digest
from shared.runtime.pace import Pace

_SELECT = """
    SELECT shard, learner::text, competency::text, contributions, overrides, evidence, counted, level, value, scope,
        policy, method, digest, evidence_position, definitions_position,
        CASE WHEN EXISTS (
            SELECT FROM projection.quarantine AS q
            WHERE q.ledger = 'evidence' AND q.shard = s.shard AND q.owner = s.learner
        ) THEN 'under_review' ELSE status END AS status, judged_under
    FROM mastery.state AS s
"""
_AFTER = f"{_SELECT} WHERE (shard, learner, competency) > ($1, $2, $3) ORDER BY 1, s.learner, s.competency LIMIT $4"
_OF_LEARNER = f"{_SELECT} WHERE shard = $1 AND learner = $2 ORDER BY s.competency"
_NOBODY = "00000000-0000-0000-0000-000000000000"


class PostgresStates:
    """The port `StoredStates`."""

    def __init__(self, pool: asyncpg.Pool, tenant: str) -> None:
        self._pool, self._tenant = pool, tenant

    async def after(self, key: tuple[int, str, str] | None, limit: int) -> list[StoredState]:
        shard, learner, competency = key or (-1, _NOBODY, _NOBODY)
        return await _states(await self._pool.fetch(_AFTER, shard, learner, competency, limit))

    async def of(self, learner: str) -> list[StoredState]:
        shard = shard_of(self._tenant, learner)
        return await _states(await self._pool.fetch(_OF_LEARNER, shard, learner))


async def _states(rows: Iterable[asyncpg.Record]) -> list[StoredState]:
    states: list[StoredState] = []
    pace = Pace()
    for shard, learner, competency, contributions, overrides, *outcome in rows:
        states.append(StoredState(shard, learner, competency, _digest(contributions, overrides), *outcome))
        await pace.breathe()
    return states


def _digest(contributions: bytes, overrides: bytes | None) -> str | None:
    """By it others compare what the state is folded from; None where the row holds nothing that can be read."""
    try:
        return contributions_digest(unpack(contributions), unpack_overrides(overrides))
    except (msgspec.MsgspecError, ValueError):  # texts that are no UTF-8 are told of by Python's own error
        return None
