"""Takes a forgotten learner out of what-ifs: out of who would stand elsewhere, and out of those counts.

Counts of states that stay where they are name nobody and are of no list; they still count her.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.mastery.postgres import states
from services.mastery.postgres.what_if_parts import entries, read_moves
from services.mastery.trials import ENTRY, Changed, Move, PartResult
from shared.ledger.entry import Entry, type_name

FORGOTTEN = type_name("LearnerForgotten")

_FEWER = """
    UPDATE what_if.cell SET number = number - 1 WHERE ctid = (
        SELECT ctid FROM what_if.cell
        WHERE what_if = $1 AND competency = $2 AND number > 0
        AND (status_before, level_before, status_after, level_after, school::text)
            IS NOT DISTINCT FROM ($3::text, $4::text, $5::text, $6::text, $7::text)
        LIMIT 1
    )
"""


class WhatIfForgetting:
    """A `Projection`: forgotten learners drop out of what-ifs. That of the states stands before it, and says who is."""

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Nothing."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.type == FORGOTTEN:
                await states.lock_shards(connection, [entry.shard])
                await forget(connection, entry.shard, entry.owner)

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        """Nothing: a result is of a moment, and whoever is released was known then."""


async def forget(connection: asyncpg.Connection, shard: int, learner: str) -> None:
    """Take a learner of a shard out of every what-if. The lock of the shard's states is the caller's."""
    id_ = UUID(learner).bytes
    named = "SELECT what_if FROM what_if.changed WHERE shard = $1 AND position($2::bytea IN learners) > 0"
    await connection.fetch(
        f"SELECT FROM what_if.asked WHERE id IN ({named}) ORDER BY id FOR NO KEY UPDATE",
        *(shard, id_),
    )
    rows = await connection.fetch(
        "SELECT what_if::text, competency::text, moves, learners FROM what_if.changed"
        " WHERE shard = $1 AND position($2::bytea IN learners) > 0",
        *(shard, id_),
    )
    for row in rows:
        moves, learners = read_moves(row["moves"]), bytes(row["learners"])
        own = [number for entry, number in entries(learners) if entry == id_]
        for number in own:
            await connection.execute(_FEWER, row["what_if"], row["competency"], *moves[number])
        await connection.execute(
            "UPDATE what_if.changed SET learners = $4 WHERE what_if = $1 AND competency = $2 AND shard = $3",
            *(row["what_if"], row["competency"], shard, without(learners, {id_})),
        )


async def remembered(connection: asyncpg.Connection, shard: int, result: PartResult) -> PartResult:
    """The result without those who were forgotten since it was read. The lock of the shard's states is the caller's."""
    rows = await connection.fetch("SELECT uuid_send(learner) FROM mastery.forgotten WHERE shard = $1", shard)
    gone = {bytes(row[0]) for row in rows}
    fewer: dict[tuple[str, Move], int] = {}
    changed: list[Changed] = []
    for each in result.changed:
        for entry, number in entries(each.learners):
            if entry in gone:
                key = each.competency, each.moves[number]
                fewer[key] = fewer.get(key, 0) + 1
        changed.append(Changed(each.competency, each.moves, without(each.learners, gone)))
    if not fewer:
        return result
    cells = [cell._replace(number=cell.number - fewer.get((cell.competency, cell.move), 0)) for cell in result.cells]
    return PartResult(result.states, result.held, result.accommodated, result.stay, cells, changed)


def without(learners: bytes, gone: set[bytes]) -> bytes:
    """The entries of everyone else."""
    places = range(0, len(learners), ENTRY)
    return b"".join(learners[at : at + ENTRY] for at in places if learners[at : at + 16] not in gone)
