"""The table `mastery.refold`: which states definitions ask to fold again, and how far that has come.

A policy adopted or a framework published asks, in its own transaction. While it is applied nobody folds, so each
state either is folded under it already or is found here. A level may have been set under a policy before its adoption
has come here, of a learner whom that scope no longer concerns: then all states are asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

from services.mastery.ports import Refold
from shared.contracts.bodies import DocumentPublished, PolicyAdopted
from shared.contracts.events import decode
from shared.ledger.entry import Entry
from shared.rulebook.scope import read_scope

StateKey: TypeAlias = tuple[int, str, str]
"""A shard, a learner and a competency."""

COMPETENCIES = "competencies"

_SELECT = "SELECT s.shard, s.learner::text, s.competency::text FROM mastery.state AS s"
_AFTER = "(s.shard, s.learner, s.competency) > ($1, $2::uuid, $3::uuid)"
_IN_ORDER = "ORDER BY s.shard, s.learner, s.competency LIMIT $4"
_OF_ALL = f"{_SELECT} WHERE {_AFTER} {_IN_ORDER}"
_OF_SCHOOL = f"""
    {_SELECT} JOIN mastery.learner AS l USING (shard, learner)
    WHERE l.school = $5::uuid AND {_AFTER} {_IN_ORDER}
"""
_OF_LEARNER = f"{_SELECT} WHERE s.learner = $5::uuid AND {_AFTER} {_IN_ORDER}"
_OF_COMPETENCIES = f"""
    {_SELECT} WHERE s.competency = ANY ($5::uuid[]) AND (s.competency, s.shard, s.learner) > ($3::uuid, $1, $2::uuid)
    ORDER BY s.competency, s.shard, s.learner LIMIT $4
"""
_KEYS = {"district": _OF_ALL, "school": _OF_SCHOOL, "learner": _OF_LEARNER, COMPETENCIES: _OF_COMPETENCIES}

_JUDGED_BEFORE = """
    SELECT EXISTS (SELECT FROM mastery.state WHERE judged_under = $1)
    AND NOT EXISTS (SELECT FROM definitions.adoption WHERE policy = $1 AND position < $2)
"""
"""Whether a level was set under policy $1 before position $2, where it is first adopted."""


@dataclass(frozen=True, slots=True)
class Task:
    """A refold as it lies here: `competencies` where the scope is by them, and the last state that is done."""

    refold: Refold
    competencies: Sequence[str] | None
    last: StateKey


async def ask(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Ask for the refolds that these entries of the definitions make needed. Their own projection comes first."""
    for entry in entries:
        if entry.event == "PolicyAdopted":
            await _adopted(connection, entry.position, decode(entry, PolicyAdopted))
        elif entry.event == "DocumentPublished" and decode(entry, DocumentPublished).format == "ascertain.framework@1":
            await _ask(connection, entry.position, COMPETENCIES, await _placed_by(connection, entry.position))


async def take(connection: asyncpg.Connection) -> Task | None:
    """The first refold that no other worker is at, held until the transaction ends."""
    row = await connection.fetchrow(
        "SELECT position, scope, competencies::text[], shard, learner::text, competency::text, done"
        " FROM mastery.refold ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    if row is None:
        return None
    refold = Refold(row["position"], row["scope"], row["done"])
    return Task(refold, row["competencies"], (row["shard"], row["learner"], row["competency"]))


async def next_keys(connection: asyncpg.Connection, task: Task, limit: int) -> list[StateKey]:
    """The states that come after the last one done."""
    kind, _, name = task.refold.scope.partition("/")
    argument = task.competencies if kind == COMPETENCIES else name
    further = [] if kind == "district" else [argument]
    rows = await connection.fetch(_KEYS[kind], *task.last, limit, *further)
    return [(row["shard"], row["learner"], row["competency"]) for row in rows]


async def note_done(connection: asyncpg.Connection, task: Task, keys: Sequence[StateKey]) -> None:
    shard, learner, competency = keys[-1]
    await connection.execute(
        "UPDATE mastery.refold SET shard = $2, learner = $3, competency = $4, done = done + $5 WHERE position = $1",
        task.refold.position,
        shard,
        learner,
        competency,
        len(keys),
    )


async def end(connection: asyncpg.Connection, task: Task) -> None:
    await connection.execute("DELETE FROM mastery.refold WHERE position = $1", task.refold.position)


class WaitingRefolds:
    """The port `Refolds`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def waiting(self) -> list[Refold]:
        rows = await self._pool.fetch("SELECT position, scope, done FROM mastery.refold ORDER BY position LIMIT 20")
        return [Refold(*row) for row in rows]


async def _adopted(connection: asyncpg.Connection, position: int, adopted: PolicyAdopted) -> None:
    scope = read_scope(adopted.scope)
    if await connection.fetchval(_JUDGED_BEFORE, adopted.policy, position):
        await _ask(connection, position, "district", None)
    elif scope.kind == "framework":
        await _ask(connection, position, COMPETENCIES, await _now_in(connection, str(scope.id)))
    elif scope.kind == "competency":
        await _ask(connection, position, COMPETENCIES, [str(scope.id)])
    else:
        await _ask(connection, position, adopted.scope, None)


async def _ask(connection: asyncpg.Connection, position: int, scope: str, competencies: Sequence[str] | None) -> None:
    """Asked again (a release of what was in quarantine), a refold begins anew."""
    await connection.execute(
        "INSERT INTO mastery.refold (position, scope, competencies) VALUES ($1, $2, $3)"
        " ON CONFLICT (position) DO UPDATE"
        " SET (scope, competencies, shard, learner, competency, done)"
        " = (excluded.scope, excluded.competencies, excluded.shard, excluded.learner, excluded.competency, 0)",
        position,
        scope,
        competencies,
    )


async def _placed_by(connection: asyncpg.Connection, position: int) -> list[str]:
    """The competencies in the framework published at a position."""
    rows = await connection.fetch(
        "SELECT competency::text FROM definitions.placement WHERE position = $1 ORDER BY competency", position
    )
    return [row["competency"] for row in rows]


async def _now_in(connection: asyncpg.Connection, framework: str) -> list[str]:
    """The competencies whose latest publication is the framework's."""
    rows = await connection.fetch(
        "SELECT competency::text FROM ("
        " SELECT DISTINCT ON (competency) competency, framework FROM definitions.placement"
        " WHERE competency IN (SELECT competency FROM definitions.placement WHERE framework = $1)"
        " ORDER BY competency, position DESC) AS latest WHERE framework = $1 ORDER BY competency",
        framework,
    )
    return [row["competency"] for row in rows]
