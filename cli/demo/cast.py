"""The people of the demo: each signs in with a personal token of their own, as any client would."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from cli.demo.place import Place
from cli.demo.seeding import FILES
from cli.gateway import Gateway
from cli.importing.references import resolved


class Cast:
    """`async with Cast(place) as cast:` closes everyone's connections at its end."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._opened = AsyncExitStack()
        self._gateways: dict[str, Gateway] = {}

    async def __aenter__(self) -> Self:
        self.district = await self._opened.enter_async_context(Gateway(self.place.url, self.place.token))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    async def person(self, name: str) -> str:
        """The id of somebody in the roster, such as `learner-amara`."""
        return str(await self.resolved(f"roster:user/{name}"))

    async def resolved(self, value: Any) -> Any:
        """A value in which references to the roster and to the demo's documents are put in."""
        return await resolved(self.district, value, FILES)

    async def as_person(self, name: str) -> Gateway:
        """A client for somebody in the roster."""
        if name not in self._gateways:
            token = await self.place.personal_token(await self.person(name))
            client = Gateway(self.place.url, token)
            self._gateways[name] = await self._opened.enter_async_context(client)
        return self._gateways[name]
