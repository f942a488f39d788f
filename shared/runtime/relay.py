"""Publishes an outbox to Kafka, shard by shard, in order: may repeat a row, never skips or reorders one.

At most one batch of a shard is outstanding; its cursor moves once the batch is acknowledged, by compare-and-set. On
any error the producer is dropped, the cursors are read again, and a new producer goes on from there.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg
import structlog

from shared.runtime.kafka_access import KafkaAccess
from shared.runtime.kafka_source import PartitionsDifferError
from shared.runtime.outbox import Outbox, OutRecord
from shared.runtime.publisher import BATCH_BYTES, Publisher, PublisherLostError, RefusedError, Sent
from shared.runtime.shards import Shard
from shared.runtime.trouble import Backoff, is_trouble, reason_of
from shared.runtime.wake import rung

_log = structlog.get_logger()

PAGE = 1000
"""Rows read at a time."""

ALARM = 60.0
"""Seconds that a row may wait for its topic before it is told, once in as many."""

APART = 0.02
"""Seconds at least between two looks at the cursors, however often the bell rings."""


@dataclass(slots=True)
class _Line:
    """How one shard's relaying stands. `most` bounds a batch after a refusal, until the culprit is found."""

    backoff: Backoff
    retry_at: float = 0.0
    reason: str | None = None
    most: int = PAGE
    records: list[OutRecord] = field(default_factory=list)


class Relay:
    """Relays `outbox`: of the ledgers, or of states. `wake` is an event set after a write, `poll` the wait behind it.

    At most `concurrency` shards are read at a time. `deliver` and `stop` bound the waits for the broker, in seconds.
    """

    def __init__(  # noqa: PLR0913 - bounds, each by its name
        self,
        outbox: Outbox,
        access: KafkaAccess,
        *,
        wake: asyncio.Event | None = None,
        poll: float = 0.25,
        concurrency: int = 32,
        deliver: float = 15.0,
        stop: float = 2.0,
        retry_longest: float = 5.0,
    ) -> None:
        self._outbox = outbox
        self._access = access
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
            behind = await self._outbox.behind()
        except Exception as error:
            if not is_trouble(error):
                raise
            _log.warning("the relay cannot read its cursors", error=error)
            return
        for shard in self._lines.keys() - behind.keys() - self._running.keys():
            del self._lines[shard]  # another process has published what stood in its way, or has its turn
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
            late = [each for each in await self._outbox.late() if each.age >= ALARM]
            if late:
                _log.error(
                    "rows wait for their topic", count=len(late), seconds=round(late[0].age),
                    ledger=late[0].shard.ledger, shard=late[0].shard.number, position=late[0].relayed + 1,
                )  # fmt: skip

    async def _guarded(self, shard: Shard, line: _Line, cursor: int) -> None:
        line.records.clear()
        try:
            async with self._turns:
                await self._catch_up(shard, line, cursor)
        except RefusedError as error:
            self.refused += 1
            jammed = line.most == 1
            line.most = max(1, min(line.most, len(line.records)) // 2)
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
                if not line.records:
                    line.records = list(await self._outbox.records(shard, cursor, PAGE, BATCH_BYTES * 2))
                    if not line.records:
                        return
                sent = await self._publish(shard, line, own)
                if not await self._outbox.moved(shard, cursor, cursor + sent.number, sent.offset):
                    return
                cursor += sent.number
                line.reason = None
                del line.records[: sent.number]
                line.most = min(PAGE, line.most * 2)
        finally:
            if own is not None:
                await own.drop()

    async def _publish(self, shard: Shard, line: _Line, own: Publisher | None) -> Sent:
        if own is not None:
            return await own.publish(shard.ledger, shard.number, line.records[: line.most])
        if self._shared.lost:
            self._shared = self._publisher()
        return await self._shared.publish(shard.ledger, shard.number, line.records)

    def _publisher(self) -> Publisher:
        return Publisher(self._access, self._outbox.topics, deliver=self._deliver, stop=self._stop)
