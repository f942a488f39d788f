"""Passes a request on to the service that answers it, and the answer back, both as they come."""

import asyncio
import string
from collections.abc import AsyncIterator
from contextlib import nullcontext
from urllib.parse import quote

import aiohttp
import structlog
from starlette.types import Message, Receive, Scope, Send
from yarl import URL

from services.gateway.domain.route import Service
from services.gateway.http.peers import Peers
from shared.runtime.calling import BROKEN, Upload
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
        body = await _body_of(scope, receive)
        upload = body if isinstance(body, Upload) else None
        began = False

        async def sent(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        peer = self._peers[service]
        try:
            async with nullcontext() if upload is None else upload.bounded():
                response = await peer.session.request(
                    scope["method"],
                    URL(peer.url + _target(scope), encoded=True),
                    headers=[
                        (name.decode("ascii"), _text(value))
                        for name, value in scope["headers"]
                        if name in REQUEST_HEADERS and (body is not None or name != b"content-length")
                    ],
                    data=body,
                    allow_redirects=False,
                )
                try:
                    await _answer(response, sent)
                except BaseException:
                    response.close()
                    raise
                response.release()
        except BROKEN as error:
            if upload is not None and upload.failure is not None:
                raise upload.failure from error
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


async def _body_of(scope: Scope, receive: Receive) -> bytes | Upload | None:
    """Nothing, one part where the body came in one, or its parts as they come. Raises as `forward` does."""
    if not _has_body(scope):
        return None
    first, more = await _next(receive)
    return Upload(_parts(first, receive)) if more else first


async def _parts(first: bytes, receive: Receive) -> AsyncIterator[bytes]:
    part, more = first, True
    while True:
        if part:
            yield part
        if not more:
            return
        part, more = await _next(receive)


async def _next(receive: Receive) -> tuple[bytes, bool]:
    try:
        async with asyncio.timeout(BODY_PAUSE):
            message = await receive()
    except TimeoutError:
        raise Problem(408, "too-slow", "The request did not come.", "Send the body without long pauses.") from None
    if message["type"] == "http.disconnect":
        raise Problem(400, "cut-off", "The request was cut off.", "The connection ended within the body.")
    return message["body"], message.get("more_body", False)
