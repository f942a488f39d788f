"""The services behind the gateway: where they are, and one pool of connections to each."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx

from services.gateway.domain.routes import Service
from shared.runtime.calling import Transport
from shared.runtime.settings import Settings

CONNECTIONS = 100
"""Connections to a service at most; more requests wait for one."""

IDLE = 30.0
"""Seconds that an unused connection is kept: less than the services keep theirs, so that none ends under a request."""

TIMEOUTS = httpx.Timeout(connect=2.0, read=60.0, write=30.0, pool=10.0)
"""Seconds. A large batch may take long to be answered; a service that is not there is noticed at once."""


class Peers:
    """Clients of the services: `async with Peers(urls) as peers:`."""

    def __init__(self, urls: Mapping[Service, str]) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=IDLE)
        self._clients = {
            name: httpx.AsyncClient(base_url=url, transport=Transport(limits=limits), timeout=TIMEOUTS, trust_env=False)
            for name, url in urls.items()
        }

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            {
                "evidence": settings.evidence_url,
                "mastery": settings.mastery_url,
                "portfolio": settings.portfolio_url,
                "audit": settings.audit_url,
            }
        )

    @property
    def names(self) -> tuple[Service, ...]:
        return tuple(self._clients)

    def __getitem__(self, name: Service) -> httpx.AsyncClient:
        return self._clients[name]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            await client.aclose()
