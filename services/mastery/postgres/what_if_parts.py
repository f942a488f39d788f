"""The parts of what-ifs: divided, taken, ended, as those of refolds are; and what is no more wanted, swept away.

Whoever has a part's row locked is at it, so several workers, in one process or many, are at several parts, and what a
killed one leaves another takes up from its beginning: a part is one shard, read in one snapshot. Who cancels or finds
other definitions only marks the row in `asked`; workers look at that between two blocks of rows, and again, under a
lock of it, before they write.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import asyncpg
import orjson

from services.mastery.domain.what_ifs import KEPT_AGE
from services.mastery.postgres.refold_queue import competencies_in, concerned
from services.mastery.trials import ENTRY, Changed, PartResult
from shared.ledger.identifiers import SHARDS
from shared.rulebook.scope import read_scope
from shared.runtime.clock import now

MOST_FAILURES = 5
"""How often parts of one what-if may fail before it does."""


@dataclass(frozen=True, slots=True)
class WhatIfPart:
    """One shard of a what-if under way. `adoptions` definitions, the last at `definitions`, are what it is tried on."""

    what_if: str
    shard: int
    document: bytes
    scope: str
    mode: str
    competencies: Sequence[str] | None
    definitions: int
    adoptions: int

    @property
    def concerned(self) -> tuple[str, list[object]]:
        """Which states are concerned, as a condition on the table `s` with `$2` in it, and what that is given."""
        return concerned(self.scope, self.competencies, place=2)


async def waits(connection: asyncpg.Connection) -> bool:
    """Whether any is to be worked on or removed: one statement, which workers without work ask again and again."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM what_if.asked WHERE state IN ('waiting', 'running', 'cancelled')"
            " OR ended_ms < $1)",
            now() - KEPT_AGE,
        )
    )


async def take(connection: asyncpg.Connection) -> WhatIfPart | None:
    """The first part that no other worker is at, held until the transaction ends."""
    row = await connection.fetchrow(
        "SELECT p.what_if::text, p.shard, document, scope, mode, competencies::text[], definitions, adoptions"
        " FROM what_if.part AS p JOIN what_if.asked AS a ON a.id = p.what_if"
        " WHERE a.state = 'running' AND p.states IS NULL"
        " ORDER BY a.asked_ms, p.what_if, p.shard LIMIT 1 FOR UPDATE OF p SKIP LOCKED"
    )
    return None if row is None else WhatIfPart(*row)


