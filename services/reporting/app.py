"""Composition of reporting: the fold, the tallies, the report."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from services.reporting.api import lag_routes, report_routes
from services.reporting.consumer import Consumer
from services.reporting.fold import Folder
from services.reporting.report import TERM, load_outline
from services.reporting.settings import ReportingSettings
from shared.broker import create_broker
from shared.clock import Clock, system_clock
from shared.database import create_pool, migrate, wrong_with
from shared.problems import install_problems
from shared.service import guard, install_health, stop_with

MIGRATIONS = Path(__file__).parent / "migrations"

_STALL_SECONDS = 120.0


def build(settings: ReportingSettings, clock: Clock = system_clock) -> FastAPI:
    """Return reporting's application, not started yet."""
    broker = create_broker(settings, "reporting")
    outline = load_outline(TERM)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = await create_pool(
            settings.database.get_secret_value(), settings.database_connections
        )
        await migrate(pool, [MIGRATIONS])
        folder = Folder(pool, settings.longest_dead_letter_run)
        await folder.numbers.load(pool)
        consumer = Consumer(broker, pool, folder, lambda error: stop_with(app, error))
        app.include_router(report_routes(pool, outline, clock))
        app.include_router(lag_routes(consumer.lag))
        app.state.pool, app.state.consumer = pool, consumer
        await broker.start()
        task = asyncio.create_task(consumer.measure(), name="lag")
        guard(app, task)
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await broker.stop()
        await pool.close()

    app = FastAPI(title="Wardbook: Báo cáo", version="1", lifespan=lifespan)
    install_problems(app)
    _install_health(app)
    return app


def _install_health(app: FastAPI) -> None:
    async def live() -> str | None:
        consumer: Consumer = app.state.consumer
        if consumer.behind and time.monotonic() - consumer.moved_at > _STALL_SECONDS:
            return "events wait and the fold does not move"
        return None

    async def ready() -> str | None:
        wrong = await wrong_with(app.state.pool)
        if wrong is None and not app.state.consumer.assigned:
            return "no partitions are assigned yet"
        return wrong

    install_health(app, live, ready)
