"""The merged OpenAPI document, kept up to date with what the services say of themselves."""

import asyncio
import time
from collections.abc import Callable, Mapping

import orjson
import structlog

from services.gateway.domain.openapi import Document, merged
from services.gateway.domain.route import Service
from services.gateway.domain.routes import RouteTable
from services.gateway.http.peers import Peers
from shared.runtime.trouble import UnavailableError

REFRESH = 60.0
"""Seconds after which a service is asked again: it may be a newer one by now."""

RETRY = 2.0
"""Seconds between two questions to a service that does not answer."""

ANSWER = 3.0
"""Seconds that a service has to answer."""

_log = structlog.get_logger()


class ApiDocument:
    """Asks each service for its part. What a service said last is kept while it is down."""

    def __init__(self, peers: Peers, table: RouteTable, own: Callable[[], Document]) -> None:
        self._peers, self._table, self._own = peers, table, own
        self._parts: dict[Service, Document] = {}
        self._ask_at: dict[Service, float] = {}
        self._asking = asyncio.Lock()
        self._merged: Document | None = None

    async def current(self) -> Document:
        """The document of now. `x-missing-services` in it names the services that have never answered."""
        async with self._asking:
            now = time.monotonic()
            due = [name for name in self._peers.names if self._ask_at.get(name, 0.0) <= now]
            if await asyncio.gather(*(self._ask(name) for name in due)) or self._merged is None:
                self._merged = self._merge()
        return self._merged

    def _merge(self) -> Document:
        parts: Mapping[Service, Document] = {
            "gateway": self._own(),
            **{name: self._parts[name] for name in self._known()},
        }
        return merged(parts, self._table, missing=set(self._peers.names) - self._parts.keys())

    def _known(self) -> list[Service]:
        return [name for name in self._peers.names if name in self._parts]

    async def _ask(self, name: Service) -> None:
        try:
            answer = await self._peers[name].ask("GET", "/openapi.json", within=ANSWER)
            self._parts[name] = orjson.loads(answer.accepted.content)
            self._ask_at[name] = time.monotonic() + REFRESH
        except (UnavailableError, orjson.JSONDecodeError) as error:
            self._ask_at[name] = time.monotonic() + RETRY
            _log.warning("a service does not say what it serves", service=name, error=error)
