"""The loader against a small real HTTP server that keeps what it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from deploy.sample.loader import LoadResult, StepRefused, load
from deploy.sample.steps import Step, Subject

TOKEN = "a migration token"


class Notebook:
    """A service that writes down each request; it may be busy a few times, or refuse a path."""

    def __init__(self, *, busy: int = 0, refuses: str | None = None) -> None:
        """Answer 503 to the first `busy` requests, a problem document to path `refuses`."""
        self.told: list[tuple[str, str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._busy = busy
        self._refuses = refuses
        self.app = FastAPI()
        self.app.add_api_route("/{path:path}", self._take, methods=["POST"])

    async def _take(self, request: Request) -> Response:
        if self._busy:
            self._busy -= 1
            return Response(status_code=503)
        if request.url.path == self._refuses:
            problem = {"type": "urn:wardbook:problem:unknown_unit", "status": 422}
            return JSONResponse(problem, 422, media_type="application/problem+json")
        key = request.headers["idempotency-key"]
        self.told.append((key, request.url.path, await request.json()))
        self.headers.append(dict(request.headers))
        await asyncio.sleep(0)
        return JSONResponse({"id": key.rsplit("/", 1)[0]}, 201)


@asynccontextmanager
async def served(notebook: Notebook, port: int = 0) -> AsyncIterator[str]:
    """Serve a notebook, on a free port unless told otherwise, and yield its base address."""
    config = uvicorn.Config(notebook.app, port=port, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


def a_case(number: int) -> Subject:
    """Return a case of three steps."""
    paths = ("/cases", "/cases/{id}/resolution", "/cases/{id}/correction")
    steps = tuple(
        Step(path=path, body={"n": n}, recorded_on=date(2023, 3, n), key=f"{number}/{n}")
        for n, path in enumerate(paths, 1)
    )
    return Subject(service="registry", steps=steps)


async def load_into(notebook: Notebook, cases: int) -> LoadResult:
    """Load that many cases into a served notebook."""
    async with served(notebook) as address:
        services = {"registry": f"{address}/"}
        subjects = [a_case(number) for number in range(cases)]
        return await load(services, TOKEN, subjects=subjects, show_progress=False)


async def test_steps_of_a_subject_go_in_order_and_to_its_id() -> None:
    """Each later step names the id that the first one was answered with."""
    notebook = Notebook()
    result = await load_into(notebook, cases=40)
    assert result == LoadResult(subjects=40, steps=120, retries=0)
    for number in range(40):
        assert [told for told in notebook.told if told[0].startswith(f"{number}/")] == [
            (f"{number}/1", "/cases", {"n": 1}),
            (f"{number}/2", f"/cases/{number}/resolution", {"n": 2}),
            (f"{number}/3", f"/cases/{number}/correction", {"n": 3}),
        ]


async def test_steps_carry_the_migration_right_and_their_recording_day() -> None:
    """Without both, a service would record the step today."""
    notebook = Notebook()
    await load_into(notebook, cases=1)
    assert [headers["authorization"] for headers in notebook.headers] == [f"Bearer {TOKEN}"] * 3
    assert [headers["recorded-on"] for headers in notebook.headers] == [
        "2023-03-01",
        "2023-03-02",
        "2023-03-03",
    ]


async def test_a_busy_service_is_asked_again() -> None:
    """A 503 is no answer: the same step, with the same key, is sent until it is taken."""
    notebook = Notebook(busy=3)
    result = await load_into(notebook, cases=2)
    assert result.retries == 3
    assert sorted(key for key, _, _ in notebook.told) == ["0/1", "0/2", "0/3", "1/1", "1/2", "1/3"]


async def test_a_service_that_comes_up_late_is_waited_for() -> None:
    """A refused connection is tried again: the service may be starting."""
    notebook = Notebook()
    async with served(Notebook()) as address:
        pass
    port = int(address.rsplit(":", 1)[1])
    loading = asyncio.create_task(
        load({"registry": address}, TOKEN, subjects=[a_case(0)], show_progress=False)
    )
    await asyncio.sleep(0.05)
    async with served(notebook, port):
        result = await loading
    assert result.retries > 0
    assert len(notebook.told) == 3


async def test_a_refusal_stops_the_load_and_is_shown() -> None:
    """Whoever loads sees which step was refused and the service's problem document."""
    notebook = Notebook(refuses="/cases/1/resolution")
    with pytest.raises(StepRefused) as refused:
        await load_into(notebook, cases=2)
    assert "1/2: POST" in str(refused.value)
    assert "urn:wardbook:problem:unknown_unit" in str(refused.value)


async def test_progress_without_a_terminal_is_a_plain_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A log file gets whole lines with the count and the rate, no moving bar."""
    async with served(Notebook()) as address:
        await load({"registry": address}, TOKEN, subjects=[a_case(0)])
    said = capsys.readouterr().err
    assert "3/3" in said
    assert "\r" not in said
