"""What is made of the frameworks as known, from the documents that the definitions projection keeps."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import asyncpg

from shared.ledger.canonical import parse
from shared.rulebook.defining import FRAMEWORK
from shared.rulebook.known import Known
from shared.rulebook.prerequisites import Publication, latest
from shared.runtime.connections import borrowed

KEPT = 4
"""Results that are remembered: the one of now, and a few that somebody asked for as of earlier."""

_PUBLISHED = "SELECT id::text, digest, position, recorded_ms FROM definitions.document WHERE format = $1"
_BYTES = "SELECT digest, bytes FROM definitions.content WHERE digest = ANY ($1)"

_Made = TypeVar("_Made")


class LatestFrameworks(Generic[_Made]):
    """Reads the documents, and makes something of them, only where others are the latest known.

    `make` is called off the event loop, for large frameworks take a while, and for one thing at a time.
    """

    def __init__(self, pool: asyncpg.Pool, make: Callable[[Sequence[Any]], _Made]) -> None:
        self._pool, self._make = pool, make
        self._made: OrderedDict[tuple[str, ...], _Made] = OrderedDict()
        self._making = asyncio.Lock()

    async def known(self, known: Known) -> _Made:
        """What is made of the latest publication known of each framework."""
        async with borrowed(self._pool) as connection:
            rows = await connection.fetch(_PUBLISHED, FRAMEWORK)
        published = [Publication(row["id"], row["digest"], row["position"], row["recorded_ms"]) for row in rows]
        digests = tuple(publication.digest for publication in latest(published, known))
        async with self._making:  # whoever comes meanwhile finds it made
            if digests not in self._made:
                self._made[digests] = await self._make_of(digests)
                if len(self._made) > KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end(digests)
            return self._made[digests]

    async def _make_of(self, digests: Sequence[str]) -> _Made:
        async with borrowed(self._pool) as connection:
            stored = {row["digest"]: row["bytes"] for row in await connection.fetch(_BYTES, list(digests))}
        return await asyncio.to_thread(lambda: self._make([parse(stored[digest]) for digest in digests]))
