"""The questions of access: may this person see, record, decide, verify? One query each, whoever and how many it is of.

Rights come from relations alone. What no line of `_ALLOWED` grants is denied, and the caller then answers as if the
thing were not there (404). Who may what, of a learner:

| | she herself | her guardian | teacher of a current section she is in | administrator of her school or the district | auditor of the same |
|---|---|---|---|---|---|
| see | yes | yes | yes | yes | yes |
| record and correct | no | no | yes | yes | no |
| grade in a course | no | no | of a section of that course | yes | no |
| link and unlink guardians | no | no | no | yes | no |
| verify | no | no | no | yes | yes |
| read every state of the district at once | no | no | no | the district's | the district's |
| read who was shown what of her | yes | yes | no | yes | yes |

A panelist of an exhibition, and nobody by any of the above, may see the works that it shows, with their versions, while
she sits on its panel: nothing else of their members, and no name. She may be anybody; one who is nothing else in the
district has a right to that alone.

A grant holds until the very instant of its `ends_at`, a section from its beginning until the instant of its end. A
person whose own entries wait in quarantine has no rights until they are released: a revocation may be among them; so
has a guardian by a learner whose entries wait. Of a forgotten learner nobody but the district's administrators and
auditors may ask, for she belongs nowhere any more.
Where the tables may be more than `MAX_LAG` behind the ledger, every question raises `problems.unavailable`.
"""  # noqa: E501 - a table

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from shared.ledger.identifiers import is_id
from shared.ledger.instants import Instant
from shared.runtime.clock import Clock, now
from shared.runtime.problems import unavailable

MAX_LAG: Instant = 15 * 60 * 1000
"""Milliseconds that the relations may be behind the ledger, or not known to be up to date."""

_ROLES = ("teacher", "administrator", "auditor")
_SEE = _ROLES
_RECORD = ("teacher", "administrator")
_ADMINISTER = ("administrator",)
_VERIFY = ("administrator", "auditor")

_GUARDIANSHIPS = """
    SELECT learner FROM access.guardians AS link WHERE guardian = $1
    AND NOT EXISTS (SELECT FROM projection.quarantine AS q WHERE q.ledger = 'evidence' AND q.owner = link.learner)
"""
"""The learners for whom person $1 speaks."""

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
        WHERE e.learner = ANY ($4::uuid[]) AND ($5::uuid IS NULL OR s.course = $5)
        AND (s.begins_ms IS NULL OR s.begins_ms <= $3) AND (s.ends_ms IS NULL OR s.ends_ms > $3)
        UNION
        SELECT learner FROM ({_GUARDIANSHIPS}) AS own WHERE $6 AND learner = ANY ($4::uuid[])
    )
    SELECT {_COMPLETE} AS complete_ms, (SELECT array_agg(learner::text) FROM allowed) AS learners
"""  # noqa: S608 - of constants

_ADMINISTERS = f"""
    SELECT {_COMPLETE} AS complete_ms, EXISTS (SELECT FROM ({_HELD}) WHERE scope IN ('district', $4)) AS allowed
"""  # noqa: S608 - of constants

_SCOPES = f"SELECT {_COMPLETE} AS complete_ms, ARRAY(SELECT DISTINCT scope FROM ({_HELD}) AS own) AS scopes"  # noqa: S608 - of constants

_SPEAKS = f"""
    SELECT {_COMPLETE} AS complete_ms, EXISTS (SELECT FROM ({_GUARDIANSHIPS}) AS own WHERE learner = $2) AS allowed
"""  # noqa: S608 - of constants

_BELONGS = f"""
    SELECT {_COMPLETE} AS complete_ms, EXISTS (SELECT FROM ({_HELD}))
    OR EXISTS (SELECT FROM access.enrolments WHERE learner = $1) OR EXISTS ({_GUARDIANSHIPS}) AS allowed
