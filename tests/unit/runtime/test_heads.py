"""What a connection may send before it has sent a request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.types import Receive, Scope, Send

from shared.runtime import heads
from tests.support.serving import serving

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]

CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"


async def _tell_headers(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the whole body, then answers with the names of the headers."""
    while (await receive()).get("more_body"):
        pass
    body = b" ".join(name for name, _ in scope["headers"])
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def connection() -> AsyncIterator[Stream]:
    async with serving(_tell_headers) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
        try:
            yield reader, writer
        finally:
            writer.close()


async def answer(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(10):
        return await reader.read(65536)


async def flood(stream: Stream, piece: bytes) -> int:
    """Bytes that were taken before the connection was ended, 64 MiB at most."""
    sent = 0
    try:
        while sent < 64 * 2**20:
            stream[1].write(piece)
            await stream[1].drain()
            sent += len(piece)
    except ConnectionError:
        pass
    return sent


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"GET / HTTP/1.1\r\n", b"X-Many: " + b"a" * 50_000 + b"\r\n"),
        (b"GET / HTTP/1.1\r\nX-Long: ", b"a" * 50_000),
        (b"GET /", b"a" * 50_000),
        (CHUNKED, b"X-Trailer: " + b"a" * 50_000 + b"\r\n"),
    ],
    ids=["many headers", "one header", "the address", "trailers"],
)
async def test_a_head_without_an_end_is_ended_early(begin: bytes, piece: bytes) -> None:
    async with connection() as stream:
        stream[1].write(begin)
        assert await flood(stream, piece) < 16 * 2**20  # much of it lies in the buffers of the two sockets


async def test_a_head_that_does_not_come_is_answered_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "HEAD_SECONDS", 0.2)
    for begin in (b"", b"GET / HTTP/1.1\r\nHo"):
        async with connection() as (reader, writer):
            writer.write(begin)
            assert (await answer(reader)).startswith(b"HTTP/1.1 408 ")
            assert await answer(reader) == b""


async def test_the_next_head_on_a_connection_has_its_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connection() as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await answer(reader)).startswith(b"HTTP/1.1 200 ")
        monkeypatch.setattr(heads, "HEAD_SECONDS", 0.2)
        writer.write(b"\r\n")  # ends the wait for a next request without beginning one
        assert (await answer(reader)).startswith(b"HTTP/1.1 408 ")


async def test_bodies_may_take_their_time_and_be_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "HEAD_SECONDS", 0.2)
    async with connection() as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        for _ in range(10):
            writer.write(b"b" * 100_000)
            await asyncio.sleep(0.05)
        assert (await answer(reader)).startswith(b"HTTP/1.1 200 ")


async def test_trailers_are_no_headers() -> None:
    async with connection() as (reader, writer):
        writer.write(CHUNKED + b"Authorization: Bearer x\r\n\r\n")
        told = await answer(reader)
        assert told.startswith(b"HTTP/1.1 200 ")
        assert b"authorization" not in told
