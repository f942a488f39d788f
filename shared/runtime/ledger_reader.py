"""What reading the ledger itself takes, for refills, releases and rebuilds: pages of entries, owners, heads."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger
from shared.runtime.shards import Shard

PAGE = 500
"""Entries of a page, unless another number is asked for."""

MOST = 1_000
"""Entries of a page at the most, however many are asked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """Consecutive entries, and the position at which the shard ended when they were read."""

    entries: Sequence[Entry]
    head: int


Pages: TypeAlias = Callable[[Mapping[Shard, int], int], Awaitable[Mapping[Shard, Sequence[Entry]]]]
"""Pages of several shards at once: the entries above a position of each, without a gap, at most so many a shard."""


class LedgerReader(Protocol):
    """The record itself. In trouble, every method raises what `shared.runtime.trouble.is_trouble` knows."""

    async def entries(self, shard: Shard, *, after: int, limit: int = PAGE) -> Page:
        """The entries of a shard above `after`, without a gap, at most `limit`, or `MOST` where that is less."""
        ...

    async def owner(self, ledger: Ledger, owner: str, *, after: int = 0) -> list[Entry]:
        """All entries of an owner above position `after`, in position order."""
        ...

    async def heads(self) -> dict[Shard, int]:
        """The last position of every shard; 0 where it is empty."""
        ...
