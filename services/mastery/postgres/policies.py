"""The port `Policies`: lines of adoptions, and counts of the stored states within a scope."""

from typing import Any

import asyncpg

from services.mastery.domain.policies import Adopted, Concerned, Under
from services.mastery.postgres.refold_queue import competencies_in, concerned
from shared.ledger.canonical import parse
from shared.rulebook.scope import Scope
from shared.runtime.connections import borrowed

MOST = 100
"""Adoptions of a scope that are told, the newest."""

_LINE = """
    SELECT policy, bytes, mode, version, position, recorded_ms FROM definitions.adoption
    JOIN definitions.content ON digest = policy WHERE scope = $1 ORDER BY position DESC LIMIT $2
"""
_COUNT = """
    SELECT policy, scope, grouping(policy) = 1 AS whole, count(*) AS states,
        count(DISTINCT (shard, learner)) AS learners
    FROM mastery.state AS s WHERE {within} GROUP BY GROUPING SETS ((policy, scope), ())
"""
_TITLES = "SELECT digest, bytes FROM definitions.content WHERE digest = ANY ($1)"
_REFOLDED = """
    SELECT done + (SELECT coalesce(sum(p.done), 0)::bigint FROM mastery.refold_part AS p WHERE p.position = r.position)
    FROM mastery.refold AS r WHERE position = $1
"""


class PostgresPolicies:
    """Counts what is stored; while a refold is under way a part of it is still under the policy before."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def line(self, scope: str) -> list[Adopted]:
        """See `Policies.line`."""
        return [Adopted(*row) for row in await self._pool.fetch(_LINE, scope, MOST)]

    async def refolded(self, position: int) -> int | None:
        """See `Policies.refolded`."""
        done: int | None = await self._pool.fetchval(_REFOLDED, position)
        return done

    async def concerned(self, scope: Scope) -> Concerned:
        """See `Policies.concerned`."""
        async with borrowed(self._pool) as connection:
            condition, given = concerned(str(scope), await competencies_in(connection, scope), place=1)
            rows = await connection.fetch(_COUNT.format(within=condition), *given)
        policies = [row["policy"] for row in rows if row["policy"] is not None]
        titles = {row["digest"]: _title(row["bytes"]) for row in await self._pool.fetch(_TITLES, policies)}
        under = [
            Under(row["policy"], row["scope"], titles.get(row["policy"]), row["states"], row["learners"])
            for row in rows
            if not row["whole"]
        ]
        learners = sum(row["learners"] for row in rows if row["whole"])
        return Concerned(tuple(sorted(under, key=lambda row: (-row.states, row.scope or ""))), learners)


def _title(content: bytes) -> str:
    document: Any = parse(content)
    return str(document["title"])
