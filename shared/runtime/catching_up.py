"""Takes shards forward: what came is applied in order, what is missing is fetched from the ledger first."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from shared.ledger.entry import Entry
from shared.runtime.applying import Applier, Portion
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.measuring import Histogram
from shared.runtime.metrics import PROJECTION_BATCH, PROJECTION_SECONDS
from shared.runtime.runs import Gap, Run, runs
from shared.runtime.shards import Shard
from shared.runtime.sources import Batch


class UnknownEntryError(Exception):
    """An entry of a type or schema that this version does not know: the shard waits for an upgrade."""


class LedgerLacksError(Exception):
    """The topic holds an entry beyond a gap that the ledger itself cannot fill."""


@dataclass(slots=True)
class Advance:
    """Moves shards forward from `positions`, where their watermarks stand. `turns` bounds how many at a time.

    `applied`, `refilled` and `passed_over` count entries (and records that were none) since the start; `sizes` and
    `times` are those of the batches applied, a turn's wait among them.
    """

    applier: Applier
    refill: LedgerReader
    known: Callable[[Entry], bool]
    batch: int
    turns: asyncio.Semaphore
    positions: dict[Shard, int] = field(default_factory=dict)
    applied: int = 0
    refilled: int = 0
    passed_over: int = 0
    sizes: Histogram = field(default_factory=lambda: Histogram(PROJECTION_BATCH))
    times: Histogram = field(default_factory=lambda: Histogram(PROJECTION_SECONDS))

    def plain(self, batch: Batch) -> Portion | None:
        """The whole batch as a portion, where nothing about it needs a closer look; else None."""
        if batch.passed_over or batch.traces:
            return None
        position = self.positions[batch.shard]
        match list(runs(position, batch.entries, self.batch)):
            case [Run(entries)] if all(map(self.known, entries)):
                return Portion(batch.shard, position, entries, batch.next_offset)
            case _:
                return None

    async def take_together(self, portions: Sequence[Portion]) -> None:
        """Apply portions of different shards of one ledger in one transaction. Raises what `Applier.apply_together`
        raises; then `take` each batch alone.
        """
        begun = time.perf_counter()
        async with self.turns:
            await self.applier.apply_together(portions)
        self._applied(portions, begun)

    async def take(self, batch: Batch) -> None:
        """Apply a batch: duplicates dropped, gaps filled from the ledger in order, and so what was passed over.

        Raises UnknownEntryError once everything before the unknown entry is applied, LedgerLacksError, and what
        `Applier.apply` raises.
        """
        steps = list(runs(self.positions[batch.shard], batch.entries, self.batch))
        for step in steps:
            if isinstance(step, Gap):
                await self._fill(batch.shard, step)
            else:  # after the last run, nothing of the batch is left but repetitions
                offset = batch.next_offset if step is steps[-1] else None
                await self._apply(batch.shard, step.entries, offset)
        if batch.passed_over:
            self.passed_over += batch.passed_over
            await self.catch_up(batch.shard)

    async def catch_up(self, shard: Shard) -> None:
        """Apply all that the ledger has beyond the watermark."""
        while True:
            page = await self.refill.entries(shard, after=self.positions[shard], limit=self.batch)
            if not page.entries:
                return
            await self._refilled(shard, page.entries)

    async def _fill(self, shard: Shard, gap: Gap) -> None:
        while (after := self.positions[shard]) < gap.before - 1:
            page = await self.refill.entries(shard, after=after, limit=min(self.batch, gap.before - 1 - after))
            if not page.entries:
                raise LedgerLacksError(
                    f"the topic holds position {gap.before}, but the ledger ends at {page.head} and lacks {after + 1}"
                )
            await self._refilled(shard, page.entries)

    async def _refilled(self, shard: Shard, entries: Sequence[Entry]) -> None:
        after = self.positions[shard]
        if [entry.position for entry in entries] != list(range(after + 1, after + 1 + len(entries))):
            raise LedgerLacksError(f"the ledger has a gap of its own after position {after}")
        await self._apply(shard, entries, None)
        self.refilled += len(entries)

    async def _apply(self, shard: Shard, entries: Sequence[Entry], next_offset: int | None) -> None:
        known = list(takewhile(self.known, entries))
        if known:
            offset, begun = next_offset if len(known) == len(entries) else None, time.perf_counter()
            portion = Portion(shard, self.positions[shard], known, offset)
            async with self.turns:
                await self.applier.apply(portion)
            self._applied([portion], begun)
        if len(known) < len(entries):
            stranger = entries[len(known)]
            raise UnknownEntryError(
                f"upgrade me: this version does not know {stranger.type} as {stranger.schema},"
                f" at position {stranger.position}"
            )

    def _applied(self, portions: Sequence[Portion], begun: float) -> None:
        count = sum(len(portion.entries) for portion in portions)
        self.positions.update((portion.shard, portion.entries[-1].position) for portion in portions)
        self.applied += count
        self.times.observe(time.perf_counter() - begun)
        self.sizes.observe(count)
