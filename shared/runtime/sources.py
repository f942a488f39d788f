"""Where a projector's entries come from: Kafka for the services, the ledger itself for evidence's own tables.

A source knows only how to read. How far has been applied is the watermark's to know, in the same transaction as
what was applied; a source is told where to begin (`place`) and keeps no bookmark of its own.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger
from shared.runtime.ledger_reader import LedgerReader, Pages
from shared.runtime.shards import Bookmark, Shard, shards_of
from shared.runtime.wake import rung

WAIT = 0.2
"""Seconds that `Source.read` waits at most for something to come."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of one shard as they came: perhaps repeated, perhaps with gaps, never out of order but by repetition.

    `next_offset` is where to read on once all of them are applied. `passed_over` counts the records among them that
    were no valid copy of an entry of this shard: what they should have been is only known to the ledger. `traces` are
    the trace contexts of the entries that are traced, by position.
    """

    shard: Shard
    entries: Sequence[Entry]
    next_offset: int
    passed_over: int = 0
    traces: Mapping[int, str] | None = None


class Source(Protocol):
    """Gives entries, shard by shard. Used by one projector, from one task; only `read` and `stop` may wait long."""

    async def start(self) -> None:
        """Begin. Raises PartitionsDifferError where a topic has another number of partitions than its ledger shards."""
        ...

    def waiting(self) -> frozenset[Shard]:
        """The shards that are this source's to read but of which it does not know where to begin."""
        ...

    def placed(self) -> frozenset[Shard]:
        """The shards that are being read."""
        ...

    def place(self, shard: Shard, bookmark: Bookmark) -> None:
        """Read this shard from here on. Without effect where the shard was lost meanwhile."""
        ...

    def hold(self, shard: Shard) -> None:
        """Give nothing more of this shard until it is placed again; it is `waiting` meanwhile."""
        ...

    async def read(self) -> list[Batch]:
        """What has come of the placed shards, after at most `WAIT` seconds. Empty where nothing came.

        Raises OSError or its client's errors where the source does not answer; the next call tries again.
        """
        ...

    async def drained(self, shard: Shard) -> bool:
        """Whether everything that the other side says it has of a placed shard was given."""
        ...

    async def stop(self) -> None:
        """End within a few seconds, whatever the other side does."""
        ...


class LedgerSource:
    """Reads a ledger directly, through any LedgerReader: the tables themselves (evidence), or the door (rebuilds).

    Every shard of `ledgers` is this source's. Woken by `wake` after an append, with a poll every `poll` seconds
    behind it. It reads on at once only where a page was full: who reads again for the few entries that came during
    the last reading, under load without end, takes more than recording them did. `pages` reads several shards at once,
    where the reader can.
    """

    def __init__(  # noqa: PLR0913 - bounds, each by its name
        self,
        reader: LedgerReader,
        ledgers: Iterable[Ledger] = ("evidence", "definitions"),
        *,
        wake: asyncio.Event | None = None,
        poll: float = 0.25,
        page: int = 500,
        pages: Pages | None = None,
    ) -> None:
        self._reader = reader
        self._pages = pages or self._one_by_one
        self._wake = wake or asyncio.Event()
        self._poll = poll
        self._page = page
        self._mine = frozenset(shards_of(*ledgers))
        self._next: dict[Shard, int] = {}
        self._more = True

    async def start(self) -> None:
        return

    def waiting(self) -> frozenset[Shard]:
        return self._mine - self._next.keys()

    def placed(self) -> frozenset[Shard]:
        return frozenset(self._next)

    def place(self, shard: Shard, bookmark: Bookmark) -> None:
        self._next[shard] = bookmark.position
        self._more = True

    def hold(self, shard: Shard) -> None:
        self._next.pop(shard, None)

    async def read(self) -> list[Batch]:
        if not self._more:
            await rung(self._wake, self._poll)
        heads = await self._reader.heads()
        behind = {shard: after for shard, after in self._next.items() if heads.get(shard, 0) > after}
        pages = await self._pages(behind, self._page) if behind else {}
        batches = [Batch(shard, entries, entries[-1].position) for shard, entries in pages.items() if entries]
        self._next |= {batch.shard: batch.next_offset for batch in batches}
        self._more = any(batch.next_offset < heads[batch.shard] for batch in batches)
        return batches

    async def _one_by_one(self, after: Mapping[Shard, int], limit: int) -> Mapping[Shard, Sequence[Entry]]:
        return {
            shard: (await self._reader.entries(shard, after=position, limit=limit)).entries
            for shard, position in after.items()
        }

    async def drained(self, shard: Shard) -> bool:  # noqa: ARG002 - what is behind here is read here in any case
        return False

    async def stop(self) -> None:
        return
