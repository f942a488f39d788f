"""Fills another version of a service's tables from the ledger, while the one that serves goes on serving."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

from shared.runtime.access.lag import AccessLag
from shared.runtime.forgetting import forgetting_among
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.projection import Keeper, Projection
from shared.runtime.projector import Projector
from shared.runtime.serve import Worker
from shared.runtime.shards import Shard
from shared.runtime.sources import LedgerSource
from shared.runtime.versions.wishes import NotRebuiltError

EVERY = 1.0
"""Seconds between two words on how far it has come."""

POLL = 0.05
"""Seconds between two looks at the ledger, once everything is in: a switch waits for no more than that."""

PAGE = 1000
"""Entries that are asked for at a time: as many as the ledger's door gives."""

Tell: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Filler:
    """What fills: `keepers` get every entry, `projections` what is not held back, `workers` do what these ask for."""

    projections: Sequence[Projection]
    keepers: Sequence[Keeper] = ()
    workers: Sequence[Worker] = ()


class Filling:
    """A filling under way. `pool` means the version being filled, and needs 8 connections."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        filler: Callable[[asyncpg.Pool], Filler],
        ledger: LedgerReader,
        pending: str | None,
    ) -> None:
        self._pool, self._filler, self._ledger, self._pending = pool, filler, ledger, pending
        self._workers: list[asyncio.Future[None]] = []
        self.go_on()

    def go_on(self) -> None:
        """Fill, from where the version is, unless it is being filled already."""
        if self._workers:
            return
        filler = self._filler(self._pool)
        source = LedgerSource(self._ledger, poll=POLL, page=PAGE)
        self._projector = Projector(self._pool, source, filler.projections, refill=self._ledger, keepers=filler.keepers)
        work = (self._projector.run, AccessLag(self._pool, self._ledger).run, *filler.workers)
        self._workers = [asyncio.ensure_future(run()) for run in work]

    async def stop(self) -> None:
        """Have nothing under way any more."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def caught_up(self, tell: Tell, *, patience: float = 60.0) -> None:
        """Wait until everything is in that the ledger held at some moment since now, telling how far that is.

        Raises NotRebuiltError where nothing has come in for `patience` seconds, and what a worker died of.
        """
        begun, first, last, moved, told = time.monotonic(), None, -1, time.monotonic(), 0.0
        while True:
            for worker in self._workers:
                if worker.done():
                    worker.result()
            heads = await self._ledger.heads()
            there = self._projector.positions()
            done, all_ = sum(there.get(shard, 0) for shard in heads), sum(heads.values())
            first = done if first is None else first
            now = time.monotonic()
            if all(there.get(shard, 0) >= head for shard, head in heads.items()) and not await self._waits():
                tell(f"Everything is in: {done:,} entries.")
                return
            if done != last:
                last, moved = done, now
            elif now - moved > patience:
                raise NotRebuiltError(_stuck(self._projector.reasons()))
            if now - told >= EVERY:
                told = now
                tell(_progress(done, all_, (done - first) / max(now - begun, 0.001)))
            await asyncio.sleep(POLL)

    async def reached(self, positions: Mapping[Shard, int], seconds: float) -> bool:
        """Whether these positions are in, within so many seconds."""
        end = time.monotonic() + seconds
        while any(self._projector.positions().get(shard, 0) < position for shard, position in positions.items()):
            if time.monotonic() > end:
                return False
            await asyncio.sleep(POLL / 5)
        return True

    async def forgets(self, after: Mapping[Shard, int], until: Mapping[Shard, int]) -> bool:
        """Whether somebody is forgotten by an entry above the one positions, up to the others."""
        for shard, last in until.items():
            position = after.get(shard, 0) if shard.ledger == "evidence" else last
            while position < last:
                entries = (await self._ledger.entries(shard, after=position, limit=PAGE)).entries
                if forgetting_among(entries) is not None:
                    return True
                position = entries[-1].position
        return False

    async def _waits(self) -> bool:
        return self._pending is not None and bool(await self._pool.fetchval(self._pending))


@asynccontextmanager
async def filling(
    pool: asyncpg.Pool, filler: Callable[[asyncpg.Pool], Filler], ledger: LedgerReader, *, pending: str | None
) -> AsyncIterator[Filling]:
    """Fill, and keep up, within the block. `pool` needs 8 connections."""
    under_way = Filling(pool, filler, ledger, pending)
    try:
        yield under_way
    finally:
        await under_way.stop()


def _progress(done: int, all_: int, rate: float) -> str:
    share = 100 * done // max(all_, 1)
    left = f", {(all_ - done) / rate:,.0f} s left" if rate > 0 and done < all_ else ""
    return f"{done:,} of {all_:,} entries are in ({share} %; {rate:,.0f}/s{left})"


def _stuck(reasons: Mapping[Shard, str]) -> str:
    if not reasons:
        return "Nothing more comes in, and no shard says why: is evidence up?"
    shard, reason = min(reasons.items(), key=lambda item: (item[0].ledger, item[0].number))
    return f"{shard.ledger} {shard.number} stands still: {reason}."
