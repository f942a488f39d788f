"""A TCP proxy between two parts that breaks what passes: cut, reset, silent (half-open), delayed, throttled, held.

Neither part knows of it, and nothing of the product is changed: whoever is to be led through it is told its port. What
is set holds for connections that stand and for those to come, until `heal`.
"""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field
from typing import Literal, Self

from deploy.local.ports import LOOPBACK

Direction = Literal["requests", "replies"]
DIRECTIONS: tuple[Direction, ...] = ("requests", "replies")
CHUNK = 65_536
PIECES_A_SECOND = 20
"""In how many pieces a second a throttled direction is let through."""


@dataclass(slots=True)
class Flow:
    """One direction of a link. `held` counts the bytes that wait at the gate, `passed` those that went through."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    held: int = 0
    passed: int = 0

    def __post_init__(self) -> None:
        self.gate.set()


class FaultProxy:
    """`async with FaultProxy(port) as proxy:` leads `proxy.port` to `port`, both on the loopback.

    With `kafka`, the broker's own address in its replies is replaced by the proxy's, so that a client which learns
    from one broker where the others are stays on this link.
    """

    def __init__(self, target: int, *, kafka: bool = False) -> None:
        self.target = target
        self.port = 0
        self.flows: dict[Direction, Flow] = {direction: Flow() for direction in DIRECTIONS}
        self.accepted = 0
        self._kafka = kafka
        self._refuses = False
        self._delay = 0.0
        self._rate: int | None = None
        self._sockets: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def open(self) -> int:
        """How many connections stand, both ends of each counted as one."""
        return len(self._sockets) // 2

    def heal(self) -> None:
        """Let everything through again; what was held goes on where it was."""
        self._refuses, self._delay, self._rate = False, 0.0, None
        for flow in self.flows.values():
            flow.gate.set()

    def cut(self) -> None:
        """End every connection in order, and every new one as soon as it comes."""
        self._refuses = True
        for writer in list(self._sockets):
            writer.close()

    def reset(self) -> None:
        """Break every connection that stands with an RST; new ones pass."""
        for writer in list(self._sockets):
            _abort(writer)

    def silence(self) -> None:
        """Both ends stay open and hear nothing more of each other; new connections are taken, and hear nothing."""
        for direction in DIRECTIONS:
            self.hold(direction)

    def hold(self, direction: Direction) -> None:
        """Let nothing more of this direction through."""
        self.flows[direction].gate.clear()

    def delay(self, seconds: float) -> None:
        """Let every piece wait so long, in both directions."""
        self._delay = seconds

    def throttle(self, bytes_a_second: int) -> None:
        """Let only so much through, of each connection and direction."""
        self._rate = bytes_a_second

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self._refuses:
            _abort(writer)
            return
        try:
            further_reader, further_writer = await asyncio.open_connection(LOOPBACK, self.target)
        except OSError:
            _abort(writer)
            return
        self._sockets |= {writer, further_writer}
        for task in (
            asyncio.ensure_future(self._pump("requests", reader, further_writer)),
            asyncio.ensure_future(self._pump("replies", further_reader, writer)),
        ):
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, direction: Direction, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await self._next(direction, reader):
                await self._pass(direction, data, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._sockets.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _next(self, direction: Direction, reader: asyncio.StreamReader) -> bytes:
        if not self._kafka or direction == "requests":
            return await reader.read(CHUNK)
        size = await reader.readexactly(4)
        frame = await reader.readexactly(struct.unpack(">i", size)[0])
        return size + frame.replace(_address(self.target), _address(self.port))

    async def _pass(self, direction: Direction, data: bytes, writer: asyncio.StreamWriter) -> None:
        flow, size = self.flows[direction], len(data)
        flow.held += size
        try:
            await flow.gate.wait()
            if self._delay:
                await asyncio.sleep(self._delay)  # the fault itself
            while self._rate is not None and data:
                piece, data = data[: self._rate // PIECES_A_SECOND + 1], data[self._rate // PIECES_A_SECOND + 1 :]
                writer.write(piece)
                await asyncio.sleep(1 / PIECES_A_SECOND)  # as above
            writer.write(data)
            await writer.drain()
        finally:
            flow.held -= size
        flow.passed += size


def _address(port: int) -> bytes:
    """How a broker tells its own address: the host as text, then the port as four bytes."""
    return LOOPBACK.encode() + struct.pack(">i", port)


def _abort(writer: asyncio.StreamWriter) -> None:
    """Close with an RST instead of a FIN."""
    own = writer.get_extra_info("socket")
    if own is not None:
        with contextlib.suppress(OSError):
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
