"""Brings a service's tables up to date with the ledger, shard by shard, for ever, and heals what can be healed.

The round: place the shards that wait, read, apply. What came of many shards is applied together, in a transaction or
a few, as long as nothing is the matter. Whatever goes wrong with a shard holds that shard alone: it is tried again
later from its watermark, or it stops and says why. Nothing is ever skipped.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg
import structlog

from shared.contracts.events import is_known
from shared.ledger.entry import Entry
from shared.runtime.applying import Applier, Portion, TooManyFailuresError
from shared.runtime.catching_up import Advance, LedgerLacksError, UnknownEntryError
from shared.runtime.connections import borrowed
from shared.runtime.kafka_source import PartitionsDifferError
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.projection import Keeper, Projection
from shared.runtime.shards import Shard
from shared.runtime.sources import Batch, Source
from shared.runtime.tracing import Tracing
from shared.runtime.trouble import Backoff, is_trouble, reason_of
from shared.runtime.watermark import FencedError, mark_paused, open_watermarks

_log = structlog.get_logger()

FOR_GOOD = float("inf")
WORTH = 500
"""Entries from which a transaction's own cost is small beside theirs: there another one may go beside it."""

TOGETHER = 5.0
"""Seconds that shards may take together: a slow one holds the others up for no longer."""

APART = 0.03
"""Seconds at least from one round to the next while little comes: one entry costs as much as a hundred."""

PATIENCE = 2.0
"""Seconds that a round waits for one shard before it goes on with the others."""


@dataclass(slots=True)
class _Standing:
    """How one shard stands: when it may be tried again, why it does not move, and since when it is behind."""

    retry_at: float = 0.0
    reason: str | None = None
    backoff: Backoff = field(default_factory=Backoff)
    seen: int = -1
    seen_at: float = 0.0


