"""The composition root that the department services share: database, desk, relay, health."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig

from shared import outbox, units
from shared.broker import create_producer
from shared.calendar import is_working_day
from shared.clock import Clock, system_clock
from shared.database import Pool, create_pool, migrate, wrong_with
from shared.desk import Desk
from shared.kafka import wrong_with_kafka
from shared.metrics import watch_pool
from shared.people import People
from shared.problems import install_problems
from shared.publisher import Publisher
from shared.readings import reading_routes
from shared.relay import Relay
from shared.service import guard, install_health
from shared.settings import Settings
from shared.staff import Staff
from shared.topics import topic_of
from shared.tracing import close_spans, open_spans, trace_requests

MIGRATIONS = Path(__file__).parent / "migrations"
CASEWORK_MIGRATIONS = Path(__file__).parent / "casework" / "migrations"
RECORDS_MIGRATIONS = Path(__file__).parent / "records" / "migrations"

_STALL_SECONDS = 30.0

type Routes = Callable[[Desk, Pool], APIRouter]
type Work = Callable[[Desk, Pool], Coroutine[Any, Any, None]]
"""What a department does beside its clerks for as long as it runs."""


def build_department(
    name: str,
    title: str,
    settings: Settings,
    routes: Sequence[Routes],
    migrations: Sequence[Path],
    clock: Clock = system_clock,
    *,
    works: Sequence[Work] = (),
) -> FastAPI:
    """Return the application of department service `name`: routes, relay, other work, health.

    An address is looked for among `routes` in their order. Raises UnusableFile for people that
    cannot be read.
    """
    secret = settings.migration_token
    migration_token = secret.get_secret_value() if secret else None
    spans = open_spans(settings.traces, name)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = await create_pool(
            settings.database.get_secret_value(), settings.database_connections
        )
        watch_pool("service", pool)
        await migrate(pool, [MIGRATIONS, *migrations])
        await asyncio.to_thread(_read_reference_data)
        publisher = Publisher(lambda: create_producer(settings, name), topic_of(name), spans)
        relay = Relay(pool, publisher)
        desk = Desk(pool, clock, relay.wake, migration_token)
        # First of all and as they are: a router that is included is looked through twice.
        app.router.routes[:0] = [one for make in routes for one in make(desk, pool).routes]
        app.router.routes += reading_routes(pool).routes
        app.state.pool, app.state.relay, app.state.publisher = pool, relay, publisher
        tasks = [asyncio.create_task(relay.run(), name="relay")]
        tasks += [asyncio.create_task(work(desk, pool)) for work in works]
        for task in tasks:
            guard(app, task)
        # What is here now stays: the collector need not look through it (20 ms, at any moment).
        gc.collect()
        gc.freeze()
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await pool.close()
        await close_spans(spans)

    # Metrics and logs are our own; asking for FastAPI's would cost every request.
    telemetry: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
    app = FastAPI(title=title, version="1", lifespan=lifespan, telemetry=telemetry)
    install_problems(app)
    if settings.people is not None:
        people = People.read(settings.people)
        app.add_middleware(Staff, people=people, migration_token=migration_token)
    trace_requests(app, spans)
    _install_backlog(app)
    _install_department_health(app, settings)
    return app


def _read_reference_data() -> None:
    """Have units and holidays in memory before the first command needs them (about a second)."""
    units.resolve("10525", units.REFORM)
    units.resolve("10525", units.REFORM - timedelta(days=1))
    is_working_day(units.REFORM)


def _install_backlog(app: FastAPI) -> None:
    @app.get("/outbox", tags=["health"], summary="Committed events that Kafka has not acknowledged")
    async def waiting() -> dict[str, float]:
        events, age = await outbox.backlog(app.state.pool)
        return {"waiting": events, "oldest_age_seconds": age}


def _install_department_health(app: FastAPI, settings: Settings) -> None:
    async def live() -> str | None:
        stalled = time.monotonic() - app.state.relay.moved_at > _STALL_SECONDS
        return "the relay does not move" if stalled else None

    async def ready() -> str | None:
        wrong = await wrong_with(app.state.pool)
        publisher: Publisher = app.state.publisher
        if wrong is None and publisher.refused is not None:
            wrong = f"Kafka does not take events: {publisher.refused!r}"
        if wrong is None and not await publisher.answers(2):
            why = await wrong_with_kafka(settings)
            wrong = f"Kafka does not answer: {why}" if why else "Kafka does not answer"
        return wrong

    install_health(app, live, ready)
