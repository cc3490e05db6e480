"""A registry alone with a Kafka and a PostgreSQL of its own, and the CPU time that each takes."""

import random
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from deploy.embedded.child import Child
from deploy.embedded.kafka import Kafka
from deploy.embedded.ports import HOST, is_free
from deploy.embedded.postgres import Postgres
from deploy.issuer.local import LocalAccess
from shared.topics import create_topics


@dataclass(slots=True, kw_only=True)
class Bench:
    """Where the servers listen, and the processes that were started."""

    folder: Path
    kafka: str
    database: str
    access: LocalAccess
    children: dict[str, Child] = field(default_factory=dict)

    def cpu_seconds(self) -> Mapping[str, float]:
        """Return the CPU seconds that each process has used with its children."""
        return {name: _used(child.process.pid) for name, child in self.children.items()}


@asynccontextmanager
async def servers() -> AsyncIterator[Bench]:
    """Run Kafka, its topics made, and an empty PostgreSQL, both in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="wardbook-bench-") as name:
        folder = Path(name)
        kafka = Kafka(folder / "kafka", port=_free_ports(2), log=folder / "kafka.log")
        log = folder / "postgres.log"
        postgres = Postgres(
            folder / "postgres", port=_free_ports(1), password=secrets.token_hex(), log=log
        )
        bench = Bench(
            folder=folder, kafka=kafka.bootstrap, database=postgres.dsn, access=LocalAccess(folder)
        )
        try:
            bench.children["PostgreSQL"] = await postgres.start()
            bench.children["Kafka"] = await kafka.start()
            await create_topics(kafka.bootstrap)
            yield bench
        finally:
            await kafka.stop()
            await postgres.stop()


@asynccontextmanager
async def registry(bench: Bench) -> AsyncIterator[str]:
    """Run the registry on the servers and give its URL when it is ready."""
    port = _free_ports(1)
    url = f"http://{HOST}:{port}"
    child = await Child.start(
        "registry",
        sys.executable,
        "-m",
        "services.registry",
        log=bench.folder / "registry.log",
        environment={
            "WARDBOOK_KAFKA": bench.kafka,
            "WARDBOOK_DATABASE": bench.database,
            "WARDBOOK_PORT": str(port),
            **bench.access.environment,
        },
    )
    bench.children["registry"] = child
    try:
        async with httpx.AsyncClient() as client:

            async def ready() -> bool:
                try:
                    return (await client.get(f"{url}/ready")).is_success
                except httpx.TransportError:
                    return False

            await child.until(ready)
        yield url
    finally:
        await child.stop()


def _used(pid: int) -> float:
    """Return the CPU seconds of a process, of its living children and of those that ended."""
    process = psutil.Process(pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    ended = process.cpu_times()
    return float(
        sum(time.user + time.system for time in times) + ended.children_user + ended.children_system
    )


def _free_ports(count: int) -> int:
    while True:
        first = random.randrange(20_000, 30_000)  # noqa: S311 - any free port will do
        if all(is_free(port) for port in range(first, first + count)):
            return first
