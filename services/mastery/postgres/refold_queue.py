"""The tables `mastery.refold` and `mastery.refold_part`: which states definitions ask to fold again, and how far it is.

A policy adopted or a framework published asks, in its own transaction. While it is applied nobody folds, so each
state either is folded under it already or is found here. A level may have been set under a policy before its adoption
has come here, of a learner whom that scope no longer concerns: then all states are asked for.

A worker divides a refold: into a part for each shard in which there is something to do. Whoever has a part's row
locked is at it; so several workers, in one process or many, are at several parts, and what one leaves another takes up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import asyncpg

from services.mastery.ports import Refold
from shared.contracts.bodies import DocumentPublished, PolicyAdopted
from shared.contracts.events import decode
from shared.ledger.entry import Entry
from shared.ledger.identifiers import SHARDS
from shared.rulebook.scope import Scope, read_scope

COMPETENCIES = "competencies"

_OF = {
    "district": "true",
    "school": "EXISTS (SELECT FROM mastery.learner AS l"
    " WHERE (l.shard, l.learner) = (s.shard, s.learner) AND l.school = $5::uuid)",
    "learner": "s.learner = $5::uuid",
    COMPETENCIES: "s.competency = ANY ($5::uuid[])",
}
"""Whose states a refold of a scope is about."""

_SELECT = """
    SELECT s.ctid::text AS place, s.learner::text, s.competency::text, s.contributions, s.overrides
    FROM mastery.state AS s WHERE s.shard = $1
"""
_NEXT = {
    kind: f"{_SELECT} AND {concerned} AND (s.learner, s.competency) > ($2::uuid, $3::uuid)"
    " ORDER BY s.learner, s.competency LIMIT $4"
    for kind, concerned in _OF.items()
} | {
    COMPETENCIES: f"{_SELECT} AND {_OF[COMPETENCIES]} AND (s.competency, s.learner) > ($3::uuid, $2::uuid)"
    " ORDER BY s.competency, s.learner LIMIT $4"
}

_JUDGED_BEFORE = """
    SELECT EXISTS (SELECT FROM mastery.state WHERE judged_under = $1)
    AND NOT EXISTS (SELECT FROM definitions.adoption WHERE policy = $1 AND position < $2)
"""
"""Whether a level was set under policy $1 before position $2, where it is first adopted."""

Place: TypeAlias = str
"""Where a row lies, as PostgreSQL writes it. It stays there while the lock of the shard's states is held."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a refold as it lies here: of the definition at `position`, in one shard; `competencies` where the scope
    is by them; the learner and the competency of the last state that is done.
    """

    position: int
    shard: int
    scope: str
    competencies: Sequence[str] | None
    last: tuple[str, str]


class Found(NamedTuple):
    """A state to be folded again: where its row lies, its key, and what it is folded from."""

    place: Place
    learner: str
    competency: str
    contributions: bytes
    overrides: bytes | None


async def ask(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Ask for the refolds that these entries of the definitions make needed. Their own projection comes first."""
    for entry in entries:
        if entry.event == "PolicyAdopted":
            await _adopted(connection, entry.position, decode(entry, PolicyAdopted))
        elif entry.event == "DocumentPublished" and decode(entry, DocumentPublished).format == "ascertain.framework@1":
            await _ask(connection, entry.position, COMPETENCIES, await _placed_by(connection, entry.position))


