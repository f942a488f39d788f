"""Bounds on what a connection may send before it has sent a request: how much of a head, and for how long.

`bounds` judges a head once it is whole. The parser keeps what comes before that, without a bound of its own, and the
server waits for it for ever; so one client could fill the memory, or hold connections that it never uses.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.runtime.bounds import MAX_HEADERS
from shared.runtime.gathering import GatheringTransport
from shared.runtime.problems import MEDIA_TYPE, Problem

MAX_UNREAD = 4 * MAX_HEADERS
"""Bytes that may come without becoming part of a request. Above `MAX_HEADERS`, so that most too large heads are
answered in the usual way; the rest of what one read brings comes on top."""

HEAD_SECONDS = 20.0
"""Seconds from the first byte of a head, or from the connection's beginning, to the head's end."""


class HeadBoundedProtocol(HttpToolsProtocol):
    """Ends connections whose heads (or trailers, or chunk extensions) grow too large or do not come."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._unread = 0
        self._advanced = False
        self._awaits_head = True
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(GatheringTransport(transport, self.loop))  # type: ignore[arg-type]  # it behaves as one
        self._start_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._advanced = False
        super().data_received(data)
        self._unread = 0 if self._advanced else self._unread + len(data)
        if self._unread > MAX_UNREAD:
            self._refuse(Problem(431, "head-too-large", "The head is too large.", "Send fewer or shorter headers."))
        elif self._awaits_head and not self._advanced and self._deadline is None:
            self._start_waiting()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._awaits_head:  # trailers come after admission, and would be taken for headers that were admitted
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._advanced, self._awaits_head = True, False
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._advanced = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._advanced, self._awaits_head = True, True
        super().on_message_complete()

    def _start_waiting(self) -> None:
        problem = Problem(408, "too-slow", "The request did not come.", "Send the head without long pauses.")
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._refuse, problem)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, problem: Problem) -> None:
        """Say why, unless another answer is under way, and end the connection."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            body = problem.response().body
            head = f"HTTP/1.1 {problem.status} \r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}"
            self.transport.write(f"{head}\r\nConnection: close\r\n\r\n".encode() + bytes(body))
        self.transport.close()
