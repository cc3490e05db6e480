"""Spans of commands, of publishing and of the fold: the one module that knows OpenTelemetry.

What a span may tell is a closed list (`ATTRIBUTES`): no address, no id of a case and nothing that
was sent, because personal data may be among it. How many traces are kept is the sampler's, by
OpenTelemetry's own variables (OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Link, SpanKind, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.tracing import CURRENT, HEADER, told_in, trace_of

ATTRIBUTES = frozenset(
    {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "messaging.system",
        "messaging.destination.name",
        "messaging.batch.message_count",
        "wardbook.event.type",
        "wardbook.fold.applied",
        "wardbook.fold.duplicates",
        "wardbook.fold.dead_letters",
    }
)
"""All that a span may tell beside its name, its times and its links."""

MOST_LINKS = 64
"""Traces that a batch's span names; of more the first ones."""

_UNTRACED = frozenset({"/live", "/ready", "/metrics"})
_EXPORT_SECONDS = 5
_FAILED = 500
_W3C = TraceContextTextMapPropagator()


class Spans:
    """Keeps the spans of one service, and sends them from a thread of its own."""

    def __init__(self, exporter: SpanExporter, service: str) -> None:
        """Send to `exporter`; what it cannot take in time is dropped, and no work waits for it."""
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": f"wardbook-{service}"}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("wardbook")

    @classmethod
    def to(cls, endpoint: str, service: str) -> "Spans":
        """Send by OTLP over HTTP to the full address of a collector, …/v1/traces."""
        return cls(OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_SECONDS), service)

    def close(self) -> None:
        """Send what is left, for a few seconds at most."""
        self._provider.shutdown()

    async def request(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let `app` answer a request inside of a span that goes on from the caller's, if any."""
        method = scope["method"]
        headers = {name.decode("latin-1"): v.decode("latin-1") for name, v in scope["headers"]}
        span = self._tracer.start_span(
            method,
            context=_W3C.extract(headers, context=Context()),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method},
        )
        outside = CURRENT.set(_traceparent(span))

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                span.set_attribute("http.response.status_code", message["status"])
                if message["status"] >= _FAILED:
                    span.set_status(StatusCode.ERROR)
            await send(message)

        try:
            await app(scope, receive, noting)
        except BaseException:
            span.set_status(StatusCode.ERROR)  # not what it says: it may be what was sent
            raise
        finally:
            route = getattr(scope.get("route"), "path", None)
            if route:
                span.set_attribute("http.route", route)
                span.update_name(f"{method} {route}")
            span.end()
            CURRENT.reset(outside)

    def published(self, topic: str, rows: Iterable[asyncpg.Record], began: int) -> None:
        """Keep a span for each row of the outbox that a trace stored, now that Kafka has it.

        `began` is `time.time_ns()` from before the first was sent.
        """
        for row in rows:
            if row["traceparent"] is None:
                continue
            span = self._tracer.start_span(
                f"send {topic}",
                context=_context(row["traceparent"]),
                kind=SpanKind.PRODUCER,
                attributes={
                    "messaging.system": "kafka",
                    "messaging.destination.name": topic,
                    "wardbook.event.type": row["type"],
                },
                start_time=began,
            )
            span.end()

    def folded(self, records: Sequence[Any], counts: Counter[str], began: int) -> None:
        """Keep one span of a batch that was committed, linked to the traces of its events."""
        traces: dict[str, str] = {}
        for record in records:
            traceparent = told_in(record.headers)
            if traceparent is not None:
                traces.setdefault(trace_of(traceparent), traceparent)
                if len(traces) == MOST_LINKS:
                    break
        contexts = (get_current_span(_context(one)).get_span_context() for one in traces.values())
        span = self._tracer.start_span(
            "fold",
            context=Context(),
            kind=SpanKind.CONSUMER,
            links=[Link(one) for one in contexts if one.is_valid],
            attributes={
                "messaging.system": "kafka",
                "messaging.batch.message_count": len(records),
                **{f"wardbook.fold.{name}": count for name, count in counts.items()},
            },
            start_time=began,
        )
        span.end()


class Traced:
    """Stands before an app: every request is a span, but for what machines ask all the time."""

    def __init__(self, app: ASGIApp, spans: Spans) -> None:
        """Keep the spans of `app` with `spans`."""
        self._app = app
        self._spans = spans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app answer."""
        if scope["type"] == "http" and scope["path"] not in _UNTRACED:
            await self._spans.request(self._app, scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _context(traceparent: str) -> Context:
    return _W3C.extract({HEADER: traceparent}, context=Context())


def _traceparent(span: Any) -> str:
    told = span.get_span_context()
    return f"00-{told.trace_id:032x}-{told.span_id:016x}-{int(told.trace_flags):02x}"
