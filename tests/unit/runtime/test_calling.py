"""A service that does not answer, at whatever moment its connection breaks, is told as a trouble of the world."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.runtime import calling
from shared.runtime.calling import ServiceClient
from shared.runtime.trouble import RefusedError, UnavailableError, is_trouble, reason_of
from tests.support.proxy import FaultProxy
from tests.support.serving import serving


class Telling:
    """Answers what it was asked; a redirection, and an answer that never ends, at addresses of their own."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.waiting = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.url.path == "/silent":
            await self.waiting.wait()
        body = b"" if request.url.path == "/deaf" and await self.waiting.wait() else await request.body()
        self.seen.append((request.method, str(request.url.path), dict(request.headers), body))
        answer: Response = PlainTextResponse(request.url.query, headers={"X-Told": "yes"})
        if request.url.path == "/elsewhere":
            answer = Response(status_code=303, headers={"Location": "/"})
        if request.url.path == "/long":
            answer = StreamingResponse(self._parts())
        await answer(scope, receive, send)

    async def _parts(self) -> AsyncIterator[bytes]:
        yield b"first"
        yield b"second"


async def test_it_asks_as_it_is_told_and_adds_nothing() -> None:
    told = Telling()
    async with serving(told) as url, ServiceClient(url + "/") as service:
        answer = await service.ask("POST", "/a b", query={"x": "1&2", "of": ["é", "f"]}, json={"a": 1})
        await service.ask("GET", "/plain", headers={"Authorization": "Bearer t"})
    assert (answer.status, answer.header("x-told"), answer.header("x-none")) == (200, "yes", None)
    assert answer.content == b"x=1%262&of=%C3%A9&of=f"
    (method, path, headers, body), (_, _, plain, _) = told.seen
    assert (method, path, body) == ("POST", "/a b", b'{"a":1}')
    assert set(headers) == {"host", "content-type", "content-length"}
    assert plain == {"host": headers["host"], "authorization": "Bearer t"}


async def test_a_refusal_and_a_redirection_are_not_taken_for_what_was_asked() -> None:
    async with serving(Telling()) as url, ServiceClient(url) as service:
        answer = await service.ask("GET", "/elsewhere")
    assert answer.status == 303
    with pytest.raises(RefusedError) as refused:
        _ = answer.accepted
    assert is_trouble(refused.value)
    assert reason_of(refused.value).startswith("RefusedError 303 at calling.py:")


async def test_what_comes_long_is_read_as_it_comes() -> None:
    async with serving(Telling()) as url, ServiceClient(url) as service, service.opened("/long") as answer:
        assert b"".join([part async for part in answer.content.iter_any()]) == b"firstsecond"


async def test_a_connection_reset_at_some_moment_is_told_as_such() -> None:
    async with FaultProxy(1) as wire, ServiceClient(f"http://127.0.0.1:{wire.port}") as service:
        for _ in range(20):
            with pytest.raises(UnavailableError):
                await service.ask("GET", "/")
        with pytest.raises(UnavailableError):
            async with service.opened("/"):
                pass


async def test_an_answer_is_waited_for_no_longer_than_was_said() -> None:
    told = Telling()
    async with serving(told) as url, ServiceClient(url) as service:
        with pytest.raises(UnavailableError):
            await service.ask("GET", "/silent", within=0.05)
        told.waiting.set()


async def test_what_the_source_of_a_body_raises_is_raised() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"a part"
        raise LookupError("the visitor is gone")

    async with serving(Telling()) as url, ServiceClient(url) as service:
        with pytest.raises(LookupError, match="the visitor is gone"):
            await service.ask("POST", "/", body=parts())
        assert (await service.ask("GET", "/")).status == 200


async def test_a_part_that_is_not_taken_in_time_ends_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "WRITE", 0.1)

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield bytes(1_000_000)

    told = Telling()
    async with serving(told) as url, ServiceClient(url) as service:
        with pytest.raises(UnavailableError):
            await service.ask("POST", "/deaf", body=parts())
        told.waiting.set()
