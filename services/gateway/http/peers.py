"""The services behind the gateway: where they are, and pools of connections to each.

Requests are forwarded by aiohttp (decision 22); what the gateway asks for itself goes by httpx, as everywhere.
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import aiohttp
import httpx

from services.gateway.domain.route import Service
from shared.runtime.authorities import authorities
from shared.runtime.bounds import MAX_HEADERS
from shared.runtime.calling import Transport
from shared.runtime.settings import Settings

CONNECTIONS = 100
"""Connections to a service at most; more requests wait for one."""

IDLE = 30.0
"""Seconds that an unused connection is kept: less than the services keep theirs, so that none ends under a request."""

WRITE = 30.0
"""Seconds that a service has to take one part of a body."""

TIMEOUTS = httpx.Timeout(connect=2.0, read=60.0, write=WRITE, pool=10.0)
"""Seconds. A large batch may take long to be answered; a service that is not there is noticed at once."""


class Peers:
    """Clients of the services: `async with Peers(urls) as peers:`."""

    def __init__(self, urls: Mapping[Service, str]) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=IDLE)
        self._clients = {
            name: httpx.AsyncClient(
                base_url=url,
                transport=Transport(verify=authorities(), limits=limits),
                timeout=TIMEOUTS,
                trust_env=False,
            )
            for name, url in urls.items()
        }
        self._sessions: dict[Service, aiohttp.ClientSession] = {}

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

    def address(self, name: Service) -> str:
        """Where the service is, without a slash at the end."""
        return str(self._clients[name].base_url).rstrip("/")

    def forwarding(self, name: Service) -> aiohttp.ClientSession:
        """The connections over which requests are forwarded; within `async with`."""
        return self._sessions[name]

    async def __aenter__(self) -> Self:
        self._sessions = {name: _session() for name in self._clients}
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            await session.close()
        for client in self._clients.values():
            await client.aclose()


def _session() -> aiohttp.ClientSession:
    """Adds nothing to a request but `Host`, keeps no cookie, and leaves an answer as it came."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE),
        timeout=aiohttp.ClientTimeout(
            total=None, connect=TIMEOUTS.pool, sock_connect=TIMEOUTS.connect, sock_read=TIMEOUTS.read
        ),
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        max_field_size=MAX_HEADERS,
    )
