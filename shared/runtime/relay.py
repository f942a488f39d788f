"""Publishes the ledger to Kafka, shard by shard, in order: may repeat an entry, never skips or reorders one.

At most one batch of a shard is outstanding; its cursor moves once the batch is acknowledged, by compare-and-set. On
any error the producer is dropped, the cursors are read again, and a new producer goes on from there.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg
import structlog

from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger
from shared.runtime.kafka_access import KafkaAccess
from shared.runtime.kafka_source import PartitionsDifferError
from shared.runtime.ledger_table import COLUMNS, entry_of_row
from shared.runtime.publisher import BATCH_BYTES, Publisher, PublisherLostError, RefusedError
from shared.runtime.relay_age import unrelayed
from shared.runtime.shards import Shard
from shared.runtime.trouble import Backoff, is_trouble, reason_of
from shared.runtime.wake import rung

_log = structlog.get_logger()

PAGE = 1000
"""Entries read at a time."""

ALARM = 60.0
"""Seconds that an entry may wait for its topic before it is told, once in as many."""

APART = 0.005
"""Seconds at least between two looks at the cursors, however often the bell rings."""


@dataclass(slots=True)
class _Line:
    """How one shard's relaying stands. `most` bounds a batch after a refusal, until the culprit is found."""

    backoff: Backoff
    retry_at: float = 0.0
    reason: str | None = None
    most: int = PAGE
    entries: list[Entry] = field(default_factory=list)


