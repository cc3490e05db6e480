"""A department without its relay: database, HTTP interface, how often it was woken."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from fastapi import FastAPI

from services.registry import store
from services.registry.app import REGISTRY_MIGRATIONS
from services.registry.model import REGISTRY
from services.returns.app import RETURNS_MIGRATIONS
from services.returns.app import ROUTES as RETURNS_ROUTES
from shared.audit.api import audit_routes
from shared.casework.api import case_routes
from shared.database import Pool, migrate
from shared.department import CASEWORK_MIGRATIONS, MIGRATIONS, RECORDS_MIGRATIONS, Routes
from shared.desk import Desk
from shared.people import DEPARTMENTS
from shared.problems import install_problems
from shared.readings import reading_routes
from tests.support.people import EVERYTHING, MIGRATION, bearing, everybody, let_in, token_of
from tests.support.servers import open_pool

NOW = datetime(2023, 11, 14, 3, tzinfo=UTC)
TOKEN = token_of(MIGRATION)
"""Of somebody who may do everything, and state days of recording."""
RECEIPT = {"unit": "10525", "procedure": "registry.birth", "channel": "online", "applicant": "A"}
_MIGRATIONS = (
    *(MIGRATIONS, CASEWORK_MIGRATIONS, RECORDS_MIGRATIONS),
    *(REGISTRY_MIGRATIONS, RETURNS_MIGRATIONS),
)
ROUTES: Sequence[Routes] = (
    lambda desk, pool: case_routes(REGISTRY, desk, pool, store),
    *RETURNS_ROUTES,
)
TABLES = ("cases", "outbox", "idempotency")


@dataclass
class Office:
    """One process: its connections, a client of its interface, how often its relay was woken."""

    pool: Pool
    client: httpx.AsyncClient
    woken: list[int] = field(default_factory=list)

    async def post(
        self, body: object = RECEIPT, *, path: str = "/cases", key: str | None = None, **also: str
    ) -> httpx.Response:
        """Send a command; `also` are headers, their names written with underscores."""
        headers = {name.replace("_", "-"): value for name, value in also.items()}
        if key is not None:
            headers["idempotency-key"] = key
        return await self.client.post(path, json=body, headers=headers)

    async def rows(self) -> tuple[int, ...]:
        """Return how many cases, events and keys are stored."""
        counts = [f"SELECT count(*) FROM {table}" for table in TABLES]  # noqa: S608 - constants
        return tuple([await self.pool.fetchval(count) for count in counts])


@asynccontextmanager
async def a_database_of_offices(database: str) -> AsyncIterator[Pool]:
    """Give the connections of a process, to a database that has all tables of departments."""
    async with open_pool(database, 6) as pool:
        await migrate(pool, _MIGRATIONS)
        yield pool


@asynccontextmanager
async def an_office(
    pool: Pool,
    now: datetime = NOW,
    people: str | None = None,
    routes: Sequence[Routes] = ROUTES,
) -> AsyncIterator[Office]:
    """Open an office: cases of the registry, and returns, unless other routes are given.

    Who may do everything asks, unless there are other people by their file: then nobody in
    particular does.
    """
    woken: list[int] = []
    app = FastAPI()
    install_problems(app)
    desk = Desk(pool, lambda: now, lambda: woken.append(1))
    app.include_router(reading_routes(pool))
    app.include_router(audit_routes(pool))
    for make in routes:
        app.include_router(make(desk, pool))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"accept-language": "en", **(bearing(EVERYTHING) if people is None else {})}
    with TemporaryDirectory() as folder:
        let_in(app, Path(folder), people or everybody(), *DEPARTMENTS)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://ward", headers=headers
        ) as client:
            yield Office(pool, client, woken)
