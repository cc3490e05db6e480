"""A department whose PostgreSQL goes away and comes back: nobody starts it again."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from deploy.embedded.postgres import Postgres
from services.registry.app import build
from shared.problems import MEDIA_TYPE
from shared.topics import create_topics
from tests.support.office import RECEIPT
from tests.support.people import EVERYTHING, bearing, settings
from tests.support.servers import running_postgres
from tests.support.wait import wait_until


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Postgres]:
    """Run a PostgreSQL that a test may stop."""
    async with running_postgres(tmp_path) as running:
        yield running


async def test_a_department_outlasts_its_database(
    server: Postgres, kafka: str, tmp_path: Path
) -> None:
    """Meanwhile commands and questions are told to come again; then it takes and publishes them."""
    await create_topics(kafka)
    app = build(settings(tmp_path, kafka=kafka, database=server.dsn, port=1))
    stopped: list[int] = []
    app.state.stop = lambda: stopped.append(1)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://ward",
            headers=bearing(EVERYTHING),
        ) as client,
    ):
        await until_published(client)
        case = (await client.post("/cases", json=RECEIPT)).json()["id"]
        await server.stop()
        told = [await a_command(client), await client.get(f"/cases/{case}")]
        await until_it_was_missed(app)
        await server.start()
        assert (await a_command(client)).status_code == 201
        await until_published(client)

    assert {(one.status_code, one.headers["content-type"]) for one in told} == {(503, MEDIA_TYPE)}
    assert stopped == []


async def a_command(client: httpx.AsyncClient) -> httpx.Response:
    """Receive a case, under one key each time."""
    return await client.post("/cases", json=RECEIPT, headers={"idempotency-key": "k1"})


async def until_published(client: httpx.AsyncClient) -> None:
    """Wait until the relay leads and nothing waits."""

    async def published() -> bool:
        answer = await client.get("/outbox")
        return answer.is_success and answer.json()["waiting"] == 0

    await wait_until(published)


async def until_it_was_missed(app: FastAPI) -> None:
    """Wait until the relay has begun again without its database, twice."""
    for _ in range(2):
        before = app.state.relay.moved_at

        async def moved(before: float = before) -> bool:
            return bool(app.state.relay.moved_at > before)

        await wait_until(moved)
