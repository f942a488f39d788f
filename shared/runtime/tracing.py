"""OpenTelemetry traces: one piece of evidence from its request over Kafka to the tables that it changed.

Off unless an OTLP endpoint is named by the standard variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, or
`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`); sampling, timeouts and headers are the standard variables' too. Spans have the
names and attributes that are listed here and no others: no id, no text, no message of an error (I9).
"""

import os
import time
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from shared.ledger.entry import Entry
from shared.runtime.shards import Shard
from shared.runtime.trails import Publication

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Link, Span, SpanContext, Status

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

ATTRIBUTES: Mapping[str, type] = {
    "http.request.method": str,
    "http.route": str,
    "http.response.status_code": int,
    "messaging.system": str,
    "messaging.operation.type": str,
    "messaging.batch.message_count": int,
    "ascertain.event": str,
    "ascertain.ledger": str,
    "ascertain.shard": int,
}
"""What a span may say, and in which form. Anything else is dropped."""

LINKS = 128
"""Entries of a batch that its span names at most."""

SHUT_DOWN = 2_000
"""Milliseconds that the last spans have to leave when a process ends."""


def tracing_wanted() -> bool:
    """Whether the environment names somewhere to send traces to, and does not forbid it."""
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return not disabled and any(os.environ.get(name) for name in ENDPOINTS)


def start_tracing(service: str) -> "Tracing | None":
    """Traces of this process, as `service`; None where the environment asks for none."""
    if not tracing_wanted():
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - see above
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"ascertain-{service}"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(service, provider)


class Tracing:
    """The spans that a process makes. Each begins and ends here, so that all that is said stands on one page."""

    def __init__(self, service: str, provider: "TracerProvider") -> None:
        from opentelemetry import trace  # noqa: PLC0415 - only where traces are asked for

        self._service, self._provider, self._trace = service, provider, trace
        self._tracer = provider.get_tracer("ascertain")

    def request(self, parent: str | None, method: str) -> "Span":
        """A span of a request that begins now; whether it is recorded is the sampler's to say."""
        return self._span(f"{self._service} request", parent, "SERVER", {"http.request.method": method})

    def answered(self, span: "Span", route: str, status: int) -> None:
        """End a request's span."""
        if span.is_recording():
            span.update_name(f"{self._service} {route}")
            span.set_attributes(allowed({"http.route": route, "http.response.status_code": status}))
            if status >= 500:
                span.set_status(self._failed())
        span.end()

    def publication(self, context: str, entry: Entry) -> Publication:
        """See `trails.Publishes`."""
        said = {
            "messaging.system": "kafka",
            "messaging.operation.type": "send",
            "ascertain.event": entry.event,
            "ascertain.ledger": entry.ledger,
            "ascertain.shard": entry.shard,
        }
        return _Publication(self._span("relay to topic", context, "PRODUCER", said))

    async def following(self, shard: Shard, contexts: Mapping[int, str], work: Coroutine[Any, Any, None]) -> None:
        """Do the work of a batch of entries of which some (`contexts`, by position) are traced.

        The batch has a span, in the trace of the first of them and linked with all; each gets one of its own in its own
        trace, linked with the batch's, so that a trace ends where the entry has become part of the service's tables.
        """
        place = {"messaging.system": "kafka", "ascertain.ledger": shard.ledger, "ascertain.shard": shard.number}
        links = [link for context in list(contexts.values())[:LINKS] if (link := self._link(context))]
        size = {"messaging.operation.type": "process", "messaging.batch.message_count": len(contexts)}
        begun = time.time_ns()
        first = next(iter(contexts.values()))  # sampled, as they all are: a trace of its own might not be
        batch = self._span(f"{self._service} apply batch", first, "CONSUMER", place | size, links=links)
        failed = True
        try:
            await work
            failed = False
        finally:
            own = [self._trace.Link(batch.get_span_context())]
            for context in contexts.values():
                entry = self._span(f"{self._service} apply", context, "CONSUMER", place, links=own, begun=begun)
                _end(entry, self._failed() if failed else None)
            _end(batch, self._failed() if failed else None)

    def close(self) -> None:
        """Send what is left, within a bound."""
        self._provider.force_flush(SHUT_DOWN)
        self._provider.shutdown()

    def _span(  # noqa: PLR0913 - what a span is
        self,
        name: str,
        parent: str | None,
        kind: str,
        said: Mapping[str, Any],
        *,
        links: "list[Link] | None" = None,
        begun: int | None = None,
    ) -> "Span":
        from opentelemetry.context import Context  # noqa: PLC0415 - only where traces are asked for

        above = None if parent is None else span_context(parent)
        context = Context()
        if above is not None:
            context = self._trace.set_span_in_context(self._trace.NonRecordingSpan(above), context)
        return self._tracer.start_span(
            name,
            context,
            kind=self._trace.SpanKind[kind],
            attributes=allowed(said),
            links=links,
            start_time=begun,
            record_exception=False,
            set_status_on_exception=False,
        )

    def _link(self, context: str) -> "Link | None":
        found = span_context(context)
        return None if found is None else self._trace.Link(found)

    def _failed(self) -> "Status":
        return self._trace.Status(self._trace.StatusCode.ERROR)


class _Publication:
    def __init__(self, span: "Span") -> None:
        self._span = span
        self.context = context_of(span)

    def acknowledged(self) -> None:
        self._span.end()


def allowed(said: Mapping[str, Any]) -> dict[str, Any]:
    """Of what would be said, that which the list allows, in the form that it names."""
    return {name: value for name, value in said.items() if type(value) is ATTRIBUTES.get(name)}


def context_of(span: "Span") -> str:
    """A span's context as `traceparent`; it says also where it is not sampled, so that nobody else begins anew."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def span_context(traceparent: str) -> "SpanContext | None":
    """The context that a `traceparent` of the right form names. No `tracestate` is kept: it may hold any text."""
    from opentelemetry.trace import SpanContext, TraceFlags  # noqa: PLC0415 - only where traces are asked for

    _, trace_id, span_id, flags = traceparent.split("-")
    found = SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
    return found if found.is_valid else None


def _end(span: "Span", status: "Status | None") -> None:
    if status is not None and span.is_recording():
        span.set_status(status)
    span.end()