"""  # noqa: S608 - of constants

_PUBLISHES = f"""
    SELECT {_COMPLETE} AS complete_ms, EXISTS (
        SELECT FROM ({_HELD}) AS held LEFT JOIN access.sections AS s ON held.scope = 'section/' || s.section
        WHERE held.role = 'administrator'
        OR ((s.begins_ms IS NULL OR s.begins_ms <= $3) AND (s.ends_ms IS NULL OR s.ends_ms > $3))
    ) AS allowed
"""  # noqa: S608 - of constants

_STAFF = f"SELECT {_COMPLETE} AS complete_ms, EXISTS ({_HELD}) AS allowed"

_CLASSMATES = f"""
    SELECT {_COMPLETE} AS complete_ms, ARRAY(
        SELECT DISTINCT other.learner::text FROM access.enrolments AS own
        JOIN access.enrolments AS other USING (section) JOIN access.sections AS s USING (section)
        WHERE own.learner = $1 AND other.learner = ANY ($2::uuid[]) AND other.learner <> $1
        AND (s.begins_ms IS NULL OR s.begins_ms <= $3) AND (s.ends_ms IS NULL OR s.ends_ms > $3)
        AND NOT EXISTS (
            SELECT FROM projection.quarantine AS q WHERE q.ledger = 'evidence' AND q.owner IN ($1, other.learner)
        )
    ) AS learners
"""  # noqa: S608 - of constants

_EXHIBITED = f"""
    SELECT {_COMPLETE} AS complete_ms, ARRAY(
        SELECT DISTINCT shown.work::text FROM access.panelists AS own JOIN access.exhibited AS shown USING (exhibition)
        WHERE own.panelist = $1 AND NOT own.is_dismissed AND (own.ends_ms IS NULL OR own.ends_ms > $2)
        AND shown.work = ANY ($3::uuid[]) AND NOT EXISTS (
            SELECT FROM projection.quarantine AS q
            WHERE q.ledger = 'evidence' AND q.owner IN (own.exhibition, shown.work)
        )
    ) AS works
"""  # noqa: S608 - of constants

_PANELS = f"""
    SELECT {_COMPLETE} AS complete_ms, ARRAY(
        SELECT exhibition::text FROM access.panelists WHERE panelist = $1 ORDER BY exhibition
    ) AS exhibitions
"""  # noqa: S608 - of constants

_MEMBERS = f"""
    SELECT {_COMPLETE} AS complete_ms, ARRAY(
        SELECT DISTINCT learner::text FROM access.enrolments WHERE %s = $1 ORDER BY learner::text
    ) AS learners
"""  # noqa: S608 - of constants
_MEMBERS_OF = {kind: _MEMBERS % kind for kind in ("section", "school")}


_STANDING = f"""
    WITH held AS MATERIALIZED ({_HELD})
    SELECT {_COMPLETE} AS complete_ms,
        EXISTS (SELECT FROM access.enrolments WHERE learner = $1) AS is_learner,
        ARRAY(SELECT learner::text FROM ({_GUARDIANSHIPS}) AS own ORDER BY learner::text) AS speaks_for,
        ARRAY(
            SELECT s.section::text FROM held JOIN access.sections AS s ON held.scope = 'section/' || s.section
            WHERE (s.begins_ms IS NULL OR s.begins_ms <= $3) AND (s.ends_ms IS NULL OR s.ends_ms > $3)
            ORDER BY s.section::text
        ) AS teaches,
        ARRAY(
            SELECT DISTINCT role || ' ' || scope AS other FROM held WHERE role <> 'teacher' ORDER BY other
        ) AS others
"""  # noqa: S608 - of constants

_OF_SECTIONS = f"""
    SELECT {_COMPLETE} AS complete_ms, ARRAY(
        SELECT section::text || ' ' || %s::text FROM access.sections WHERE section = ANY ($1::uuid[])
    ) AS pairs
