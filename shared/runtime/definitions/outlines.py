"""The outline of the frameworks as known, from the documents that the definitions projection keeps."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import asyncpg

from shared.ledger.canonical import parse
from shared.rulebook.defining import FRAMEWORK
from shared.rulebook.known import Known
from shared.rulebook.outline import Outline
from shared.rulebook.prerequisites import Publication, latest
from shared.runtime.connections import borrowed

KEPT = 4
"""Outlines that are remembered: the one of now, and a few that somebody asked for as of earlier."""

_PUBLISHED = "SELECT id::text, digest, position, recorded_ms FROM definitions.document WHERE format = $1"
_BYTES = "SELECT digest, bytes FROM definitions.content WHERE digest = ANY ($1)"


class Outlines:
    """Reads documents again only where others are the latest known."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._outlines: OrderedDict[tuple[str, ...], Outline] = OrderedDict()

    async def known(self, known: Known) -> Outline:
        """Of each framework the latest publication known."""
        async with borrowed(self._pool) as connection:
            rows = await connection.fetch(_PUBLISHED, FRAMEWORK)
            published = [Publication(row["id"], row["digest"], row["position"], row["recorded_ms"]) for row in rows]
            digests = tuple(publication.digest for publication in latest(published, known))
            if digests in self._outlines:
                self._outlines.move_to_end(digests)
                return self._outlines[digests]
            stored = {row["digest"]: row["bytes"] for row in await connection.fetch(_BYTES, list(digests))}
        outline = await asyncio.to_thread(_outline, [stored[digest] for digest in digests])
        self._outlines[digests] = outline
        if len(self._outlines) > KEPT:
            self._outlines.popitem(last=False)
        return outline


def _outline(documents: Sequence[bytes]) -> Outline:
    """Large frameworks take a while: not for the event loop."""
    frameworks: list[Any] = [parse(document) for document in documents]
    return Outline.of(frameworks)