class Projector:
    """Applies what `source` gives to all `projections`; one runs in a process for each source.

    `refill` is the ledger itself, for gaps. At most `batch` entries go into one transaction, at most `concurrency`
    transactions are under way, each on a connection of `pool`. `failures` owners that fail in a row stop a shard. A
    shard that has not moved for `stalled` seconds, although the ledger went on and the source has given all it has, is
    refilled from the ledger.
    """

    def __init__(  # noqa: PLR0913 - bounds, each by its name
        self,
        pool: asyncpg.Pool,
        source: Source,
        projections: Sequence[Projection],
        *,
        refill: LedgerReader,
        keepers: Sequence[Keeper] = (),
        known: Callable[[Entry], bool] = is_known,
        batch: int = 4000,
        concurrency: int = 4,
        failures: int = 20,
        stalled: float = 10.0,
        retry_longest: float = 5.0,
        tracing: Tracing | None = None,
    ) -> None:
        self._pool = pool
        self._source = source
        self._refill = refill
        self._stalled = stalled
        self._retry_longest = retry_longest
        self._standings: dict[Shard, _Standing] = {}
        self._running: dict[Shard, asyncio.Task[None]] = {}
        self._behind: set[Shard] = set()
        self._tracing = tracing
        self.fenced = 0
        self.lacking = 0
        self.advance = Advance(
            Applier(pool, projections, failures, keepers),
            refill,
            known,
            batch=batch,
            turns=asyncio.Semaphore(concurrency),
        )

    async def run(self) -> None:
        """Run until cancelled. Raises PartitionsDifferError: that no retry can heal."""
        backoff = Backoff(longest=self._retry_longest)
        watch = asyncio.create_task(self._watch())
        try:
            while True:
                try:
                    begun = time.monotonic()
                    if await self._round() < WORTH:
                        await asyncio.sleep(begun + APART - time.monotonic())
                    backoff.succeeded()
                except PartitionsDifferError:
                    raise
                except Exception as error:
                    if not is_trouble(error):
                        raise
                    _log.warning("the projector waits", error=error, attempt=backoff.failures)
                    await asyncio.sleep(backoff.failed())
        finally:
            await _ended([watch, *self._running.values()])
            await self._source.stop()

    def reasons(self) -> dict[Shard, str]:
        """The shards that do not move, and why."""
        return {shard: standing.reason for shard, standing in self._standings.items() if standing.reason is not None}

    def positions(self) -> dict[Shard, int]:
        """How far each shard that is read here has been applied."""
        return {shard: self.advance.positions[shard] for shard in self._source.placed()}

    async def _round(self) -> int:
        """Read on while what was read before is applied, then have this applied; what comes of a shard that was held
        meanwhile is let go, and read again from its watermark. How many entries came.
        """
        self._reap()
        await self._place()
        batches = await self._source.read()
        await self._end_round()
        placed = self._source.placed()
        work = {batch.shard: batch for batch in batches if batch.shard in placed}
        for shard in self._behind & placed - work.keys():
            self._begin(shard, self.advance.catch_up(shard))
        self._behind.clear()
        plain = {shard: portion for shard, batch in work.items() if (portion := self._plain(batch)) is not None}
        for group in groups(list(plain.values())):
            task = asyncio.create_task(self._together({portion.shard: work[portion.shard] for portion in group}, group))
            self._running.update((portion.shard, task) for portion in group)
        for shard, batch in work.items():
            if shard not in plain:
                self._begin(shard, self._taken(batch))
        return sum(len(batch.entries) for batch in batches)

    def _begin(self, shard: Shard, work: Coroutine[None, None, None]) -> None:
        self._running[shard] = asyncio.create_task(self._guarded(shard, work))

    def _plain(self, batch: Batch) -> Portion | None:
        """What may be applied together with others: of evidence, and of a shard that nothing was the matter with."""
        if batch.shard.ledger != "evidence" or self._standings[batch.shard].reason is not None:
            return None
        return self.advance.plain(batch)

    async def _together(self, batches: Mapping[Shard, Batch], portions: Sequence[Portion]) -> None:
        """Apply the portions in one transaction; where that fails, whatever the reason, each of the batches alone."""
        try:
            async with asyncio.timeout(TOGETHER):
                await self.advance.take_together(portions)
        except Exception as error:  # noqa: BLE001 - what it is, and whose, is found and told by each alone
            _log.info("shards are applied one by one", count=len(portions), error=error)
        else:
            for shard in batches:
                self._standings[shard].backoff.succeeded()
            return
        for shard, batch in batches.items():
            self._begin(shard, self._taken(batch))

    async def _end_round(self) -> None:
        """Wait for the shards under way; those that take too long are held, and the others go on."""
        until = time.monotonic() + PATIENCE
        while self._running and (left := until - time.monotonic()) > 0:
            await asyncio.wait(set(self._running.values()), timeout=left)
            self._reap()
        for shard in self._running:
            self._source.hold(shard)

    def _taken(self, batch: Batch) -> Coroutine[None, None, None]:
        work = self.advance.take(batch)
        if self._tracing is None or not batch.traces:
            return work
        return self._tracing.following(batch.shard, batch.traces, work)

    def _reap(self) -> None:
        for shard, task in list(self._running.items()):
            if task.done():
                del self._running[shard]
                task.result()

    async def _place(self) -> None:
        """Tell the source where to begin with the shards that wait, from their watermarks."""
        now = time.monotonic()
        due = [
            shard
            for shard in self._source.waiting() - self._running.keys()
            if self._standings.setdefault(shard, self._fresh()).retry_at <= now
        ]
        if not due:
            return
        async with borrowed(self._pool) as connection:
            marks = await open_watermarks(connection, due)
        for shard, mark in marks.items():
            self.advance.positions[shard] = mark.position
            self._source.place(shard, mark)

    def _fresh(self) -> _Standing:
        return _Standing(backoff=Backoff(longest=self._retry_longest))

    async def _guarded(self, shard: Shard, work: Coroutine[None, None, None]) -> None:
        """Do a shard's work; whatever fails holds this shard alone, with a reason and a time to try again."""
        standing = self._standings[shard]
        try:
            await work
        except FencedError:
            self.fenced += 1
            standing.retry_at = time.monotonic() + standing.backoff.first
            self._source.hold(shard)
        except (UnknownEntryError, TooManyFailuresError) as error:
            await self._hold(shard, str(error), FOR_GOOD)
        except LedgerLacksError as error:
            self.lacking += 1
            await self._hold(shard, str(error), standing.backoff.failed())
        except Exception as error:  # noqa: BLE001 - a fault of ours: the other shards go on
            if not is_trouble(error):
                _log.error("a shard cannot be applied", ledger=shard.ledger, shard=shard.number, error=error)
            await self._hold(shard, reason_of(error), standing.backoff.failed())
        else:
            standing.backoff.succeeded()
            if standing.reason is not None:
                standing.reason = None
                await self._show(shard, None)  # also where there was nothing to apply, so that no mark was taken off

    async def _hold(self, shard: Shard, reason: str, seconds: float) -> None:
        standing = self._standings[shard]
        standing.reason, standing.retry_at = reason, time.monotonic() + seconds
        self._source.hold(shard)
        _log.warning(
            "a shard waits", ledger=shard.ledger, shard=shard.number, reason=reason, attempt=standing.backoff.failures
        )
        await self._show(shard, reason)

    async def _show(self, shard: Shard, reason: str | None) -> None:
        """Let everyone see why the shard waits, or (None) that it does not."""
        with suppress(Exception):  # the database may be what is in trouble; the reason is told here all the same
            async with borrowed(self._pool, seconds=1) as connection:
                await mark_paused(connection, shard, self.advance.positions[shard], reason)

    async def _watch(self) -> None:
        """Notice shards that stand still although the ledger went on: a last record lost, a topic made anew."""
        while True:
            await asyncio.sleep(min(2.0, self._stalled / 3))
            try:
                heads = await self._refill.heads()
            except Exception as error:  # noqa: BLE001 - the next look may be luckier, and the watch must not end
                _log.warning("the ledger's heads are not known", error=error)
                continue
            now = time.monotonic()
            for shard in self._source.placed():
                standing, position = self._standings[shard], self.advance.positions[shard]
                waits = heads.get(shard, 0) > position and await self._source.drained(shard)
                if standing.seen != position or not waits:
                    standing.seen, standing.seen_at = position, now
                elif now - standing.seen_at >= self._stalled:
                    self._behind.add(shard)
                    standing.seen_at = now


def groups(portions: Sequence[Portion]) -> list[list[Portion]]:
    """Portions in groups that are worth a transaction each: of `WORTH` entries or more, but for the last."""
    made: list[list[Portion]] = []
    size = WORTH
    for portion in portions:
        if size >= WORTH:
            made.append([])
            size = 0
        made[-1].append(portion)
        size += len(portion.entries)
    return made


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
