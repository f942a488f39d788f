"""The port `Frameworks`, from the documents that the definitions projection keeps."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import asyncpg

from shared.ledger.canonical import parse
from shared.rulebook.defining import FRAMEWORK
from shared.rulebook.known import Known
from shared.rulebook.prerequisites import Prerequisites, Publication, latest
from shared.runtime.connections import borrowed

KEPT = 4
"""Graphs that are remembered: the one of now, and a few that somebody asked for as of earlier."""

_PUBLISHED = "SELECT id::text, digest, position, recorded_ms FROM definitions.document WHERE format = $1"
_BYTES = "SELECT digest, bytes FROM definitions.content WHERE digest = ANY ($1)"


class PublishedFrameworks:
    """Reads the documents again only where others are the latest known."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._graphs: OrderedDict[tuple[str, ...], Prerequisites] = OrderedDict()
        self._reading = asyncio.Lock()

    async def graph(self, known: Known) -> Prerequisites:
        async with borrowed(self._pool) as connection:
            rows = await connection.fetch(_PUBLISHED, FRAMEWORK)
            published = [Publication(row["id"], row["digest"], row["position"], row["recorded_ms"]) for row in rows]
            digests = tuple(publication.digest for publication in latest(published, known))
            async with self._reading:  # whoever comes meanwhile finds it made
                graph = self._graphs.get(digests)
                if graph is None:
                    stored = {row["digest"]: row["bytes"] for row in await connection.fetch(_BYTES, list(digests))}
                    graph = await asyncio.to_thread(_graph, [stored[digest] for digest in digests])
                    self._graphs[digests] = graph
                    if len(self._graphs) > KEPT:
                        self._graphs.popitem(last=False)
                self._graphs.move_to_end(digests)
                return graph


def _graph(documents: Sequence[bytes]) -> Prerequisites:
    """Large frameworks take a while: not for the event loop."""
    frameworks: list[Any] = [parse(document) for document in documents]
    return Prerequisites.of(frameworks)
