"""A receiver of traces as OpenTelemetry sends them (OTLP over HTTP, protobuf), on the loopback."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.serving import serving


@dataclass(frozen=True, slots=True)
class Seen:
    """One span as it came."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    links: frozenset[str]


@dataclass(slots=True)
class Receiver:
    """`bodies` are the exports to the byte, `spans` what stood in them."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    spans: list[Seen] = field(default_factory=list)

    def of_trace(self, trace: str) -> list[Seen]:
        return [span for span in self.spans if span.trace == trace]

    async def take(self, request: Request) -> Response:
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [_seen(named["service.name"], span) for span in scope.spans]
        return Response(ExportTraceServiceResponse().SerializeToString(), media_type="application/x-protobuf")


def _seen(service: str, span: Any) -> Seen:
    attributes = {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in span.attributes}
    links = frozenset(link.trace_id.hex() for link in span.links)
    identity = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
    return Seen(service, span.name, *identity, attributes, links)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver at `url`, which is what `OTEL_EXPORTER_OTLP_ENDPOINT` wants."""
    receiver = Receiver()
    async with serving(Starlette(routes=[Route("/v1/traces", receiver.take, methods=["POST"])])) as url:
        receiver.url = url
        yield receiver
