"""A real Prometheus scrapes the five services: what breaks is told by its alert, and no other."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.embedded import prometheus
from deploy.embedded.child import Child
from deploy.embedded.ports import HOST
from tests.support.by_hand import POISON, put
from tests.support.servers import free_ports
from tests.support.wait import wait_until
from tests.support.wardbook import SERVICES, Wardbook

RULES = Path(__file__).parents[2] / "deploy" / "prometheus"


def configured(wardbook: Wardbook, folder: Path) -> Path:
    """Write the real configuration with the ports of the test, each second, alerts at once."""
    text = (RULES / "prometheus.yml").read_text(encoding="utf-8")
    text = re.sub(r"interval: 15s", "interval: 1s", text)
    for name in SERVICES:
        text = text.replace(f'"{name}:8000"', f'"{HOST}:{wardbook.processes[name].port}"')
    assert ":8000" not in text
    rules = (RULES / "rules" / "wardbook.yml").read_text(encoding="utf-8")
    (folder / "rules").mkdir()
    (folder / "rules" / "wardbook.yml").write_text(re.sub(r"for: \w+", "for: 0s", rules))
    (folder / "prometheus.yml").write_text(text)
    return folder / "prometheus.yml"


@pytest.fixture
async def alerts(wardbook: Wardbook, tmp_path: Path) -> AsyncIterator[str]:
    """Run a Prometheus; give its base URL."""
    url = f"http://{HOST}:{(port := free_ports())}"
    child = await Child.start(
        "prometheus",
        str(prometheus.have() / "prometheus"),
        f"--config.file={configured(wardbook, tmp_path)}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address={HOST}:{port}",
        log=tmp_path / "prometheus.log",
    )

    async def scrapes_all() -> bool:
        try:
            found = await asked(wardbook.client, url, "count(up == 1)")
        except httpx.TransportError:
            return False
        return found == [({}, str(len(SERVICES)))]

    try:
        await child.until(scrapes_all)
        yield url
    finally:
        await child.stop(patience=10)


async def asked(
    client: httpx.AsyncClient, url: str, query: str
) -> list[tuple[dict[str, str], str]]:
    answer = await client.get(f"{url}/api/v1/query", params={"query": query})
    if not answer.is_success:
        return []
    return [(one["metric"], one["value"][1]) for one in answer.json()["data"]["result"]]


async def test_what_breaks_is_told(wardbook: Wardbook, alerts: str) -> None:
    """A dead letter, and a service that is killed; when it is back, its alert ends."""

    async def firing(name: str) -> bool:
        query = f'ALERTS{{alertname="Wardbook{name}", alertstate="firing"}}'
        return bool(await asked(wardbook.client, alerts, query))

    assert not await firing("ServiceDown")
    assert not await firing("DeadLetters")
    value, key = POISON["no JSON"][1](wardbook.new_unit())
    wardbook.poison.add(await put(wardbook, value, key))
    await wait_until(lambda: firing("DeadLetters"), seconds=60)
    assert not await firing("ServiceDown")
    await wardbook.kill("permits")
    await wait_until(lambda: firing("ServiceDown"), seconds=60)
    await wardbook.start("permits")

    async def well() -> bool:
        return not await firing("ServiceDown")

    await wait_until(well, seconds=60)