async def waits(connection: asyncpg.Connection) -> bool:
    """Whether anything is to be refolded: one statement, which workers that have nothing to do ask again and again."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM mastery.refold)"))


async def take(connection: asyncpg.Connection) -> Part | None:
    """The first part that no other worker is at, held until the transaction ends."""
    row = await connection.fetchrow(
        "SELECT position, p.shard, scope, competencies::text[], p.learner::text, p.competency::text"
        " FROM mastery.refold_part AS p JOIN mastery.refold USING (position)"
        " ORDER BY position, p.shard LIMIT 1 FOR UPDATE OF p SKIP LOCKED"
    )
    if row is None:
        return None
    position, shard, scope, competencies, learner, competency = row
    return Part(position, shard, scope, competencies, (learner, competency))


async def divide(connection: asyncpg.Connection) -> bool:
    """Divide the first refold that is not divided yet; False where there is none. A state that is missed, because it
    came to be since it was asked for, is folded under the new definitions already.
    """
    row = await connection.fetchrow(
        "SELECT position, scope, competencies::text[] FROM mastery.refold WHERE NOT divided"
        " ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    if row is None:
        return False
    position, scope, competencies = row
    condition, given = concerned(scope, competencies, place=2)
    await connection.execute(
        "INSERT INTO mastery.refold_part (position, shard) SELECT $1::bigint, number"  # noqa: S608 - of constants
        f" FROM generate_series(0, {SHARDS['evidence'] - 1}) AS number"
        f" WHERE EXISTS (SELECT FROM mastery.state AS s WHERE s.shard = number AND {condition})",
        *(position, *given),
    )
    await connection.execute("UPDATE mastery.refold SET divided = true, done = 0 WHERE position = $1", position)
    await _end_where_nothing_is_left(connection, position)
    return True


async def next_states(connection: asyncpg.Connection, part: Part, limit: int) -> list[Found]:
    """The states that come after the last one done. The lock of the shard's states is the caller's."""
    kind, _, _ = part.scope.partition("/")
    further = _argument(part.scope, part.competencies)
    rows = await connection.fetch(_NEXT[kind], part.shard, *part.last, limit, *further)
    return [Found(*row) for row in rows]


async def note_done(connection: asyncpg.Connection, part: Part, found: Sequence[Found]) -> None:
    await connection.execute(
        "UPDATE mastery.refold_part SET learner = $3, competency = $4, done = done + $5"
        " WHERE position = $1 AND shard = $2",
        *(part.position, part.shard),
        *(found[-1].learner, found[-1].competency, len(found)),
    )


async def end(connection: asyncpg.Connection, part: Part) -> int | None:
    """A part is done, and with the last of them the refold: then how many states that were, else None.

    Parts end one after the other, so that the last sees that it is.
    """
    await connection.execute("SELECT FROM mastery.refold WHERE position = $1 FOR UPDATE", part.position)
    await connection.execute(
        "WITH ended AS (DELETE FROM mastery.refold_part WHERE position = $1 AND shard = $2 RETURNING done)"
        " UPDATE mastery.refold AS r SET done = r.done + ended.done FROM ended WHERE r.position = $1",
        *(part.position, part.shard),
    )
    return await _end_where_nothing_is_left(connection, part.position)


class WaitingRefolds:
    """The port `Refolds`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def waiting(self) -> list[Refold]:
        rows = await self._pool.fetch(
            "SELECT position, scope, done + (SELECT coalesce(sum(p.done), 0)::bigint"
            " FROM mastery.refold_part AS p WHERE p.position = r.position)"
            " FROM mastery.refold AS r ORDER BY position LIMIT 20"
        )
        return [Refold(*row) for row in rows]


async def _adopted(connection: asyncpg.Connection, position: int, adopted: PolicyAdopted) -> None:
    scope = read_scope(adopted.scope)
    if await connection.fetchval(_JUDGED_BEFORE, adopted.policy, position):
        await _ask(connection, position, "district", None)
        return
    competencies = await competencies_in(connection, scope)
    await _ask(connection, position, adopted.scope if competencies is None else COMPETENCIES, competencies)


async def _ask(connection: asyncpg.Connection, position: int, scope: str, competencies: Sequence[str] | None) -> None:
    """Asked again (a release of what was in quarantine), a refold begins anew."""
    await connection.execute("DELETE FROM mastery.refold WHERE position = $1", position)
    await connection.execute(
        "INSERT INTO mastery.refold (position, scope, competencies) VALUES ($1, $2, $3)", position, scope, competencies
    )


def concerned(scope: str, competencies: Sequence[str] | None, *, place: int) -> tuple[str, list[object]]:
    """Whose states a scope is about, as a condition on the table `s` whose parameter is at this place, and that one.

    `competencies` are those of `competencies_in`.
    """
    kind = COMPETENCIES if competencies is not None else scope.partition("/")[0]
    return _OF[kind].replace("$5", f"${place}"), _argument(scope, competencies)


def _argument(scope: str, competencies: Sequence[str] | None) -> list[object]:
    """What the queries of a scope are given: nothing, an id or ids."""
    if competencies is not None:
        return [competencies]
    return [] if scope == "district" else [scope.partition("/")[2]]


async def _end_where_nothing_is_left(connection: asyncpg.Connection, position: int) -> int | None:
    done: int | None = await connection.fetchval(
        "DELETE FROM mastery.refold AS r WHERE position = $1"
        " AND NOT EXISTS (SELECT FROM mastery.refold_part AS p WHERE p.position = r.position) RETURNING done",
        position,
    )
    return done


async def _placed_by(connection: asyncpg.Connection, position: int) -> list[str]:
    """The competencies in the framework published at a position."""
    rows = await connection.fetch(
        "SELECT competency::text FROM definitions.placement WHERE position = $1 ORDER BY competency", position
    )
    return [row["competency"] for row in rows]


async def competencies_in(connection: asyncpg.Connection, scope: Scope) -> list[str] | None:
    """The competencies that a scope is about: itself, or those whose latest publication is the framework's; None where
    it is about learners.
    """
    if scope.kind != "framework":
        return [str(scope.id)] if scope.kind == "competency" else None
    rows = await connection.fetch(
        "SELECT competency::text FROM ("
        " SELECT DISTINCT ON (competency) competency, framework FROM definitions.placement"
        " WHERE competency IN (SELECT competency FROM definitions.placement WHERE framework = $1)"
        " ORDER BY competency, position DESC) AS latest WHERE framework = $1 ORDER BY competency",
        str(scope.id),
    )
    return [row["competency"] for row in rows]
