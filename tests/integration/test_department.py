"""A department as a whole, without the Kafka that it publishes to."""

import httpx

from services.registry.app import build
from shared.settings import Settings
from tests.support.office import RECEIPT
from tests.support.servers import free_ports


async def test_commands_are_accepted_while_kafka_is_away(database: str) -> None:
    """From the start on; it says that it waits, and ends when it is asked to."""
    app = build(Settings(kafka=f"127.0.0.1:{free_ports()}", database=database, port=1))
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
    assert ready.json() == {"status": "Kafka does not answer"}
