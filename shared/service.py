"""What every service has: a life (start, run, stop on SIGTERM), its health, its metrics."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

log = structlog.get_logger()

type Check = Callable[[], Awaitable[str | None]]
"""Returns None when all is well, else what is not."""


class Health(BaseModel):
    """How a service is: `ok`, or what is wrong."""

    status: str


def install_health(app: FastAPI, live: Check, ready: Check) -> None:
    """Serve /live (the loops move), /ready (it can do its work now) and /metrics."""

    async def answer(check: Check, response: Response) -> Health:
        wrong = await check()
        if wrong:
            response.status_code = 503
        return Health(status=wrong or "ok")

    not_well: dict[int | str, dict[str, Any]] = {
        503: {"model": Health, "description": "No, and why not"}
    }

    @app.get("/live", tags=["health"], summary="Does the process move?", responses=not_well)
    async def is_live(response: Response) -> Health:
        return await answer(live, response)

    @app.get("/ready", tags=["health"], summary="Can it do its work now?", responses=not_well)
    async def is_ready(response: Response) -> Health:
        return await answer(ready, response)

    @app.get(
        "/metrics",
        tags=["health"],
        summary="Prometheus metrics",
        response_class=Response,
        responses={200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}}},
    )
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def serve(app: FastAPI, host: str, port: int, proxies: str | None = None) -> None:
    """Serve `app` until SIGTERM or SIGINT, then stop cleanly; `proxies` are believed who asks.

    Exits 1 where it failed (`stop_with`), also where it is asked to stop meanwhile.
    """

    def failed() -> bool:
        return getattr(app.state, "failure", None) is not None

    for asked_to_stop in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops cleanly, then raises the signal again for whoever handled it before it did
        signal.signal(asked_to_stop, lambda *_: sys.exit(failed()))
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        proxy_headers=proxies is not None,
        forwarded_allow_ips=proxies,
    )
    server = uvicorn.Server(config)
    app.state.stop = lambda: setattr(server, "should_exit", True)
    app.state.is_stopping = lambda: server.should_exit
    server.run()
    if not server.started or failed():
        sys.exit(1)


def is_stopping(app: FastAPI) -> bool:
    """Say whether a served application was asked to stop: what it answers for long ends then."""
    return bool(getattr(app.state, "is_stopping", bool)())


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
