"""The port `Roster`: what rosters said, and the relations that the access projection keeps anyway."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import asyncpg

from services.evidence.domain.errors import NotNow
from services.evidence.domain.roster_known import Grant, KnownRoster, Membership, Section, Session
from services.evidence.domain.roster_outline import Outline, OutlinedSection
from services.evidence.ports import Applied
from services.evidence.postgres.forgetting import FORGETTING
from shared.ledger.identifiers import Ledger, definitions_owner, shard_of
from shared.ledger.instants import Instant
from shared.ledger.streams import learner_stream, person_stream, section_stream
from shared.runtime.clock import now
from shared.runtime.connections import borrowed
from shared.runtime.shards import Shard


class PostgresRoster:
    """Reads relations only once the projections have come to where the ledger was when its versions were read.

    So the relations are never older than the versions: a decision on them is right, or the ledger calls it stale.
    """

    def __init__(self, pool: asyncpg.Pool, applied: Applied, *, tenant: str) -> None:
        self._pool, self._applied, self._tenant = pool, applied, tenant

    async def remember(self, orgs: Mapping[str, str], sessions: Mapping[str, Session]) -> None:
        """See `Roster.remember`."""
        async with borrowed(self._pool) as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO handed_in.org AS o (id, type) SELECT * FROM unnest($1::uuid[], $2::text[]) ORDER BY 1"
                " ON CONFLICT (id) DO UPDATE SET type = excluded.type WHERE o.type <> excluded.type",
                list(orgs),
                list(orgs.values()),
            )
            await connection.execute(
                "INSERT INTO handed_in.session AS s (id, begins_ms, ends_ms)"
                " SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) ORDER BY 1"
                " ON CONFLICT (id) DO UPDATE SET begins_ms = excluded.begins_ms, ends_ms = excluded.ends_ms"
                " WHERE (s.begins_ms, s.ends_ms) IS DISTINCT FROM (excluded.begins_ms, excluded.ends_ms)",
                list(sessions),
                [session.begins_at for session in sessions.values()],
                [session.ends_at for session in sessions.values()],
            )

    async def remember_guardians(self, said: Mapping[str, frozenset[str]]) -> None:
        """See `Roster.remember_guardians`."""
        pairs = sorted((learner, guardian) for learner, guardians in said.items() for guardian in guardians)
        learners, guardians = [learner for learner, _ in pairs], [guardian for _, guardian in pairs]
        async with borrowed(self._pool) as connection, connection.transaction():
            await connection.execute(f"SELECT pg_advisory_xact_lock_shared({FORGETTING})")
            await connection.execute(
                "DELETE FROM handed_in.said_guardian AS known WHERE learner = ANY ($1::uuid[]) AND NOT EXISTS ("
                " SELECT FROM unnest($2::uuid[], $3::uuid[]) AS said (learner, guardian)"
                " WHERE said.learner = known.learner AND said.guardian = known.guardian)",
                list(said),
                learners,
                guardians,
            )
            await connection.execute(
                "INSERT INTO handed_in.said_guardian (learner, guardian)"
                " SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS said (learner, guardian)"
                " WHERE NOT EXISTS (SELECT FROM forgetting.learner AS gone WHERE gone.learner = said.learner)"
                " ON CONFLICT DO NOTHING",
                learners,
                guardians,
            )

    async def outline(self, schools: Collection[str] | None) -> Outline:
        """See `Roster.outline`."""
        asked = None if schools is None else list(schools)
        rows = await self._pool.fetch(_OUTLINE, now(), asked)
        counts = await self._pool.fetch(_LEARNERS, asked)
        periods = await self._pool.fetch("SELECT id::text, begins_ms, ends_ms FROM handed_in.session ORDER BY id")
        return Outline(
            tuple(map(_outlined, rows)),
            {row["school"]: row["learners"] for row in counts},
            {row["id"]: Session(row["begins_ms"], row["ends_ms"]) for row in periods},
        )

    async def outlined(self, section: str) -> OutlinedSection | None:
        """See `Roster.outlined`."""
        rows = await self._pool.fetch(_OUTLINED, now(), section)
        return _outlined(rows[0]) if rows else None

    async def unknown(self, *, course: str, period: str) -> Literal["course", "period"] | None:
        """See `Roster.unknown`."""
        [known] = await self._pool.fetch(_OCCASION, course, period)
        if not known["course"]:
            return "course"
        return None if known["period"] else "period"

    async def known(
        self, *, orgs: Collection[str], sessions: Collection[str], sections: Collection[str], people: Collection[str]
    ) -> KnownRoster:
        """See `Roster.known`."""
        said = await self._rows(_SAID, people)
        people = {*people, *(row["learner"] for row in said)}
        streams = await self._streams(sections, people)
        if not await self._applied.reached(await self._heads(people)):
            raise NotNow("What is known of these people is not up to date at the moment.")
        return KnownRoster(
            orgs={row["id"]: row["type"] for row in await self._rows(_ORGS, orgs)},
            sessions={
                row["id"]: Session(row["begins_ms"], row["ends_ms"]) for row in await self._rows(_SESSIONS, sessions)
            },
            sections={row["section"]: _section(row) for row in await self._rows(_SECTIONS, sections)},
            grants=_grants(await self._rows(_GRANTS, people)),
            enrolments=_enrolments(await self._rows(_ENROLMENTS, people)),
            versions={name: version for name, (version, _) in streams.items()},
            forgotten=frozenset(person for person in people if streams.get(learner_stream(person), (0, False))[1]),
            guardians=_guardians(await self._rows(_GUARDIANS, people)),
            said_guardians=_guardians(said),
        )

    async def _streams(self, sections: Iterable[str], people: Iterable[str]) -> dict[str, tuple[int, bool]]:
        """The versions of these streams, and whether they are closed."""
        streams: list[tuple[str, str, Ledger]] = [
            *((self._owner(name), name, "definitions") for name in map(section_stream, sections)),
        ]
        for person in people:
            name = person_stream(person)
            streams += [(self._owner(name), name, "definitions"), (person, learner_stream(person), "evidence")]
        if not streams:
            return {}
        owners, names, ledgers = zip(*streams, strict=True)
        rows = await self._pool.fetch(
            "SELECT stream, version, closed FROM ledger.stream"
            " JOIN unnest($1::uuid[], $2::text[], $3::text[]) AS asked (owner, stream, ledger)"
            " USING (owner, stream, ledger)",
            owners,
            names,
            ledgers,
        )
        return {row["stream"]: (row["version"], row["closed"]) for row in rows}

    async def _heads(self, people: Iterable[str]) -> dict[Shard, int]:
        """How far the ledger has come where these people's entries lie."""
        shards = {shard_of(self._tenant, person) for person in people}
        rows = await self._pool.fetch(
            "SELECT ledger, shard, position FROM ledger.head"
            " WHERE ledger = 'definitions' OR (ledger = 'evidence' AND shard = ANY ($1::int[]))",
            list(shards),
        )
        return {Shard(row["ledger"], row["shard"]): row["position"] for row in rows}

    async def _rows(self, statement: str, ids: Collection[str]) -> list[asyncpg.Record]:
        return await self._pool.fetch(statement, list(ids)) if ids else []

    def _owner(self, stream: str) -> str:
        return definitions_owner(self._tenant, stream)


