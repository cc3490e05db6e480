"""What keeps the services running, tried on a service that does nothing but live and die."""

import asyncio
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from deploy.embedded.child import Child
from deploy.embedded.errors import DeployError
from deploy.supervisor import Service, supervised
from tests.support.servers import free_ports
from tests.support.wait import wait_until


def a_service(folder: Path, plan: str = "serve") -> Service:
    port = free_ports()
    return Service(
        name="stand-in",
        module="tests.support.stand_in_service",
        url=f"http://127.0.0.1:{port}",
        environment={"WARDBOOK_PORT": str(port), "WARDBOOK_PLAN": plan},
        log=folder / "stand-in.log",
    )


async def test_the_block_begins_when_services_are_ready_and_they_end_with_it(
    tmp_path: Path,
) -> None:
    service = a_service(tmp_path)
    async with httpx.AsyncClient() as client:
        async with supervised([service], []):
            assert await service.is_ready(client)
        assert not await service.is_ready(client)


async def test_a_service_sees_its_own_variables_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARDBOOK_DATA", "of the run, not of a service")
    monkeypatch.setenv("WARDBOOK_LOG_LEVEL", "DEBUG")
    service = a_service(tmp_path)
    async with supervised([service], []):
        seen = service.log.read_text().splitlines()[0]
    assert seen == "WARDBOOK_LOG_LEVEL WARDBOOK_PLAN WARDBOOK_PORT"


async def test_a_dead_service_is_started_again_but_not_a_third_time_within_a_minute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service = a_service(tmp_path)
    with pytest.RaisesGroup(pytest.RaisesExc(DeployError, match="exit code 7, the third time")):
        async with httpx.AsyncClient() as client, supervised([service], []):
            for _ in range(3):
                await wait_until(lambda: service.is_ready(client))
                with suppress(httpx.TransportError):
                    await client.get(f"{service.url}/die")
            await asyncio.sleep(60)
    assert capsys.readouterr().out.count("ended with exit code 7 and is started again") == 2


async def test_a_service_that_fails_before_it_was_ready_ends_the_run_with_its_last_words(
    tmp_path: Path,
) -> None:
    service = a_service(tmp_path, plan="fail")
    with pytest.RaisesGroup(pytest.RaisesExc(DeployError, match="the database does not exist")):
        async with supervised([service], []):
            pytest.fail("the block must not begin")


async def test_a_server_that_ends_ends_the_run(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    server = await Child.start("Kafka", "sh", "-c", "echo disk is full; exit 1", log=log)
    with pytest.RaisesGroup(pytest.RaisesExc(DeployError, match="Kafka ended.*\n.*disk is full")):
        async with supervised([], [server]):
            await asyncio.sleep(60)
