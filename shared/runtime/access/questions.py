"""The questions of access: may this person see, record, decide, verify? One query each, whoever and how many it is of.

Rights come from relations alone. What no line of `_ALLOWED` grants is denied, and the caller then answers as if the
thing were not there (404). Who may what:

| | a learner herself | teacher of a current section she is in | administrator of her school or the district | auditor of the same |
|---|---|---|---|---|
| see | yes | yes | yes | yes |
| record and void | no | yes | yes | no |
| verify | no | no | yes | yes |

A grant holds until the very instant of its `ends_at`, a section from its beginning until the instant of its end. A
person whose own entries wait in quarantine has no rights until they are released: a revocation may be among them.
Where the tables may be more than `MAX_LAG` behind the ledger, every question raises `problems.unavailable`.
"""  # noqa: E501 - a table

from collections.abc import Sequence

import asyncpg

from shared.ledger.identifiers import is_id
from shared.ledger.instants import Instant
from shared.runtime.clock import Clock, now
from shared.runtime.problems import unavailable

MAX_LAG: Instant = 15 * 60 * 1000
"""Milliseconds that the relations may be behind the ledger, or not known to be up to date."""

_SEE = ("teacher", "administrator", "auditor")
_RECORD = ("teacher", "administrator")
_VERIFY = ("administrator", "auditor")

_COMPLETE = "(SELECT min(complete_ms) FROM access.complete)"

_HELD = """
    SELECT role, scope FROM access.grants AS held
    WHERE person = $1 AND role = ANY ($2::text[]) AND (ends_ms IS NULL OR ends_ms > $3)
    AND NOT EXISTS (
        SELECT FROM projection.quarantine AS q WHERE q.ledger = 'definitions' AND q.owner = held.owner
    )
"""
"""The roles of person $1 among $2 that hold at instant $3."""

_ALLOWED = f"""
    WITH held AS MATERIALIZED ({_HELD}), allowed AS (
        SELECT asked.learner FROM unnest($4::uuid[]) AS asked (learner)
        WHERE EXISTS (SELECT FROM held WHERE scope = 'district')
        UNION
        SELECT e.learner FROM held JOIN access.enrolments AS e ON held.scope = 'school/' || e.school
        WHERE e.learner = ANY ($4::uuid[])
        UNION
        SELECT e.learner FROM held JOIN access.enrolments AS e ON held.scope = 'section/' || e.section
        JOIN access.sections AS s USING (section)
        WHERE e.learner = ANY ($4::uuid[])
        AND (s.begins_ms IS NULL OR s.begins_ms <= $3) AND (s.ends_ms IS NULL OR s.ends_ms > $3)
    )
    SELECT {_COMPLETE} AS complete_ms, (SELECT array_agg(learner::text) FROM allowed) AS learners
"""  # noqa: S608 - of constants

_ADMINISTERS = f"""
    SELECT {_COMPLETE} AS complete_ms, EXISTS (SELECT FROM ({_HELD}) WHERE scope IN ('district', $4)) AS allowed
"""  # noqa: S608 - of constants


class Access:
    """Answers from this service's own tables. `clock` gives instants, in milliseconds."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock = now) -> None:
        self._pool, self._clock = pool, clock

    async def may_see(self, person: str, learner: str) -> bool:
        """Whether the person may see everything of the learner's. The learner herself always may."""
        return person == learner or bool(await self._allowed(person, [learner], _SEE))

    async def recordable(self, person: str, learners: Sequence[str]) -> set[str]:
        """Those of the learners for whom the person may record and void evidence."""
        return await self._allowed(person, learners, _RECORD)

    async def may_verify(self, person: str, learner: str) -> bool:
        """Whether the person may have the learner's record verified."""
        return bool(await self._allowed(person, [learner], _VERIFY))

    async def may_verify_all(self, person: str) -> bool:
        """Whether the person may have the whole district's record verified."""
        return await self._has(person, _VERIFY, "district")

    async def is_administrator(self, person: str, scope: str) -> bool:
        """Whether the person administers `district` or `school/{id}`. The district's administers every scope."""
        return await self._has(person, ("administrator",), scope)

    async def check_fresh(self) -> None:
        """Raise `problems.unavailable` where the relations may be further behind the ledger than they may."""
        self._check(await self._pool.fetchval(f"SELECT {_COMPLETE}"))

    async def _allowed(self, person: str, learners: Sequence[str], roles: Sequence[str]) -> set[str]:
        asked = [learner for learner in set(learners) if is_id(learner)]
        if not asked or not is_id(person):
            return set()
        [row] = await self._pool.fetch(_ALLOWED, person, roles, self._clock(), asked)
        self._check(row["complete_ms"])
        return set(row["learners"] or ())

    async def _has(self, person: str, roles: Sequence[str], scope: str) -> bool:
        if not is_id(person):
            return False
        [row] = await self._pool.fetch(_ADMINISTERS, person, roles, self._clock(), scope)
        self._check(row["complete_ms"])
        return bool(row["allowed"])

    def _check(self, complete_ms: Instant | None) -> None:
        if complete_ms is None or self._clock() - complete_ms > MAX_LAG:
            raise unavailable("Who may see what is not known well enough at the moment; try again soon.", retry_after=5)