async def divide(connection: asyncpg.Connection, definitions: int, adoptions: int) -> bool:
    """Divide the one that has waited longest, unless another is under way; False where there is nothing to divide.

    `adoptions` definitions are known, the last of them at `definitions`.
    """
    row = await connection.fetchrow(
        "SELECT id::text, scope FROM what_if.asked WHERE state = 'waiting'"
        " AND NOT EXISTS (SELECT FROM what_if.asked WHERE state = 'running')"
        " ORDER BY asked_ms, id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    if row is None:
        return False
    id_, scope = row
    if not await _is_free(connection, id_):
        return False  # somebody is still at a part from before, and will soon look
    await _clear(connection, [id_])
    competencies = await competencies_in(connection, read_scope(scope))
    condition, given = concerned(scope, competencies, place=2)
    await connection.execute(
        "INSERT INTO what_if.part (what_if, shard) SELECT $1::uuid, number"  # noqa: S608 - of constants
        f" FROM generate_series(0, {SHARDS['evidence'] - 1}) AS number"
        f" WHERE EXISTS (SELECT FROM mastery.state AS s WHERE s.shard = number AND {condition})",
        *(id_, *given),
    )
    await connection.execute(
        "UPDATE what_if.asked SET state = 'running', competencies = $2, definitions = $3, adoptions = $4 WHERE id = $1",
        *(id_, competencies, definitions, adoptions),
    )
    await _end_where_nothing_is_left(connection, id_)
    return True


async def is_wanted(connection: asyncpg.Connection, part: WhatIfPart) -> bool:
    """Whether the what-if goes on as it was when the part was taken."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM what_if.asked WHERE id = $1 AND state = 'running'"
            " AND (definitions, adoptions) = ($2, $3))",
            *(part.what_if, part.definitions, part.adoptions),
        )
    )


async def begin_anew(connection: asyncpg.Connection, part: WhatIfPart) -> None:
    """The definitions have moved on: all parts are to be under the new ones."""
    await connection.execute(
        "UPDATE what_if.asked SET state = 'waiting' WHERE id = $1 AND state = 'running'", part.what_if
    )


async def end(connection: asyncpg.Connection, part: WhatIfPart, evidence: int, result: PartResult) -> bool:
    """Write what a part came to, read when its shard was applied up to `evidence`; with the last one it is done.

    False, and nothing written, where it is not wanted any more. The lock of the shard's states is the caller's, so
    that nobody is forgotten meanwhile.
    """
    await connection.execute("SELECT FROM what_if.asked WHERE id = $1 FOR NO KEY UPDATE", part.what_if)
    if not await is_wanted(connection, part):
        return False
    await connection.copy_records_to_table(
        "cell",
        schema_name="what_if",
        columns=(
            *("what_if", "competency", "school"),
            *("status_before", "level_before", "status_after", "level_after", "number"),
        ),
        records=[
            (part.what_if, competency, move.school, *move.before, *move.after, number)
            for competency, move, number in result.cells
        ],
    )
    await connection.copy_records_to_table(
        "changed",
        schema_name="what_if",
        columns=("what_if", "competency", "shard", "moves", "learners"),
        records=[
            (part.what_if, changed.competency, part.shard, written_moves(changed), changed.learners)
            for changed in result.changed
        ],
    )
    await connection.execute(
        "UPDATE what_if.part SET (states, evidence, held, accommodated, stay) = ($3, $4, $5, $6, $7)"
        " WHERE what_if = $1 AND shard = $2",
        *(part.what_if, part.shard, result.states, evidence, result.held, result.accommodated),
        orjson.dumps(result.stay).decode(),
    )
    await _end_where_nothing_is_left(connection, part.what_if)
    return True


async def failed(connection: asyncpg.Connection, what_if: str, reason: str) -> None:
    """A part failed: after some times so does all of it."""
    await connection.execute(
        "UPDATE what_if.asked SET failures = failures + 1,"
        " state = CASE WHEN failures + 1 < $3 THEN state ELSE 'failed' END,"
        " reason = CASE WHEN failures + 1 < $3 THEN reason ELSE $2 END,"
        " ended_ms = CASE WHEN failures + 1 < $3 THEN ended_ms ELSE $4 END"
        " WHERE id = $1 AND state IN ('waiting', 'running')",
        *(what_if, reason, MOST_FAILURES, now()),
    )


async def sweep(connection: asyncpg.Connection) -> bool:
    """Remove what was cancelled and what is too old, unless somebody is at a part of it; False where nothing is."""
    rows = await connection.fetch(
        "SELECT id::text FROM what_if.asked WHERE state = 'cancelled' OR ended_ms < $1 FOR UPDATE SKIP LOCKED",
        now() - KEPT_AGE,
    )
    free = [row["id"] for row in rows if await _is_free(connection, row["id"])]
    if free:
        await remove(connection, free)
    return bool(free)


async def remove(connection: asyncpg.Connection, ids: Sequence[str]) -> None:
    """Remove these, with all that they came to."""
    await _clear(connection, ids)
    await connection.execute("DELETE FROM what_if.asked WHERE id = ANY ($1::uuid[])", ids)


async def _is_free(connection: asyncpg.Connection, id_: str) -> bool:
    """Whether nobody is at a part of it. Nobody can take one then, as long as the row in `asked` is locked."""
    return bool(
        await connection.fetchval(
            "SELECT (SELECT count(*) FROM what_if.part WHERE what_if = $1) = (SELECT count(*) FROM ("
            "SELECT FROM what_if.part WHERE what_if = $1 FOR UPDATE SKIP LOCKED) AS free)",
            id_,
        )
    )


async def _clear(connection: asyncpg.Connection, ids: Sequence[str]) -> None:
    for table in ("changed", "cell", "part"):
        await connection.execute(f"DELETE FROM what_if.{table} WHERE what_if = ANY ($1::uuid[])", ids)  # noqa: S608 - of constants


async def _end_where_nothing_is_left(connection: asyncpg.Connection, id_: str) -> None:
    """Cells of several shards become one; who comes last sees that she does, for `asked` is locked."""
    left = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM what_if.part WHERE what_if = $1 AND states IS NULL)", id_
    )
    if left:
        return
    key = "what_if, competency, school, status_before, level_before, status_after, level_after"
    await connection.execute(
        f"WITH parts AS (DELETE FROM what_if.cell WHERE what_if = $1 RETURNING *)"  # noqa: S608 - of constants
        f" INSERT INTO what_if.cell ({key}, number) SELECT {key}, sum(number) FROM parts GROUP BY {key}",
        id_,
    )
    await connection.execute(
        "UPDATE what_if.asked SET state = 'done', ended_ms = $2 WHERE id = $1",
        *(id_, now()),
    )


def written_moves(changed: Changed) -> str:
    """The moves of a row as text."""
    return orjson.dumps([[*move.before, *move.after, move.school] for move in changed.moves]).decode()


def read_moves(text: str) -> list[tuple[str, str | None, str, str | None, str | None]]:
    """The moves of a row: status and level before, after, and the school."""
    return [tuple(move) for move in orjson.loads(text)]


def entries(learners: bytes) -> Iterator[tuple[bytes, int]]:
    """Of each entry of a row the learner's id, 16 bytes, and the number of her move."""
    for at in range(0, len(learners), ENTRY):
        yield learners[at : at + 16], int.from_bytes(learners[at + 16 : at + ENTRY])
