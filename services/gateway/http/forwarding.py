"""Passes a request on to the service that answers it, and the answer back, both as they come."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import structlog
from starlette.types import Receive, Scope, Send

from services.gateway.domain.routes import Service
from services.gateway.http.peers import TIMEOUTS, Peers
from shared.runtime.problems import Problem, unavailable

REQUEST_HEADERS = frozenset(
    {b"accept", b"authorization", b"content-length", b"content-type", b"idempotency-key", b"if-match", b"if-none-match"}
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
        client = self._peers[service]
        request = httpx.Request(  # not the client's own `build_request`, which adds headers
            scope["method"],
            client.base_url.copy_with(raw_path=_target(scope)),
            headers=[header for header in scope["headers"] if header[0] in REQUEST_HEADERS],
            content=_body(receive) if _has_body(scope) else None,
            extensions={"timeout": TIMEOUTS.as_dict()},
        )
        try:
            response = await client.send(request, stream=True)
        except httpx.HTTPError as error:
            _log.warning("a service did not answer", service=service, error=error)
            raise unavailable(
                f"The service {service} does not answer at the moment. What may be sent again, such as a write with"
                " the same ids, may be sent again soon.",
                retry_after=2,
            ) from error
        try:
            await _answer(response, send)
        finally:
            await response.aclose()


async def _answer(response: httpx.Response, send: Send) -> None:
    named = {name.strip().lower().encode() for name in response.headers.get("connection", "").split(",")}
    headers = [(name.lower(), value) for name, value in response.headers.raw]
    kept = [header for header in headers if header[0] not in HIDDEN_HEADERS | named]
    await send({"type": "http.response.start", "status": response.status_code, "headers": kept})
    async for part in response.aiter_raw():
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _target(scope: Scope) -> bytes:
    query: bytes = scope["query_string"]
    path: bytes = scope["raw_path"]
    return path + b"?" + query if query else path


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0 ") != b"")
        for name, value in scope["headers"]
    )


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(BODY_PAUSE):
                message = await receive()
        except TimeoutError:
            raise Problem(408, "too-slow", "The request did not come.", "Send the body without long pauses.") from None
        if message["type"] == "http.disconnect":
            raise Problem(400, "cut-off", "The request was cut off.", "The connection ended within the body.")
        if message["body"]:
            yield message["body"]
        if not message.get("more_body", False):
            return
