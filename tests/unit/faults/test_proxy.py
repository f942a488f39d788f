"""The fault proxy does what it says: cut, reset, silent, delayed, throttled; and then lets everything through again."""

import asyncio
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.proxy import FaultProxy
from tests.support.waiting import until


@asynccontextmanager
async def echoing(*, kafka: bool = False) -> AsyncIterator[FaultProxy]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(100_000):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    try:
        async with FaultProxy(server.sockets[0].getsockname()[1], kafka=kafka) as wire:
            yield wire
    finally:
        server.close()


async def said(wire: FaultProxy, words: bytes, *, seconds: float = 5) -> bytes:
    """What comes back of the words, on a connection of their own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    try:
        writer.write(words)
        return await asyncio.wait_for(reader.readexactly(len(words)), seconds)
    finally:
        writer.close()


async def test_what_passes_comes_back_and_each_fault_ends_with_its_healing() -> None:
    async with echoing() as wire:
        assert await said(wire, b"hello") == b"hello"
        wire.cut()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await said(wire, b"hello")
        wire.heal()
        wire.silence()
        with pytest.raises(TimeoutError):
            await said(wire, b"hello", seconds=0.2)
        wire.heal()
        wire.delay(0.1)
        begun = time.monotonic()
        assert await said(wire, b"hello") == b"hello"
        assert time.monotonic() - begun >= 0.2  # there and back
        wire.heal()
        wire.throttle(10_000)
        begun = time.monotonic()
        assert await said(wire, b"x" * 5_000) == b"x" * 5_000
        assert time.monotonic() - begun >= 0.4
        wire.heal()
        assert await said(wire, b"hello") == b"hello"


async def test_a_reset_ends_what_stands_and_what_is_held_goes_on_where_it_was() -> None:
    async with echoing() as wire:
        reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        wire.hold("replies")
        writer.write(b"two")
        await until(lambda: wire.flows["replies"].held, "the words are held")
        wire.heal()
        assert await reader.readexactly(3) == b"two"
        wire.reset()
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
        writer.close()


async def test_a_broker_that_tells_its_address_tells_the_proxys() -> None:
    async with echoing(kafka=True) as wire:
        frame = b"\x00\x09127.0.0.1" + struct.pack(">i", wire.target) + b" and more 1"
        told = await said(wire, struct.pack(">i", len(frame)) + frame)
    assert told[4:] == b"\x00\x09127.0.0.1" + struct.pack(">i", wire.port) + b" and more 1"
