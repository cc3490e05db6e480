"""What every service has: a life (start, run, stop on SIGTERM), its health, its metrics."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable

import structlog
import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

log = structlog.get_logger()

type Check = Callable[[], Awaitable[str | None]]
"""Returns None when all is well, else what is not."""


def install_health(app: FastAPI, live: Check, ready: Check) -> None:
    """Serve /live (the loops move), /ready (it can do its work now) and /metrics."""

    async def answer(check: Check) -> JSONResponse:
        wrong = await check()
        return JSONResponse({"status": wrong or "ok"}, 503 if wrong else 200)

    @app.get("/live", tags=["health"], summary="Does the process move?")
    async def is_live() -> JSONResponse:
        return await answer(live)

    @app.get("/ready", tags=["health"], summary="Can it do its work now?")
    async def is_ready() -> JSONResponse:
        return await answer(ready)

    @app.get("/metrics", tags=["health"], summary="Prometheus metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve `app` until SIGTERM or SIGINT, then stop cleanly.

    Exits 1 where it failed (`stop_with`).
    """
    for asked_to_stop in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops cleanly, then raises the signal again for whoever handled it before it did
        signal.signal(asked_to_stop, lambda *_: sys.exit(0))
    config = uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    app.state.stop = lambda: setattr(server, "should_exit", True)
    server.run()
    if not server.started or getattr(app.state, "failure", None) is not None:
        sys.exit(1)


def stop_with(app: FastAPI, failure: BaseException) -> None:
    """Stop the service because of `failure`; its exit code says so."""
    app.state.failure = failure
    app.state.stop()


def guard(app: FastAPI, task: asyncio.Task[None]) -> None:
    """Stop the service when `task`, which should run for as long as it does, fails."""

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.critical("a task of the service failed", error=repr(failure), exc_info=failure)
            stop_with(app, failure)

    task.add_done_callback(ended)
