"""Bounds on what a request may bring, checked before anything is read into memory."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime.problems import Problem, too_large

MAX_HEADERS = 16 * 1024
"""Bytes of all header names and values together."""


class Bounded:
    """ASGI middleware: heads above `MAX_HEADERS` get 431, bodies above `max_body` bytes 413."""

    def __init__(self, app: ASGIApp, *, max_body: int) -> None:
        self._app, self._max_body = app, max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal.response()(scope, receive, send)
            return
        await self._app(scope, self._counted(receive), send)

    def _refusal(self, scope: Scope) -> Problem | None:
        headers = scope["headers"]
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEADERS:
            return Problem(
                431, "head-too-large", "The head is too large.", f"Headers may have {MAX_HEADERS} bytes in all."
            )
        for name, value in headers:
            if name == b"content-length" and value.isdigit() and int(value[:20]) > self._max_body:
                return self._too_large()
        return None

    def _too_large(self) -> Problem:
        return too_large(f"The body may have at most {self._max_body} bytes.")

    def _counted(self, receive: Receive) -> Receive:
        count = 0

        async def receive_counted() -> Message:
            nonlocal count
            message = await receive()
            count += len(message.get("body", b""))
            if count > self._max_body:
                raise HTTPException(413, f"The body may have at most {self._max_body} bytes")  # FastAPI hides others
            return message

        return receive_counted
