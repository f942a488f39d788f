"""The outbox of the topic `mastery.state`: changes of states, and how many of them the topic has.

One process at a time publishes, the others stand by: who holds the advisory lock `PUBLISHING`. One that lost it without
knowing (its connection was cut) may still put old records behind newer ones, and compaction would keep those. So the
cursor also knows the offset at which the next record should come to lie. Where it does not, the records in between are
looked at, and all is published again from the oldest change among them on: the newest of every key is then the last.
A topic that ends before that offset is another one than it was: every state is told anew.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from services.mastery.postgres import published
from services.mastery.postgres.states import lock_shards
from shared.ledger.identifiers import Ledger
from shared.ledger.records import written
from shared.ledger.state_records import Place, StateChange, StateOutcome, state_headers, state_key, state_value
from shared.runtime.connections import borrowed
from shared.runtime.gathered import Gathered
from shared.runtime.measuring import Histogram
from shared.runtime.metrics import RELAY_BATCH, STATES
from shared.runtime.outbox import OutRecord
from shared.runtime.relay_age import Unrelayed
from shared.runtime.shards import Shard
from shared.runtime.stepping import keep_stepping

PUBLISHING = 7003
"""The advisory lock of whoever publishes states."""

TEND = 60.0
"""Seconds between two looks at the topic's ends, and at what may be pruned."""

_BATCH = 500
"""Rows of a batch at most: a value has about 700 bytes, its headers 500."""

AT_ONCE = 8
"""Pages read at once: to decode more rows in one go would block the loop."""

UNSEEN = 2**62
"""More than any seq."""

_PAGES = f"""
    SELECT shard, seq, learner::text, competency::text, changed_ms, evidence_applied, definitions_applied,
        {published.OUTCOME}
    FROM unnest($1::int[], $2::bigint[], $3::int[]) AS page (of_shard, cursor, most)
    JOIN published.state_change ON shard = of_shard AND seq > cursor AND seq <= cursor + most
    ORDER BY shard, seq
"""  # noqa: S608 - of constants

_CURSORS = """
    SELECT shard, seq, next_offset,
        (SELECT min(c.seq) FROM published.state_change AS c WHERE c.shard = known.shard)
    FROM published.cursor AS known WHERE shard = ANY ($1::int[])
"""

_MOVE = """
    UPDATE published.cursor AS known SET (seq, next_offset) = (move.seq, move.next_offset)
    FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
        AS move (shard, was_seq, was_offset, seq, next_offset)
    WHERE known.shard = move.shard AND known.seq = was_seq AND known.next_offset IS NOT DISTINCT FROM was_offset
    RETURNING known.shard
"""

PoolConnection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

_log = structlog.get_logger()


class StateTopic(Protocol):
    """The topic, as it is read here. Raises what `is_trouble` knows."""

    @property
    def name(self) -> str: ...

    async def ends(self) -> Mapping[int, int]:
        """The offset of the next record, by partition."""
        ...

    async def lowest(self, partition: int, first: int, end: int) -> int | None:
        """The smallest `seq` of the records from offset `first` until before `end`; None where there is none.

        A record that says none counts as 1.
        """
        ...


class _Cursor(NamedTuple):
    seq: int
    next_offset: int | None
    kept_from: int | None
    """The seq of the oldest change that is kept."""


