"""Passes a request on to the service that answers it, and the answer back, both as they come."""

import asyncio
import string
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Self
from urllib.parse import quote

import aiohttp
import structlog
from starlette.types import Message, Receive, Scope, Send
from yarl import URL

from services.gateway.domain.route import Service
from services.gateway.http.peers import WRITE, Peers
from shared.runtime.problems import Problem, unavailable

REQUEST_HEADERS = frozenset(
    {
        b"accept",
        b"accept-language",
        b"authorization",
        b"content-length",
        b"content-type",
        b"idempotency-key",
        b"if-match",
        b"if-none-match",
    }
    | {b"traceparent", b"tracestate"}
)
"""The only headers of a request that a service is shown."""

HIDDEN_HEADERS = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
    }
    | {b"transfer-encoding", b"upgrade"}  # hop by hop (RFC 9110, 7.6.1)
    | {b"date", b"server", b"set-cookie"}
)
"""The headers of an answer that are not passed back: those of one hop, and what the gateway says itself."""

BODY_PAUSE = 20.0
"""Seconds that a client may pause within a body; a slow one must not hold a service's connection for ever."""

WHOLE = 64 * 1024
"""Bytes up to which an answer of known length is read before it is passed back."""

_PRINTABLE = string.punctuation
"""All that `quote` leaves as it is, beside letters and digits: only what is not ASCII is written otherwise."""

_log = structlog.get_logger()


class Forwarder:
    """Gives requests to services. Whether a request may go there is decided before."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def forward(self, service: Service, scope: Scope, receive: Receive, send: Send) -> None:
        """Let `service` answer this request.

        Raises `problems.unavailable` where it does not (whether it did what was asked is then unknown), 408 where
        the client's body does not come, and whatever `receive` raises. Once the answer has begun, a break of the
        service breaks the client's connection too, so that half an answer never looks whole.
        """
        body = await _Body.of(scope, receive)
        began = False

        async def sent(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            async with asyncio.timeout(None) as bound:
                body.bound = bound
                response = await self._peers.forwarding(service).request(
                    scope["method"],
                    URL(self._peers.address(service) + _target(scope), encoded=True),
                    headers=[
                        (name.decode("ascii"), _text(value))
                        for name, value in scope["headers"]
                        if name in REQUEST_HEADERS and (body.data is not None or name != b"content-length")
                    ],
                    data=body.data,
                    allow_redirects=False,
                )
                try:
                    await _answer(response, sent)
                except BaseException:
                    response.close()
                    raise
                response.release()
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            if body.failure is not None:
                raise body.failure from error
            if began:
                raise ConnectionResetError("The service broke off within its answer.") from error
            _log.warning("a service did not answer", service=service, error=error)
            raise unavailable(
                f"The service {service} does not answer at the moment. What may be sent again, such as a write with"
                " the same ids, may be sent again soon.",
                retry_after=2,
            ) from error


async def _answer(response: aiohttp.ClientResponse, send: Send) -> None:
    headers = [(name.lower(), value) for name, value in response.raw_headers]
    named = {part.strip().lower() for name, value in headers if name == b"connection" for part in value.split(b",")}
    kept = [header for header in headers if header[0] not in HIDDEN_HEADERS and header[0] not in named]
    start = {"type": "http.response.start", "status": response.status, "headers": kept}
    if response.content_length is not None and response.content_length <= WHOLE:
        content = await response.read()  # one write to the client, not three
        await send(start)
        await send({"type": "http.response.body", "body": content, "more_body": False})
        return
    await send(start)
    async for part in response.content.iter_any():
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _target(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    path: bytes = scope["raw_path"]
    target = path + b"?" + query if query else path
    return target.decode("ascii") if target.isascii() else quote(target, safe=_PRINTABLE)


def _text(value: bytes) -> str:
    """A header's value so that the client, which writes UTF-8, writes what came."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0 ") != b"")
        for name, value in scope["headers"]
    )


class _Body:
    """A request's body on its way: nothing, one part where it came in one, or its parts as they come.

    The client tells of whatever is raised here as a break of its connection; `failure` is what it was.
    """

    def __init__(self, receive: Receive) -> None:
        self.data: bytes | _Body | None = None
        self.failure: Exception | None = None
        self.bound: asyncio.Timeout | None = None
        self._receive, self._first, self._begun = receive, b"", False

    @classmethod
    async def of(cls, scope: Scope, receive: Receive) -> Self:
        """The body once its first part is here. Raises as `forward` does."""
        body = cls(receive)
        if _has_body(scope):
            body._first, more = await body._next()
            body.data = body if more else body._first
        return body

    def __aiter__(self) -> AsyncIterator[bytes]:
        if self._begun:  # the client would send a PUT again over another connection, from which the parts are gone
            raise aiohttp.ClientConnectionError
        self._begun = True
        return self._parts()

    async def _parts(self) -> AsyncIterator[bytes]:
        part, more = self._first, True
        while True:
            if part:
                self._bind(asyncio.get_running_loop().time() + WRITE)
                yield part
                self._bind(None)
            if not more:
                return
            try:
                part, more = await self._next()
            except Exception as error:
                self.failure = error
                raise

    def _bind(self, until: float | None) -> None:
        """Let the request end where the service does not take a part in time; an answer under way goes on."""
        if self.bound is not None and not self.bound.expired():
            with suppress(RuntimeError):  # the request is over
                self.bound.reschedule(until)

    async def _next(self) -> tuple[bytes, bool]:
        try:
            async with asyncio.timeout(BODY_PAUSE):
                message = await self._receive()
        except TimeoutError:
            raise Problem(408, "too-slow", "The request did not come.", "Send the body without long pauses.") from None
        if message["type"] == "http.disconnect":
            raise Problem(400, "cut-off", "The request was cut off.", "The connection ended within the body.")
        return message["body"], message.get("more_body", False)
