"""The tables of redos and of the words that scores came with: read and written."""

from collections.abc import Collection, Mapping, Sequence

import asyncpg
import msgspec

from shared.rulebook.redoing import Cycle

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Cycle)

_OF_LEARNER = "SELECT cycle FROM mastery.redo WHERE shard = $1 AND learner = $2"
_READ = (
    "SELECT cycle FROM mastery.redo JOIN unnest($2::uuid[], $3::uuid[]) AS named (learner, redo) USING (learner, redo)"
    " WHERE shard = $1"
)


def pack_cycle(cycle: Cycle) -> bytes:
    return _encoder.encode(cycle)


def unpack_cycle(packed: bytes) -> Cycle:
    return _decoder.decode(packed)


async def read_cycles(
    connection: asyncpg.Connection, shard: int, redos: Collection[tuple[str, str]]
) -> dict[str, Cycle]:
    """Those of these cycles, each by its learner and its id, that there are, by id."""
    if not redos:
        return {}
    named = sorted(redos)
    rows = await connection.fetch(_READ, shard, [learner for learner, _ in named], [redo for _, redo in named])
    return {cycle.id: cycle for cycle in (unpack_cycle(row["cycle"]) for row in rows)}


async def cycles_of(connection: asyncpg.Connection, shard: int, learner: str) -> list[Cycle]:
    """A learner's cycles, in the order in which they began."""
    rows = await connection.fetch(_OF_LEARNER, shard, learner)
    return sorted((unpack_cycle(row["cycle"]) for row in rows), key=lambda cycle: cycle.position)


async def feedback_of(connection: asyncpg.Connection, shard: int, learner: str) -> dict[str, str]:
    """The references of the words that a learner's scores came with, by piece."""
    rows = await connection.fetch(
        "SELECT piece::text, ref FROM mastery.feedback WHERE shard = $1 AND learner = $2", shard, learner
    )
    return {row["piece"]: row["ref"] for row in rows}


async def write_cycles(connection: asyncpg.Connection, shard: int, cycles: Sequence[Cycle]) -> None:
    await connection.execute(
        "INSERT INTO mastery.redo (shard, learner, redo, competency, began, opened, work, cycle)"
        " SELECT $1, * FROM"
        " unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::boolean[], $7::uuid[], $8::bytea[])"
        " ON CONFLICT (shard, learner, redo) DO UPDATE"
        " SET opened = excluded.opened, work = excluded.work, cycle = excluded.cycle",
        shard,
        [cycle.learner for cycle in cycles],
        [cycle.id for cycle in cycles],
        [cycle.competency for cycle in cycles],
        [cycle.position for cycle in cycles],
        [cycle.opened is not None for cycle in cycles],
        [None if cycle.opened is None else cycle.opened.work for cycle in cycles],
        [pack_cycle(cycle) for cycle in cycles],
    )


async def write_handed_in(connection: asyncpg.Connection, shard: int, handed_in: Mapping[str, int]) -> None:
    """When the latest version of each work came."""
    await connection.execute(
        "INSERT INTO mastery.handed_in (shard, work, handed_ms)"
        " SELECT $1, * FROM unnest($2::uuid[], $3::bigint[])"
        " ON CONFLICT (shard, work) DO UPDATE SET handed_ms = excluded.handed_ms",
        shard,
        list(handed_in),
        list(handed_in.values()),
    )


async def write_feedback(connection: asyncpg.Connection, shard: int, said: Sequence[tuple[str, str, str]]) -> None:
    """Learner, piece and reference of each."""
    await connection.execute(
        "INSERT INTO mastery.feedback (shard, learner, piece, ref)"
        " SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::text[])",
        shard,
        *([one[column] for one in said] for column in range(3)),
    )


async def drop_owner(connection: asyncpg.Connection, shard: int, owner: str) -> None:
    """Everything of a learner, or of a work."""
    await connection.execute("DELETE FROM mastery.handed_in WHERE shard = $1 AND work = $2", shard, owner)
    await drop_learner(connection, shard, owner)


async def drop_learner(connection: asyncpg.Connection, shard: int, learner: str) -> None:
    for table in ("redo", "feedback"):
        await connection.execute(
            f"DELETE FROM mastery.{table} WHERE shard = $1 AND learner = $2",  # noqa: S608 - of constants
            shard,
            learner,
        )
