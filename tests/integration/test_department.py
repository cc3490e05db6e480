"""A department as a whole, without the Kafka that it publishes to."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from services.permits.app import build as permits
from services.petitions.app import build as petitions
from services.registry.app import build as registry
from shared.settings import Settings
from tests.support.office import RECEIPT
from tests.support.servers import free_ports


async def test_commands_are_accepted_while_kafka_is_away(database: str) -> None:
    """From the start on; it says that it waits, and ends when it is asked to."""
    app = registry(Settings(kafka=f"127.0.0.1:{free_ports()}", database=database, port=1))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://ward") as client,
    ):
        answer = await client.post("/cases", json=RECEIPT, headers={"idempotency-key": "k1"})
        case = await client.get(f"/cases/{answer.json()['id']}")
        told = [(await client.get(path)) for path in ("/outbox", "/live", "/ready")]

    assert (answer.status_code, case.json()) == (201, answer.json())
    outbox, live, ready = told
    assert outbox.json()["waiting"] == 1
    assert (live.status_code, ready.status_code) == (200, 503)
    assert ready.json()["status"].startswith("Kafka does not answer: 127.0.0.1:")


@pytest.mark.parametrize("build", [registry, permits, petitions], ids=lambda one: one.__module__)
async def test_the_files_of_a_department_are_not_taken_for_a_case(
    database: str, build: Callable[[Settings], FastAPI]
) -> None:
    """Their address begins as that of a case does."""
    app = build(Settings(kafka=f"127.0.0.1:{free_ports()}", database=database, port=1))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://ward") as client,
    ):
        listed = await client.get("/cases/files")

    assert (listed.status_code, listed.json()) == (200, [])
