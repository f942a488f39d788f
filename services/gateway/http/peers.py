"""The services behind the gateway: where they are, and pools of connections to each."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from services.gateway.domain.route import Service
from shared.runtime.calling import ServiceClient
from shared.runtime.settings import Settings


class Peers:
    """Clients of the services: `async with Peers(urls) as peers:`."""

    def __init__(self, urls: Mapping[Service, str]) -> None:
        self._clients = {name: ServiceClient(url) for name, url in urls.items()}
        self._opened = AsyncExitStack()

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

    def __getitem__(self, name: Service) -> ServiceClient:
        return self._clients[name]

    async def __aenter__(self) -> Self:
        for client in self._clients.values():
            await self._opened.enter_async_context(client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()