_SECTION = """
    SELECT s.section::text, s.course::text, s.school::text, s.begins_ms, s.ends_ms,
        ARRAY(
            SELECT DISTINCT person::text AS teacher FROM access.grants AS held
            WHERE role = 'teacher' AND scope = 'section/' || s.section AND (held.ends_ms IS NULL OR held.ends_ms > $1)
            ORDER BY teacher
        ) AS teachers,
        coalesce(e.learners, 0) AS learners
    FROM access.sections AS s LEFT JOIN (
        SELECT section, count(DISTINCT learner) AS learners FROM access.enrolments {counted} GROUP BY section
    ) AS e USING (section)
    WHERE {asked}
    ORDER BY s.school, s.section
"""
_OUTLINE = _SECTION.format(counted="", asked="$2::uuid[] IS NULL OR s.school = ANY ($2)")
_OUTLINED = _SECTION.format(counted="WHERE section = $2", asked="s.section = $2")
_LEARNERS = """
    SELECT school::text, count(DISTINCT learner) AS learners FROM access.enrolments
    WHERE $1::uuid[] IS NULL OR school = ANY ($1) GROUP BY school
"""
_OCCASION = (
    "SELECT EXISTS (SELECT FROM access.sections WHERE course = $1) AS course,"
    " EXISTS (SELECT FROM handed_in.session WHERE id = $2) AS period"
)
_ORGS = "SELECT id::text, type FROM handed_in.org WHERE id = ANY ($1::uuid[])"
_SESSIONS = "SELECT id::text, begins_ms, ends_ms FROM handed_in.session WHERE id = ANY ($1::uuid[])"
_SECTIONS = (
    "SELECT section::text, course::text, school::text, begins_ms, ends_ms FROM access.sections"
    " WHERE section = ANY ($1::uuid[])"
)
_GRANTS = "SELECT person::text, role, scope, ends_ms FROM access.grants WHERE person = ANY ($1::uuid[])"
_ENROLMENTS = (
    "SELECT learner::text, school::text, section::text FROM access.enrolments WHERE learner = ANY ($1::uuid[])"
)
_GUARDIANS = "SELECT learner::text, guardian::text FROM access.guardians WHERE learner = ANY ($1::uuid[])"
_SAID = (
    "SELECT learner::text, guardian::text FROM handed_in.said_guardian WHERE learner IN ("
    " SELECT learner FROM handed_in.said_guardian WHERE guardian = ANY ($1::uuid[]) UNION SELECT unnest($1::uuid[]))"
)


def _section(row: asyncpg.Record) -> Section:
    return Section(row["course"], row["school"], row["begins_ms"], row["ends_ms"])


def _outlined(row: asyncpg.Record) -> OutlinedSection:
    return OutlinedSection(row["section"], _section(row), tuple(row["teachers"]), row["learners"])


def _grants(rows: Iterable[asyncpg.Record]) -> dict[str, dict[Grant, Instant | None]]:
    grants: defaultdict[str, dict[Grant, Instant | None]] = defaultdict(dict)
    for row in rows:
        grants[row["person"]][row["role"], row["scope"]] = row["ends_ms"]
    return grants


def _guardians(rows: Iterable[asyncpg.Record]) -> dict[str, frozenset[str]]:
    guardians: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        guardians[row["learner"]].add(row["guardian"])
    return {learner: frozenset(named) for learner, named in guardians.items()}


def _enrolments(rows: Iterable[asyncpg.Record]) -> dict[str, frozenset[Membership]]:
    enrolments: defaultdict[str, set[Membership]] = defaultdict(set)
    for row in rows:
        enrolments[row["learner"]].add((row["school"], row["section"]))
    return {learner: frozenset(memberships) for learner, memberships in enrolments.items()}
