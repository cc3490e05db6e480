"""Traces of a real department, its relay and the fold, as a collector gets them; off: nothing."""

import io
import json
import logging
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import structlog
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from services.registry.app import build as registry
from services.reporting.settings import ReportingSettings
from shared import desk
from shared.logs import configure_logs
from shared.spans import ATTRIBUTES, MOST_LINKS, Spans
from shared.topics import create_topics
from shared.tracing import told_in
from tests.support.builders import a_receipt, a_record
from tests.support.folded import fold_all
from tests.support.office import RECEIPT
from tests.support.people import EVERYTHING, bearing
from tests.support.people import settings as known
from tests.support.servers import fresh_database, running_kafka
from tests.support.wait import wait_until

CALLER = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{CALLER}-b7ad6b7169203331-01"


class Collector:
    """A stand-in for OpenTelemetry's collector: it keeps the spans that are sent to it."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.spans: list[Any] = []
        spans = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told = ExportTraceServiceRequest()
                told.ParseFromString(self.rfile.read(int(self.headers["content-length"])))
                for resource in told.resource_spans:
                    for scope in resource.scope_spans:
                        spans.extend(scope.spans)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}/v1/traces"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def named(self, name: str) -> list[Any]:
        """Return the spans of a name."""
        return [span for span in self.spans if span.name == name]


@pytest.fixture
def collector() -> Iterator[Collector]:
    running = Collector()
    yield running
    running.close()


@pytest.fixture
async def own_kafka(tmp_path: Path) -> AsyncIterator[str]:
    async with running_kafka(tmp_path) as server:
        await create_topics(server.bootstrap)
        yield server.bootstrap


async def test_one_trace_goes_from_the_command_to_the_tallies(
    own_kafka: str, postgres: str, collector: Collector, lines: Any, tmp_path: Path
) -> None:
    async with fresh_database(postgres) as told, fresh_database(postgres) as folded:
        settings = {"kafka": own_kafka, "port": 1, "traces": collector.endpoint}
        app = registry(known(tmp_path, **settings, database=told))
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app),
                base_url="http://ward",
                headers=bearing(EVERYTHING),
            ) as client,
        ):
            answer = await client.post(
                "/cases?name=Nguyễn", json=RECEIPT, headers={"traceparent": TRACEPARENT}
            )
            assert answer.status_code == 201, answer.text
            await client.get("/live")

            async def published() -> bool:
                return bool((await client.get("/outbox")).json()["waiting"] == 0)

            await wait_until(published)
        await fold_all(ReportingSettings.model_validate({**settings, "database": folded}))

    [command] = collector.named("POST /cases")
    [sent] = collector.named("send registry.events")
    [batch] = collector.named("fold")
    assert command.trace_id.hex() == sent.trace_id.hex() == CALLER
    assert sent.parent_span_id == command.span_id
    assert [link.trace_id.hex() for link in batch.links] == [CALLER]
    assert [link.span_id for link in batch.links] == [command.span_id]
    assert [line["trace_id"] for line in lines() if line["event"] == "a command"] == [CALLER]
    assert {one.key for span in collector.spans for one in span.attributes} <= ATTRIBUTES
    assert not [span for span in collector.spans if span.events or "live" in span.name]
    assert "Nguy" not in repr([(span.name, span.attributes) for span in collector.spans])


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Let a command write a line to logs as services write them; return what reads the lines."""
    out = io.StringIO()
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    with monkeypatch.context() as for_now:
        for_now.setattr(sys, "stdout", out)
        configure_logs("registry", "INFO")
    log, call = structlog.get_logger(), desk.Desk.call

    async def logging_call(self: desk.Desk, name: str, request: Any) -> Any:
        log.info("a command")
        return await call(self, name, request)

    monkeypatch.setattr(desk.Desk, "call", logging_call)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    structlog.contextvars.unbind_contextvars("service")
    structlog.configure(**before)
    logging.basicConfig(level=level, handlers=handlers, force=True)


def test_a_span_of_a_batch_names_a_bounded_number_of_traces(collector: Collector) -> None:
    spans = Spans.to(collector.endpoint, "reporting")
    records = [a_record(a_receipt(), number) for number in range(MOST_LINKS + 9)]
    for number, record in enumerate(records):
        told = f"00-{number + 1:032x}-{1:016x}-01".encode()
        record.headers = [("content-type", b"x"), ("traceparent", told)]

    spans.folded(records, Counter(applied=1), 1)
    spans.close()

    [batch] = collector.named("fold")
    assert len(batch.links) == MOST_LINKS


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"00-of Nguyen-1-01", b"00-" + b"0" * 60])
def test_what_is_no_traceparent_is_nothing(value: bytes | None) -> None:
    assert told_in([("traceparent", value)]) is None


def test_off_loads_no_sdk() -> None:
    """FastAPI itself loads OpenTelemetry's interface, which does nothing; more is not loaded."""
    code = (
        "import sys; from services.registry.app import build; from shared.settings import Settings;"
        "build(Settings(kafka='k:1', database='postgresql://n', port=1));"
        "import services.reporting.app;"
        "print([m for m in sys.modules if m.startswith(('opentelemetry.sdk',"
        " 'opentelemetry.exporter', 'google.protobuf', 'shared.spans'))])"
    )
    said = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"
