"""Composition of reporting: the fold, the tallies, the report."""

import asyncio
import gc
import itertools
import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI

from services.reporting import measures, projection
from services.reporting.answers import Answers
from services.reporting.api import lag_routes, report_routes
from services.reporting.console.api import console_routes
from services.reporting.console.documents_api import document_routes
from services.reporting.evidence_api import evidence_routes
from services.reporting.figure_questions import FigureQuestions
from services.reporting.figures_api import figure_routes
from services.reporting.issuing.api import caller_by, issuing_routes, reading_routes
from services.reporting.issuing.drafts import Drafts
from services.reporting.issuing.office import Office
from services.reporting.moves import Moves, moves_routes
from services.reporting.positions import DATABASE_AWAY
from services.reporting.refusing import RefusalPages
from services.reporting.report import PERIODIC, TERM, Forms, Plan, forms, load
from services.reporting.settings import ReportingSettings
from services.reporting.signing_in import install_console
from services.reporting.standing import Standing
from services.reporting.units_api import unit_routes
from services.reporting.vintages_api import vintage_routes
from services.reporting.worker import Worker
from shared.audit.refusals import Refusals
from shared.audit.trail import keep_telling
from shared.broker import create_broker
from shared.clock import Clock, system_clock
from shared.database import Pool, create_pool, migrate, wrong_with
from shared.gate import install_gate
from shared.measuring import keep_measuring, measure_clock
from shared.metrics import watch_pool
from shared.problems import install_problems
from shared.service import guard, install_health, stop_with
from shared.tracing import close_spans, open_spans, trace_requests

MIGRATIONS = Path(__file__).parent / "migrations"

_STALL_SECONDS = 120.0
_LOOK_SECONDS = 1.0
_LOOKS_A_JOIN = 30

log = structlog.get_logger()


def build(settings: ReportingSettings, clock: Clock = system_clock) -> FastAPI:
    """Return reporting's application, not started yet.

    Raises BadFile for a mistake in an outline, a layout or a check, and without the typeface.
    """
    broker = create_broker(settings, "reporting")
    plans = {name: load(name) for name in (TERM, PERIODIC)}
    report_forms = forms(settings.fonts)
    spans = open_spans(settings.traces, "reporting")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = await create_pool(
            settings.database.get_secret_value(), settings.database_connections
        )
        watch_pool("service", pool)
        await migrate(pool, [MIGRATIONS])
        await broker.start()

        async def work() -> Worker:
            live = await projection.live(pool)
            return await Worker.start(
                live, settings, broker, lambda error: stop_with(app, error), spans
            )

        async def follow() -> None:
            """Fold the live projection, whichever it is; keep the lag metric fresh."""
            for look in itertools.count(1):
                await asyncio.sleep(_LOOK_SECONDS)
                old = app.state.worker
                try:
                    if await projection.live(pool) != old.projection:
                        app.state.worker = await work()
                        await old.stop()
                    await app.state.worker.consumer.measure()
                    if look % _LOOKS_A_JOIN == 0:
                        await app.state.worker.join_parts()
                except DATABASE_AWAY as error:
                    log.warning("the database does not answer", error=repr(error))

        async def lag() -> int:
            worker: Worker = app.state.worker
            return await worker.consumer.lag()

        app.state.pool, app.state.worker = pool, await work()
        app.state.refusals = Refusals(pool, clock)
        moves = Moves(pool)
        for routes in (*_routes(pool, plans, report_forms, clock), moves_routes(moves)):
            app.include_router(routes)
        app.include_router(lag_routes(lag))
        tune_garbage_collection()
        counts = [lambda: measure_clock(pool, clock), lambda: measures.measure(pool)]
        counting = keep_measuring(counts, settings.measure_seconds)
        telling = keep_telling(pool, settings.measure_seconds)
        async with _beside(app, follow(), _index(app), counting, telling, moves.run()):
            yield
        await app.state.worker.stop()
        await broker.stop()
        await pool.close()
        await close_spans(spans)

    app = FastAPI(
        title="Wardbook: Báo cáo",
        version="1",
        lifespan=lifespan,
        docs_url=None,  # its page takes scripts from elsewhere
        redoc_url=None,
    )
    install_problems(app)
    _install_health(app)
    install_gate(app, "reporting", settings, clock, settings.console)
    install_console(app, settings)
    app.add_middleware(RefusalPages)
    trace_requests(app, spans)
    return app


def _routes(
    pool: Pool, plans: Mapping[str, Plan], report_forms: Forms, clock: Clock
) -> Iterator[APIRouter]:
    """Return the routes of the reports, of their evidence, and of documents."""
    standing = Standing(pool)
    yield report_routes(Answers(standing, plans), report_forms, clock)
    yield evidence_routes(pool, clock)
    yield figure_routes(FigureQuestions(standing), clock)
    yield unit_routes(pool, clock)
    yield console_routes(pool, standing, plans[TERM], clock)
    drafts, office, caller = Drafts(pool, plans), Office(pool, report_forms), caller_by(clock)
    yield document_routes(drafts, office, caller, clock)
    yield issuing_routes(drafts, office, caller)
    yield reading_routes(drafts, office, caller)
    yield vintage_routes(pool)


@asynccontextmanager
async def _beside(app: FastAPI, *works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these beside the service, which one that fails stops."""
    tasks = [asyncio.create_task(one) for one in works]
    for task in tasks:
        guard(app, task)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _index(app: FastAPI) -> None:
    """Index the live projection once it is level with the log; one that is rebuilt comes so."""
    indexed = False
    while not indexed:
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            indexed = await app.state.worker.index_facts()
        except DATABASE_AWAY as error:
            log.warning("the facts are not indexed yet", error=repr(error))


def tune_garbage_collection() -> None:
    """Look for cycles seldom: a batch is tens of thousands of objects, none of them in a cycle."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


def _install_health(app: FastAPI) -> None:
    async def live() -> str | None:
        consumer = app.state.worker.consumer
        if consumer.behind and time.monotonic() - consumer.moved_at > _STALL_SECONDS:
            return "events wait and the fold does not move"
        return None

    async def ready() -> str | None:
        wrong = await wrong_with(app.state.pool)
        if wrong is None and not app.state.worker.consumer.assigned:
            return "no partitions are assigned yet"
        if wrong is None and (lost := app.state.worker.consumer.lost):
            places = ", ".join(f"{tp.topic}/{tp.partition}" for tp in lost)
            return f"folded beyond the end of the log, which was lost or made anew: {places}"
        return wrong

    install_health(app, live, ready)