class Relay:
    """Relays both ledgers. `pool` is the relay role's, `wake` an event set after an append, `poll` the wait behind it.

    At most `concurrency` shards are read at a time. `deliver` and `stop` bound the waits for the broker, in seconds.
    """

    def __init__(  # noqa: PLR0913 - bounds, each by its name
        self,
        pool: asyncpg.Pool,
        access: KafkaAccess,
        topics: Mapping[Ledger, str],
        *,
        wake: asyncio.Event | None = None,
        poll: float = 0.25,
        concurrency: int = 8,
        deliver: float = 15.0,
        stop: float = 2.0,
        retry_longest: float = 5.0,
    ) -> None:
        self._pool = pool
        self._access = access
        self._topics = topics
        self._wake = wake or asyncio.Event()
        self._poll = poll
        self._turns = asyncio.Semaphore(concurrency)
        self._deliver = deliver
        self._stop = stop
        self._retry_longest = retry_longest
        self._lines: dict[Shard, _Line] = {}
        self._running: dict[Shard, asyncio.Task[None]] = {}
        self._shared = self._publisher()
        self._told_at = time.monotonic()
        self.refused = 0
        self.lost = 0

    async def run(self) -> None:
        """Run until cancelled. Raises PartitionsDifferError: that no retry can heal."""
        try:
            while True:
                await self._round()
                await asyncio.sleep(APART)
                await rung(self._wake, self._poll)
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            await self._shared.drop()

    def reasons(self) -> dict[Shard, str]:
        """The shards that are not relayed, and why."""
        return {shard: line.reason for shard, line in self._lines.items() if line.reason is not None}

    async def _round(self) -> None:
        for shard, task in list(self._running.items()):
            if task.done():
                del self._running[shard]
                task.result()
        try:
            behind = await self._behind()
        except Exception as error:
            if not is_trouble(error):
                raise
            _log.warning("the relay cannot read its cursors", error=error)
            return
        now = time.monotonic()
        for shard, cursor in behind.items():
            line = self._lines.setdefault(shard, _Line(Backoff(longest=self._retry_longest)))
            if shard not in self._running and line.retry_at <= now:
                self._running[shard] = asyncio.create_task(self._guarded(shard, line, cursor))
        if behind and now - self._told_at >= ALARM:
            self._told_at = now
            await self._tell_late()

    async def _tell_late(self) -> None:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):  # told the next time
            late = [each for each in await unrelayed(self._pool) if each.age >= ALARM]
            if late:
                _log.error(
                    "entries wait for their topic", count=len(late), seconds=round(late[0].age),
                    ledger=late[0].shard.ledger, shard=late[0].shard.number, position=late[0].relayed + 1,
                )  # fmt: skip

    async def _behind(self) -> dict[Shard, int]:
        """The shards with entries that are not on the topic yet, and their cursors."""
        rows = await self._pool.fetch(
            "SELECT ledger, shard, c.position FROM ledger.cursor c JOIN ledger.head h USING (ledger, shard)"
            " WHERE h.position > c.position"
        )
        return {Shard(row["ledger"], row["shard"]): row["position"] for row in rows}

    async def _guarded(self, shard: Shard, line: _Line, cursor: int) -> None:
        line.entries.clear()
        try:
            async with self._turns:
                await self._catch_up(shard, line, cursor)
        except RefusedError as error:
            self.refused += 1
            jammed = line.most == 1
            line.most = max(1, min(line.most, len(line.entries)) // 2)
            self._wait(shard, line, f"Kafka refuses {'the next entry' if jammed else 'a batch'}: {error}", jammed)
        except PublisherLostError as error:
            self.lost += 1
            self._wait(shard, line, f"Kafka does not answer: {error}", True)
        except PartitionsDifferError:
            raise
        except Exception as error:
            if not is_trouble(error):
                raise
            self._wait(shard, line, reason_of(error), True)
        else:
            line.reason = None
            line.backoff.succeeded()

    def _wait(self, shard: Shard, line: _Line, reason: str, long: bool) -> None:
        line.reason = reason
        line.retry_at = time.monotonic() + (line.backoff.failed() if long else 0.0)
        self._wake.set()
        _log.warning(
            "a shard is not relayed",
            ledger=shard.ledger,
            shard=shard.number,
            reason=reason,
            attempt=line.backoff.failures,
        )

    async def _catch_up(self, shard: Shard, line: _Line, cursor: int) -> None:
        """Publish batch after batch until the shard has no more. After a refusal, through a publisher of its own."""
        own = self._publisher() if line.most < PAGE else None
        try:
            while True:
                if not line.entries:
                    line.entries = await self._entries(shard, cursor)
                    if not line.entries:
                        return
                count = await self._publish(shard, line, own)
                if not await self._moved(shard, cursor, cursor + count):
                    return
                cursor += count
                line.reason = None
                del line.entries[:count]
                line.most = min(PAGE, line.most * 2)
        finally:
            if own is not None:
                await own.drop()

    async def _publish(self, shard: Shard, line: _Line, own: Publisher | None) -> int:
        if own is not None:
            return await own.publish(shard.ledger, shard.number, line.entries[: line.most])
        if self._shared.lost:
            self._shared = self._publisher()
        return await self._shared.publish(shard.ledger, shard.number, line.entries)

    async def _entries(self, shard: Shard, cursor: int) -> list[Entry]:
        """The next entries, at most `PAGE` and about two batches' bytes, without a gap."""
        rows = await self._pool.fetch(
            f"SELECT {COLUMNS} FROM (SELECT *, sum(octet_length(body) + 1000) OVER (ORDER BY position) AS bytes"  # noqa: S608
            " FROM ledger.entry WHERE ledger = $1 AND shard = $2 AND position > $3 AND position <= $3 + $4) AS next"
            " WHERE bytes <= $5 OR position = $3 + 1 ORDER BY position",
            shard.ledger,
            shard.number,
            cursor,
            PAGE,
            BATCH_BYTES * 2,
        )
        entries = [entry_of_row(row) for row in rows]
        if entries and entries[-1].position != cursor + len(entries):
            raise RuntimeError(f"The ledger has a gap in {shard.ledger} {shard.number} after position {cursor}.")
        return entries

    async def _moved(self, shard: Shard, old: int, new: int) -> bool:
        """Move the cursor; whether it was still where we left it. If not, another relay is at work: look again."""
        moved = await self._pool.execute(
            "UPDATE ledger.cursor SET position = $4 WHERE ledger = $1 AND shard = $2 AND position = $3",
            shard.ledger,
            shard.number,
            old,
            new,
        )
        return bool(moved == "UPDATE 1")

    def _publisher(self) -> Publisher:
        return Publisher(self._access, self._topics, deliver=self._deliver, stop=self._stop)
