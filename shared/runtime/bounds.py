"""Bounds on what a request may bring, checked before anything is read into memory."""

import re

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime.problems import Problem, too_large

MAX_HEADERS = 16 * 1024
"""Bytes of all header names and values together."""


class Bounded:
    """ASGI middleware: heads above `MAX_HEADERS` get 431, bodies above `max_body` bytes 413.

    `larger` are the paths whose bodies may be larger, and how large.
    """

    def __init__(self, app: ASGIApp, *, max_body: int, larger: tuple[re.Pattern[str], int] | None = None) -> None:
        self._app, self._max_body, self._larger = app, max_body, larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bound = self._bound(scope)
        refusal = self._refusal(scope, bound)
        if refusal is not None:
            await refusal.response()(scope, receive, send)
            return
        await self._app(scope, self._counted(receive, bound), send)

    def _bound(self, scope: Scope) -> int:
        if self._larger is not None and self._larger[0].fullmatch(scope["path"]):
            return self._larger[1]
        return self._max_body

    def _refusal(self, scope: Scope, bound: int) -> Problem | None:
        headers = scope["headers"]
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEADERS:
            return Problem(
                431, "head-too-large", "The head is too large.", f"Headers may have {MAX_HEADERS} bytes in all."
            )
        for name, value in headers:
            if name == b"content-length" and value.isdigit() and int(value[:20]) > bound:
                return too_large(f"The body may have at most {bound} bytes.")
        return None

    def _counted(self, receive: Receive, bound: int) -> Receive:
        count = 0

        async def receive_counted() -> Message:
            nonlocal count
            message = await receive()
            count += len(message.get("body", b""))
            if count > bound:
                raise HTTPException(413, f"The body may have at most {bound} bytes")  # FastAPI hides others
            return message

        return receive_counted
