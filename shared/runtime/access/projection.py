"""Writes the relations (schema `access`) from both ledgers' entries."""

from collections.abc import Sequence

import asyncpg

from shared.ledger.entry import Entry
from shared.runtime.access.changes import Changes, changes


class AccessProjection:
    """Roles and sections from the definitions ledger; enrolments, guardians and panels from evidence's."""

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Nothing: an entry of these events explains itself."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        sum_ = changes(entries)
        await _forget(connection, sum_)
        await _write_guardians(connection, sum_)
        await _write_enrolments(connection, sum_)
        await _write_grants(connection, sum_)
        await _write_sections(connection, sum_)
        await _write_panels(connection, sum_)

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        await connection.execute("DELETE FROM access.grants WHERE owner = $1", owner)
        await connection.execute("DELETE FROM access.sections WHERE owner = $1", owner)
        await connection.execute("DELETE FROM access.enrolments WHERE learner = $1", owner)
        await connection.execute("DELETE FROM access.guardians WHERE learner = $1", owner)
        await connection.execute("DELETE FROM access.exhibited WHERE exhibition = $1", owner)
        await connection.execute("DELETE FROM access.panelists WHERE exhibition = $1", owner)


async def _forget(connection: asyncpg.Connection, sum_: Changes) -> None:
    if sum_.forgotten:
        forgotten = list(sum_.forgotten)
        await connection.execute("DELETE FROM access.enrolments WHERE learner = ANY ($1::uuid[])", forgotten)
        await connection.execute("DELETE FROM access.guardians WHERE learner = ANY ($1::uuid[])", forgotten)


async def _write_guardians(connection: asyncpg.Connection, sum_: Changes) -> None:
    ended = [guardianship for guardianship, holds in sum_.guardianships.items() if not holds]
    if ended:
        await connection.execute(
            "DELETE FROM access.guardians AS known"
            " USING unnest($1::uuid[], $2::uuid[]) AS ended (learner, guardian)"
            " WHERE known.learner = ended.learner AND known.guardian = ended.guardian",
            *zip(*ended, strict=True),
        )
    begun = [guardianship for guardianship, holds in sum_.guardianships.items() if holds]
    if begun:
        await connection.execute(
            "INSERT INTO access.guardians (learner, guardian)"
            " SELECT * FROM unnest($1::uuid[], $2::uuid[]) ON CONFLICT DO NOTHING",
            *zip(*begun, strict=True),
        )


async def _write_enrolments(connection: asyncpg.Connection, sum_: Changes) -> None:
    if sum_.departures:
        learners, schools = zip(*sum_.departures, strict=True)
        await connection.execute(
            "DELETE FROM access.enrolments AS known USING unnest($1::uuid[], $2::uuid[]) AS left_ (learner, school)"
            " WHERE known.learner = left_.learner AND known.school = left_.school",
            learners,
            schools,
        )
    ended = [enrolment for enrolment, belongs in sum_.enrolments.items() if not belongs]
    if ended:
        await connection.execute(
            "DELETE FROM access.enrolments AS known"
            " USING unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS ended (learner, school, section)"
            " WHERE known.learner = ended.learner AND known.school = ended.school AND known.section = ended.section",
            *zip(*ended, strict=True),
        )
    begun = [enrolment for enrolment, belongs in sum_.enrolments.items() if belongs]
    if begun:
        await connection.execute(
            "INSERT INTO access.enrolments (learner, school, section)"
            " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) ON CONFLICT DO NOTHING",
            *zip(*begun, strict=True),
        )


async def _write_grants(connection: asyncpg.Connection, sum_: Changes) -> None:
    ended = [key for key, grant in sum_.grants.items() if grant is None]
    if ended:
        await connection.execute(
            "DELETE FROM access.grants AS known"
            " USING unnest($1::uuid[], $2::text[], $3::text[]) AS ended (person, role, scope)"
            " WHERE known.person = ended.person AND known.role = ended.role AND known.scope = ended.scope",
            *zip(*ended, strict=True),
        )
    given = [(*key, *grant) for key, grant in sum_.grants.items() if grant is not None]
    if given:
        await connection.execute(
            "INSERT INTO access.grants (person, role, scope, ends_ms, owner)"
            " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::uuid[])"
            " ON CONFLICT (person, role, scope) DO UPDATE SET ends_ms = excluded.ends_ms, owner = excluded.owner",
            *zip(*given, strict=True),
        )


async def _write_sections(connection: asyncpg.Connection, sum_: Changes) -> None:
    if sum_.sections:
        await connection.execute(
            "INSERT INTO access.sections (section, course, school, begins_ms, ends_ms, owner)"
            " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::uuid[])"
            " ON CONFLICT (section) DO UPDATE SET course = excluded.course, school = excluded.school,"
            " begins_ms = excluded.begins_ms, ends_ms = excluded.ends_ms, owner = excluded.owner",
            *zip(*sum_.sections.values(), strict=True),
        )


async def _write_panels(connection: asyncpg.Connection, sum_: Changes) -> None:
    if sum_.exhibited:
        await connection.execute(
            "DELETE FROM access.exhibited WHERE exhibition = ANY ($1::uuid[])", list(sum_.exhibited)
        )
        shown = [(exhibition, work) for exhibition, works in sum_.exhibited.items() for work in works]
        if shown:
            await connection.execute(
                "INSERT INTO access.exhibited (exhibition, work) SELECT * FROM unnest($1::uuid[], $2::uuid[])",
                *zip(*shown, strict=True),
            )
    seated = [(*seat, *held) for seat, held in sum_.seats.items() if held is not None]
    if seated:
        await connection.execute(
            "INSERT INTO access.panelists (exhibition, panelist, ends_ms, is_dismissed)"
            " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bool[])"
            " ON CONFLICT (exhibition, panelist) DO UPDATE"
            " SET ends_ms = excluded.ends_ms, is_dismissed = excluded.is_dismissed",
            *zip(*seated, strict=True),
        )
    dismissed = [seat for seat, held in sum_.seats.items() if held is None]
    if dismissed:
        await connection.execute(
            "UPDATE access.panelists AS known SET is_dismissed = true"
            " FROM unnest($1::uuid[], $2::uuid[]) AS gone (exhibition, panelist)"
            " WHERE known.exhibition = gone.exhibition AND known.panelist = gone.panelist",
            *zip(*dismissed, strict=True),
        )
