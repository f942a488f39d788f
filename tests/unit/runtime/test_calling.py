"""A peer whose connection breaks at whatever moment is told as one that does not answer."""

import httpx
import pytest

from shared.runtime.calling import Transport
from tests.support.proxy import FaultProxy


async def test_a_connection_reset_as_it_is_opened_is_told_as_such() -> None:
    async with FaultProxy(1) as wire, httpx.AsyncClient(transport=Transport()) as client:
        for _ in range(50):  # the moment is a matter of chance
            with pytest.raises(httpx.TransportError):
                await client.get(f"http://127.0.0.1:{wire.port}/")
