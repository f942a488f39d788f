"""What people are to the district: by their streams in the ledger, and by the relations of now."""

from collections.abc import Collection

import asyncpg

from services.evidence.domain.revealing import Standing
from shared.ledger.identifiers import definitions_owner
from shared.ledger.streams import learner_stream, person_stream
from shared.runtime.access.questions import Access
from shared.runtime.clock import Clock, now

# Who was ever granted a role has a stream person/{id}; who was ever enrolled has a stream learner/{id}. A role makes
# nobody's name public while she learns here, nor does one that has ended (by a slip, an hour long): she is a learner.
_STANDINGS = """
    SELECT asked.person::text, CASE
        WHEN EXISTS (
            SELECT FROM ledger.stream WHERE owner = person AND stream = learner_stream AND ledger = 'evidence'
        ) AND (
            EXISTS (SELECT FROM access.enrolments AS e WHERE e.learner = asked.person)
            OR NOT EXISTS (
                SELECT FROM access.grants AS held
                WHERE held.person = asked.person AND (held.ends_ms IS NULL OR held.ends_ms > $5)
            )
        ) THEN 'learner'
        WHEN EXISTS (
            SELECT FROM ledger.stream WHERE owner = role_owner AND stream = role_stream AND ledger = 'definitions'
        ) THEN 'staff'
        WHEN EXISTS (SELECT FROM access.sections WHERE section = person) THEN 'section'
        WHEN EXISTS (SELECT FROM handed_in.org WHERE id = person) THEN 'school'
        WHEN EXISTS (SELECT FROM access.guardians WHERE guardian = person) THEN 'staff'
        WHEN EXISTS (SELECT FROM access.panelists WHERE panelist = person) THEN 'staff'
    END AS standing
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
    AS asked (person, role_owner, role_stream, learner_stream)
"""


class PostgresPeople:
    """One query each, however many people it is of."""

    def __init__(self, pool: asyncpg.Pool, access: Access, *, tenant: str, clock: Clock = now) -> None:
        self._pool, self._access, self._tenant, self._clock = pool, access, tenant, clock

    async def standings(self, people: Collection[str]) -> dict[str, Standing]:
        """What each of these is; those are left out who are nothing to the district yet."""
        asked = list(people)
        roles = [person_stream(person) for person in asked]
        owners = [definitions_owner(self._tenant, stream) for stream in roles]
        learners = [learner_stream(person) for person in asked]
        rows = await self._pool.fetch(_STANDINGS, asked, owners, roles, learners, self._clock())
        return {row["person"]: row["standing"] for row in rows if row["standing"] is not None}

    async def belongs(self, person: str) -> bool:
        """Whether a person has any relation in the district now."""
        return await self._access.has_any_relation(person)