class StateOutbox:
    """An `Outbox` of a district's states. `pool` is the service's; one connection of it is kept.

    `sizes` has those of the batches that were acknowledged; `healed` counts how often states were told again.
    """

    def __init__(self, pool: asyncpg.Pool, tenant: str, topic: StateTopic) -> None:
        self._pool, self._tenant, self._topic = pool, tenant, topic
        self._pages = Gathered(self._read_pages, most=AT_ONCE)
        self._cursors = Gathered(self._read_cursors)
        self._moves = Gathered(self._move_all)
        self.topics: Mapping[Ledger, str] = {"evidence": topic.name}
        self._lock: PoolConnection | None = None
        self.sizes: Mapping[str, Histogram] = {STATES: Histogram(RELAY_BATCH)}
        self.healed = 0

    async def behind(self) -> dict[Shard, int]:
        if not await self._has_turn():
            return {}
        rows = await self._pool.fetch(
            "SELECT shard, c.seq FROM published.cursor AS c JOIN published.head AS h USING (shard) WHERE h.seq > c.seq"
        )
        return {Shard("evidence", row["shard"]): row["seq"] for row in rows}

    async def records(self, shard: Shard, cursor: int, most: int, most_bytes: int) -> Sequence[OutRecord]:  # noqa: ARG002 - rows are small
        rows = await self._pages.ask((shard.number, cursor, min(most, _BATCH)))
        if rows and rows[-1]["seq"] != cursor + len(rows):
            raise RuntimeError(f"The changes of shard {shard.number} have a gap after {cursor}.")
        return [_record(_change(self._tenant, shard.number, row)) for row in rows]

    async def moved(self, shard: Shard, old: int, new: int, offset: int) -> bool:
        self.sizes[STATES].observe(new - old)
        was = await self._cursor(shard.number)
        if was.seq != old:
            return False
        to = new
        if was.next_offset is not None and offset > was.next_offset:
            to = min(new, await self._before_foreign(shard.number, was, offset))
        elif was.next_offset is not None and offset < was.next_offset:
            await self._tell_all(shard.number)
        return await self._move(shard.number, was, to, offset + new - old) and to == new

    async def late(self) -> Sequence[Unrelayed]:
        return await published.unrelayed(self._pool)

    async def run(self) -> None:
        """Tend, until cancelled. What fails is tried again later, and told."""
        await keep_stepping(self.tend, poll=TEND, waits="the topic of states is not tended")

    async def tend(self) -> bool:
        """Prune, and look whether the topic ends where it should, where it is our turn. False: look again later.

        Raises what the database or the topic raises.
        """
        if await self._has_turn():
            await published.prune(self._pool)
            await self._compare(await self._resting())
        return False

    async def _resting(self) -> dict[int, _Cursor]:
        """The cursors of the shards of which nothing waits, or can be under way."""
        rows = await self._pool.fetch(
            "SELECT shard FROM published.cursor AS c JOIN published.head AS h USING (shard)"
            " WHERE h.seq = c.seq AND c.next_offset IS NOT NULL"
        )
        return {row["shard"]: await self._cursor(row["shard"]) for row in rows}

    async def _compare(self, resting: Mapping[int, _Cursor]) -> None:
        ends = await self._topic.ends() if resting else {}
        for shard, was in resting.items():
            end, expected = ends[shard], was.next_offset
            if expected is None or end == expected:
                continue
            if end > expected:
                to = await self._before_foreign(shard, was, end)
                if to <= was.seq:  # else it is a change of since then: whoever publishes it will say that it is there
                    await self._move(shard, was, to, end)
            elif await self._move(shard, was, was.seq, end):
                await self._tell_all(shard)

    async def _before_foreign(self, shard: int, was: _Cursor, end: int) -> int:
        """The seq from which to publish again, because of records in the partition that are not ours; `UNSEEN` where
        they all tell of changes that the cursor has not come to: then none of them can hide what it has.
        """
        assert was.next_offset is not None
        lowest = await self._topic.lowest(shard, was.next_offset, end)
        if lowest is None or lowest > was.seq:  # what it repeats comes again behind it in any case
            return was.seq if lowest is None else UNSEEN
        self.healed += 1
        _log.warning("old states were published behind newer ones", shard=shard, seq=lowest, relayed=was.seq)
        kept_from = was.kept_from or was.seq + 1
        if lowest < kept_from:  # what the others said may be of longer ago than is kept
            await self._tell_all(shard)
        return max(lowest, kept_from) - 1

    async def _tell_all(self, shard: int) -> None:
        self.healed += 1
        _log.warning("every state of a shard is told anew", shard=shard)
        async with borrowed(self._pool) as connection, connection.transaction():
            await lock_shards(connection, [shard])
            await published.note_all(connection, shard)

    async def _cursor(self, shard: int) -> _Cursor:
        return await self._cursors.ask(shard)

    async def _move(self, shard: int, was: _Cursor, seq: int, next_offset: int) -> bool:
        return await self._moves.ask((shard, was.seq, was.next_offset, seq, next_offset))

    async def _read_pages(self, pages: Sequence[tuple[int, int, int]]) -> Sequence[Sequence[asyncpg.Record]]:
        found: dict[int, list[asyncpg.Record]] = {shard: [] for shard, _, _ in pages}
        for row in await self._pool.fetch(_PAGES, *map(list, zip(*pages, strict=True))):
            found[row["shard"]].append(row)
        return list(found.values())

    async def _read_cursors(self, shards: Sequence[int]) -> Sequence[_Cursor]:
        found = {shard: _Cursor(*rest) for shard, *rest in await self._pool.fetch(_CURSORS, shards)}
        return [found[shard] for shard in shards]

    async def _move_all(self, moves: Sequence[tuple[int, int, int | None, int, int]]) -> Sequence[bool]:
        moved = {row["shard"] for row in await self._pool.fetch(_MOVE, *map(list, zip(*moves, strict=True)))}
        return [shard in moved for shard, *_ in moves]

    async def _has_turn(self) -> bool:
        """Whether this process is the one that publishes; takes its turn where nobody else has it."""
        if self._lock is not None and self._lock.is_closed():
            self._lock = None
        if self._lock is None:
            connection = await self._pool.acquire()
            try:
                taken = await connection.fetchval("SELECT pg_try_advisory_lock($1)", PUBLISHING)
            except BaseException:
                await self._pool.release(connection)
                raise
            if not taken:
                await self._pool.release(connection)
                return False
            self._lock = connection
        return True

    async def give_up(self) -> None:
        """Let another process have its turn."""
        lock, self._lock = self._lock, None
        if lock is not None:
            await asyncio.shield(self._pool.release(lock))  # a pool resets what it is given back, and so unlocks


def _change(tenant: str, shard: int, row: asyncpg.Record) -> StateChange:
    outcome = None
    if row["status"] is not None:
        outcome = StateOutcome(
            status=row["status"],
            level=row["level"],
            value=row["value"],
            policy=row["policy"],
            method=row["method"],
            scope=row["scope"],
            counted=row["counted"],
            evidence=row["evidence"],
            digest=row["digest"],
            pins=_places(shard, row["definitions_position"], row["evidence_position"]),
        )
    return StateChange(
        tenant=tenant,
        shard=shard,
        seq=row["seq"],
        learner=row["learner"],
        competency=row["competency"],
        changed_at=row["changed_ms"],
        outcome=outcome,
        as_of=_places(shard, row["definitions_applied"], row["evidence_applied"]),
    )


def _places(shard: int, definitions: int | None, evidence: int | None) -> tuple[Place, ...]:
    places: list[tuple[Ledger, int, int | None]] = [("definitions", 0, definitions), ("evidence", shard, evidence)]
    return tuple((ledger, number, position) for ledger, number, position in places if position)


def _record(change: StateChange) -> OutRecord:
    return OutRecord(
        state_key(change.learner, change.competency),
        state_value(change),
        change.changed_at,
        written(state_headers(change)),
    )