"""  # noqa: S608 - of constants
_SCHOOLS, _COURSES = _OF_SECTIONS % "school", _OF_SECTIONS % "course"


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is here: a learner, a guardian of learners, a teacher of current sections; and what scopes,
    `district` or `school/{id}`, she administers and may audit. In the order of ids.
    """

    is_learner: bool
    speaks_for: tuple[str, ...]
    teaches: tuple[str, ...]
    administers: tuple[str, ...]
    audits: tuple[str, ...]


class Access:
    """Answers from this service's own tables. `clock` gives instants, in milliseconds."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock = now) -> None:
        self._pool, self._clock = pool, clock

    async def may_see(self, person: str, learner: str) -> bool:
        """Whether the person may see everything of the learner's. The learner herself always may."""
        return bool(await self.visible(person, [learner]))

    async def visible(self, person: str, learners: Sequence[str]) -> set[str]:
        """Those of the learners whom the person may see."""
        return await self._shown(person, learners, _SEE)

    async def recordable(self, person: str, learners: Sequence[str]) -> set[str]:
        """Those of the learners for whom the person may record and void evidence."""
        return await self._allowed(person, learners, _RECORD)

    async def gradable(self, person: str, course: str, learners: Sequence[str]) -> set[str]:
        """Those of the learners whom the person may grade in the course."""
        return await self._allowed(person, learners, _RECORD, course=course) if is_id(course) else set()

    async def may_verify(self, person: str, learner: str) -> bool:
        """Whether the person may have the learner's record verified."""
        return bool(await self._allowed(person, [learner], _VERIFY))

    async def may_verify_all(self, person: str) -> bool:
        """Whether the person may have the whole district's record verified."""
        return await self._has(person, _VERIFY, "district")

    async def may_read_all(self, person: str) -> bool:
        """Whether the person may read every learner's states at once."""
        return await self._has(person, _VERIFY, "district")

    async def may_read_disclosures(self, person: str, learner: str) -> bool:
        """Whether the person may read who was shown what of the learner's."""
        return bool(await self._shown(person, [learner], _VERIFY))

    async def administered(self, person: str, learners: Sequence[str]) -> set[str]:
        """Those of the learners whose school, or whose district, the person administers."""
        return await self._allowed(person, learners, _ADMINISTER)

    async def is_administrator(self, person: str, scope: str) -> bool:
        """Whether the person administers `district` or `school/{id}`. The district's administers every scope."""
        return await self._has(person, _ADMINISTER, scope)

    async def verified_scopes(self, person: str) -> set[str]:
        """The scopes, `district` and `school/{id}`, of which the person is an administrator or auditor."""
        if not is_id(person):
            return set()
        [row] = await self._pool.fetch(_SCOPES, person, list(_VERIFY), self._clock())
        self._check(row["complete_ms"])
        return set(row["scopes"])

    async def is_guardian(self, person: str, learner: str) -> bool:
        """Whether the person speaks for the learner."""
        return is_id(person) and is_id(learner) and await self._whether(_SPEAKS, person, learner)

    async def may_publish(self, person: str) -> bool:
        """Whether the person teaches a current section, or administers a school or the district."""
        return is_id(person) and await self._whether(_PUBLISHES, person, list(_RECORD), self._clock())

    async def is_staff(self, person: str) -> bool:
        """Whether the person has any role in the district now."""
        return is_id(person) and await self._whether(_STAFF, person, list(_ROLES), self._clock())

    async def classmates(self, person: str, learners: Sequence[str]) -> set[str]:
        """Those of the learners who are in a current section together with the person, a learner too."""
        asked = [learner for learner in learners if is_id(learner)]
        if not asked or not is_id(person):
            return set()
        [row] = await self._pool.fetch(_CLASSMATES, person, asked, self._clock())
        self._check(row["complete_ms"])
        return set(row["learners"])

    async def standing(self, person: str) -> Standing:
        """What the person is here."""
        if not is_id(person):
            return Standing(is_learner=False, speaks_for=(), teaches=(), administers=(), audits=())
        [row] = await self._pool.fetch(_STANDING, person, list(_ROLES), self._clock())
        self._check(row["complete_ms"])
        held = [other.split(" ", 1) for other in row["others"]]
        return Standing(
            is_learner=row["is_learner"],
            speaks_for=tuple(row["speaks_for"]),
            teaches=tuple(row["teaches"]),
            administers=tuple(scope for role, scope in held if role == "administrator"),
            audits=tuple(scope for role, scope in held if role == "auditor"),
        )

    async def schools_of(self, sections: Sequence[str]) -> dict[str, str]:
        """The school of each of the sections that there is."""
        return await self._of_sections(_SCHOOLS, sections)

    async def courses_of(self, sections: Sequence[str]) -> dict[str, str]:
        """The course of each of the sections that there is."""
        return await self._of_sections(_COURSES, sections)

    async def exhibited(self, person: str, works: Sequence[str]) -> set[str]:
        """Those of the works that an exhibition shows on whose panel the person sits now."""
        asked = [work for work in works if is_id(work)]
        if not asked or not is_id(person):
            return set()
        [row] = await self._pool.fetch(_EXHIBITED, person, self._clock(), asked)
        self._check(row["complete_ms"])
        return set(row["works"])

    async def panels(self, person: str) -> list[str]:
        """The exhibitions on whose panels the person sits or sat, in ascending order."""
        if not is_id(person):
            return []
        [row] = await self._pool.fetch(_PANELS, person)
        self._check(row["complete_ms"])
        return list(row["exhibitions"])

    async def has_any_relation(self, person: str) -> bool:
        """Whether the person is of the district: has a role now, is enrolled, or is a guardian."""
        return is_id(person) and await self._whether(_BELONGS, person, list(_ROLES), self._clock())

    async def members(self, scope: str) -> list[str]:
        """The learners enrolled in `section/{id}` or `school/{id}`, in ascending order; nobody in any other scope."""
        kind, _, id_ = scope.partition("/")
        if kind not in _MEMBERS_OF or not is_id(id_):
            return []
        [row] = await self._pool.fetch(_MEMBERS_OF[kind], id_)
        self._check(row["complete_ms"])
        return list(row["learners"])

    async def check_fresh(self) -> None:
        """Raise `problems.unavailable` where the relations may be further behind the ledger than they may."""
        self._check(await self._pool.fetchval(f"SELECT {_COMPLETE}"))

    async def _shown(self, person: str, learners: Sequence[str], roles: Sequence[str]) -> set[str]:
        """Those of the learners who are the person herself, for whom she speaks, or to whom her roles lead."""
        own = {learner for learner in learners if learner == person}
        others = [learner for learner in learners if learner != person]
        return own | await self._allowed(person, others, roles, guardian=True)

    async def _allowed(
        self,
        person: str,
        learners: Sequence[str],
        roles: Sequence[str],
        *,
        course: str | None = None,
        guardian: bool = False,
    ) -> set[str]:
        asked = [learner for learner in set(learners) if is_id(learner)]
        if not asked or not is_id(person):
            return set()
        [row] = await self._pool.fetch(_ALLOWED, person, roles, self._clock(), asked, course, guardian)
        self._check(row["complete_ms"])
        return set(row["learners"] or ())

    async def _of_sections(self, question: str, sections: Sequence[str]) -> dict[str, str]:
        [row] = await self._pool.fetch(question, [section for section in sections if is_id(section)])
        self._check(row["complete_ms"])
        return dict(pair.split(" ") for pair in row["pairs"])

    async def _has(self, person: str, roles: Sequence[str], scope: str) -> bool:
        return is_id(person) and await self._whether(_ADMINISTERS, person, roles, self._clock(), scope)

    async def _whether(self, question: str, *arguments: object) -> bool:
        [row] = await self._pool.fetch(question, *arguments)
        self._check(row["complete_ms"])
        return bool(row["allowed"])

    def _check(self, complete_ms: Instant | None) -> None:
        if complete_ms is None or self._clock() - complete_ms > MAX_LAG:
            raise unavailable("Who may see what is not known well enough at the moment; try again soon.", retry_after=5)
