"""The trace that a request belongs to, as far as it goes: in its task, with its events to the topic, and no further.

A trace context is a W3C `traceparent` as text. It is no part of an entry (DESIGN §11): it waits in this process, by
the event's id, until the relay of the same process publishes the entry, and goes as a header that no leaf covers.
Nothing here knows OpenTelemetry, so that nothing of it is loaded where no traces are asked for.
"""

import re
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Protocol

from shared.ledger.entry import Entry
from shared.ledger.records import Headers
from shared.runtime.shards import Shard

HEADER = "traceparent"
MOST = 10_000
"""Events whose trace is remembered at most; beyond, those that wait longest are let go."""

_FORM = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)

under_way: ContextVar[str | None] = ContextVar("under_way", default=None)
"""The trace context of the request that is being answered; None where it is not traced."""


def read_traceparent(header: bytes | None) -> str | None:
    """The trace context in a header; None for anything that is none. Nothing else of a request is believed."""
    if header is None or len(header) != 55:
        return None
    text = header.decode("latin-1")
    return text if _FORM.fullmatch(text) else None


class Publication(Protocol):
    """One traced entry on its way to the topic, under a context of its own."""

    @property
    def context(self) -> str: ...

    def acknowledged(self) -> None: ...


class Publishes(Protocol):
    """Begins to trace how an entry is published."""

    def publication(self, context: str, entry: Entry) -> Publication: ...


class Trails:
    """Which events wait for the relay with a trace, in one process."""

    def __init__(self, publishes: Publishes, *, most: int = MOST) -> None:
        self._publishes, self._most = publishes, most
        self._contexts: dict[str, str] = {}
        self._publications: dict[str, tuple[Shard, int, Publication]] = {}
        self.shed = 0

    def note(self, ids: Iterable[str]) -> None:
        """Remember that these events were asked for in the trace under way, if there is one."""
        context = under_way.get()
        if context is None:
            return
        for id_ in ids:
            self._contexts[id_] = context
        while len(self._contexts) > self._most:
            oldest = next(iter(self._contexts))
            del self._contexts[oldest]
            self._publications.pop(oldest, None)
            self.shed += 1

    def headers(self, entry: Entry) -> Headers:
        """What an entry's record bears beside the entry: nothing, or its trace. The same each time it is asked."""
        context = self._contexts.get(entry.id)
        if context is None:
            return ()
        if entry.id not in self._publications:
            shard = Shard(entry.ledger, entry.shard)
            self._publications[entry.id] = shard, entry.position, self._publishes.publication(context, entry)
        return ((HEADER, self._publications[entry.id][2].context.encode()),)

    def acknowledged(self, shard: Shard, reached: int) -> None:
        """A shard's entries are on the topic up to this position."""
        done = [id_ for id_, (own, at, _) in self._publications.items() if own == shard and at <= reached]
        for id_ in done:
            self._contexts.pop(id_, None)
            self._publications.pop(id_)[2].acknowledged()
