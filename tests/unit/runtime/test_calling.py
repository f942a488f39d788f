"""A peer whose connection breaks at whatever moment is told as one that does not answer."""

import httpx
import pytest

from shared.runtime.calling import Transport
from tests.support.proxy import FaultProxy


class ResetAsItOpens:
    """What anyio does where the socket is reset between its connecting and the question who is at its other end."""

    async def aclose(self) -> None:
        """There is nothing to close."""

    async def __aenter__(self) -> None:
        """As above."""

    async def __aexit__(self, *_error: object) -> None:
        """As above."""

    async def handle_async_request(self, _request: object) -> None:
        raise AttributeError("'NoneType' object has no attribute 'getpeername'")


async def test_a_connection_reset_as_it_is_opened_is_told_as_such() -> None:
    transport = Transport()
    transport._pool = ResetAsItOpens()  # type: ignore[assignment] # the moment is one that no peer can be made to meet
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("http://peer/")


async def test_a_connection_reset_at_some_moment_is_told_as_such() -> None:
    async with FaultProxy(1) as wire, httpx.AsyncClient(transport=Transport()) as client:
        for _ in range(20):
            with pytest.raises(httpx.TransportError):
                await client.get(f"http://127.0.0.1:{wire.port}/")
