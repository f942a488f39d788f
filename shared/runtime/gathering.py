"""What a connection writes in one turn of the event loop leaves in one call to the kernel.

The server writes an answer's head and its body apart, and the loop passes each on at once: a call to the kernel more,
and a segment, for every answer.
"""

import asyncio
from typing import Any

AT_ONCE = 64 * 1024
"""Bytes at most that wait for the turn's end: a long answer must feel that its reader is slow."""


class GatheringTransport:
    """A transport as the one that it stands for, but for when it passes on what is written."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._pass_on)
        self._parts.append(data)
        self._size += len(data)
        if self._size >= AT_ONCE:
            self._pass_on()

    def close(self) -> None:
        """Pass on what was written, and close."""
        self._pass_on()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _pass_on(self) -> None:
        if self._parts:
            parts, self._parts, self._size = self._parts, [], 0
            self._transport.write(b"".join(parts))
