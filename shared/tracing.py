"""Tracing: which trace the work at hand belongs to, and whether spans are kept at all (0034).

Spans themselves are shared.spans', which loads OpenTelemetry and is loaded only where
WARDBOOK_TRACES names a collector.
"""

import asyncio
import re
from collections.abc import Iterable, MutableMapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

if TYPE_CHECKING:
    from shared.spans import Spans

HEADER = "traceparent"
"""W3C Trace Context, and CloudEvents' extension of distributed tracing, as a header of Kafka."""

CURRENT: ContextVar[str | None] = ContextVar("traceparent", default=None)
"""The `traceparent` of the span that the work at hand is part of; None where there is none."""

_FORM = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_TRACE = slice(3, 35)
"""Where the trace's id stands in a traceparent: 00-<trace id>-<span id>-<flags>."""


def open_spans(endpoint: str | None, service: str) -> "Spans | None":
    """Return what keeps spans and sends them to `endpoint`, None where nobody asked for them."""
    if endpoint is None:
        return None
    from shared.spans import Spans  # noqa: PLC0415 - off costs not even the loading

    return Spans.to(endpoint, service)


async def close_spans(spans: "Spans | None") -> None:
    """Send what is left, beside whatever else ends."""
    if spans is not None:
        await asyncio.to_thread(spans.close)


def trace_requests(app: FastAPI, spans: "Spans | None") -> None:
    """Make every request of `app` a span: the last to be called of those that add a middleware."""
    if spans is not None:
        from shared.spans import Traced  # noqa: PLC0415 - as above

        app.add_middleware(Traced, spans=spans)


def told_in(headers: Iterable[tuple[str, bytes | None]]) -> str | None:
    """Return the traceparent that a record's headers tell: anybody may have written them."""
    for name, value in headers:
        if name == HEADER and value is not None and _FORM.fullmatch(value):
            return value.decode()
    return None


def trace_of(traceparent: str) -> str:
    """Return the id of the trace."""
    return traceparent[_TRACE]


def add_trace(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Give a log line the id of the trace that it is part of (a processor of structlog)."""
    traceparent = CURRENT.get()
    if traceparent is not None:
        line.setdefault("trace_id", trace_of(traceparent))
    return line
