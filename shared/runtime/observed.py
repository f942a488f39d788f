"""What surrounds a service's HTTP: it measures and traces every request, and answers `GET /metrics`.

`/metrics` is for the inside of the deployment: it asks for no token and is told on the service's own port, which the
gateway does not forward to. The gateway's own port is the public one, so there it is told on another (`Inside`).
"""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime.measuring import CONTENT_TYPE, Histogram, Measures, Reading
from shared.runtime.metrics import HTTP_SECONDS, HTTP_UNDER_WAY, METHOD
from shared.runtime.trails import HEADER, read_traceparent, under_way

if TYPE_CHECKING:
    from shared.runtime.tracing import Tracing

METRICS = "/metrics"
TEMPLATE = "route_template"
"""Where in the scope whoever routes a request by other means than FastAPI's puts the template of its route."""

_HEADER = HEADER.encode()


class Inside:
    """Answers `GET /metrics` and passes everything else to `beyond`, or where there is nothing beyond says 404."""

    def __init__(self, measures: Measures, beyond: ASGIApp | None) -> None:
        self._measures, self._beyond = measures, beyond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == METRICS and scope["method"] == "GET":
            await _answer(send, 200, CONTENT_TYPE.encode(), await self._measures.exposition())
        elif self._beyond is not None:
            await self._beyond(scope, receive, send)
        elif scope["type"] == "http":
            await _answer(send, 404, b"text/plain", b"There is nothing here but /metrics.\n")


class Observed:
    """Measures the requests of an application, and traces them where traces are asked for."""

    def __init__(self, app: ASGIApp, tracing: "Tracing | None" = None) -> None:
        self._app, self._tracing = app, tracing
        self._times: dict[tuple[str, str, str], Histogram] = {}
        self._under_way = 0

    async def read(self, reading: Reading) -> None:
        """A `Reader`."""
        reading.number(HTTP_UNDER_WAY, self._under_way)
        for labels, histogram in self._times.items():
            reading.histogram(HTTP_SECONDS, histogram, *labels)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._under_way += 1
        try:
            if self._tracing is None:
                await self._app(scope, receive, sending)
            else:
                await self._traced(self._tracing, scope, receive, sending, lambda: status)
        finally:
            self._under_way -= 1
            self._note(scope, status, time.perf_counter() - begun)

    def _note(self, scope: Mapping[str, Any], status: int, seconds: float) -> None:
        method = scope["method"]
        labels = route_of(scope), method if method in METHOD.values else "other", _class_of(status)
        times = self._times.get(labels)
        if times is None:
            times = self._times[labels] = Histogram(HTTP_SECONDS)
        times.observe(seconds)

    async def _traced(self, tracing: "Tracing", scope: Scope, receive: Receive, send: Send, status: Any) -> None:
        from shared.runtime.tracing import context_of  # noqa: PLC0415 - only where traces are asked for

        given = next((value for name, value in scope["headers"] if name == _HEADER), None)
        method = scope["method"] if scope["method"] in METHOD.values else "other"
        span = tracing.request(read_traceparent(given), method)
        context = context_of(span)
        kept = [(name, value) for name, value in scope["headers"] if name not in {_HEADER, b"tracestate"}]
        scope["headers"] = [*kept, (_HEADER, context.encode())]
        token = under_way.set(context if span.is_recording() else None)
        try:
            await self._app(scope, receive, send)
        finally:
            under_way.reset(token)
            tracing.answered(span, route_of(scope), status() or 500)


def route_of(scope: Mapping[str, Any]) -> str:
    """The template of the route that a request took; `none` where none was found. Never a path that was asked for."""
    template = scope.get(TEMPLATE)
    if template is None:
        template = getattr(scope.get("route"), "path", None)
    return template if isinstance(template, str) else "none"


def _class_of(status: int) -> str:
    if status == 503:
        return "503"
    return f"{status // 100}xx" if 100 <= status < 600 else "broken"


async def _answer(send: Send, status: int, media_type: bytes, content: bytes) -> None:
    headers = [
        (b"content-type", media_type),
        (b"content-length", b"%d" % len(content)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
