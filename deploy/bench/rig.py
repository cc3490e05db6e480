"""What the benchmarks run on: a Kafka and a PostgreSQL of their own, as `make run` starts them.

Their data are in a temporary folder (TMPDIR), and everything is stopped in the end.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.data_folder import SOFTWARE
from deploy.embedded import fonts
from deploy.embedded.child import Child
from deploy.embedded.kafka import Kafka
from deploy.embedded.maven import have
from deploy.embedded.ports import HOST, free_ports
from deploy.embedded.postgres import Postgres
from deploy.issuer.local import LocalAccess
from deploy.supervisor import Service
from shared.topics import TOPICS, create_topics

PLACES = [TopicPartition(topic.name, p) for topic in TOPICS for p in range(topic.partitions)]
"""Every partition of every topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """The running servers, and how services are started on them."""

    folder: Path
    kafka: str
    postgres: str
    kafka_process: int
    postgres_process: int
    access: LocalAccess

    @property
    def headers(self) -> Mapping[str, str]:
        """What software bears that may do everything."""
        return self.access.headers(SOFTWARE)

    def service(self, name: str, dsn: str) -> Service:
        """Describe a service (`reporting`, or `reporting-2` for one more worker), not started."""
        port = free_ports()
        return Service(
            name=name,
            module=f"services.{name.partition('-')[0]}",
            url=f"http://{HOST}:{port}",
            environment={
                "WARDBOOK_KAFKA": self.kafka,
                "WARDBOOK_DATABASE": dsn,
                "WARDBOOK_HOST": HOST,
                "WARDBOOK_PORT": str(port),
                "WARDBOOK_FONTS": str(fonts.FOLDER),
                **self.access.environment,
            },
            log=self.folder / f"{name}.log",
        )

    async def log_end(self) -> int:
        """Return how many records are on the topics."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka)
        await consumer.start()
        try:
            return sum((await consumer.end_offsets(PLACES)).values())
        finally:
            await consumer.stop()


@asynccontextmanager
async def running_rig() -> AsyncIterator[Rig]:
    """Start Kafka with its topics and PostgreSQL; stop both in the end."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="wardbook-bench-")))
        kafka = Kafka(folder / "kafka", port=free_ports(2), log=folder / "kafka.log")
        stack.push_async_callback(kafka.stop)
        kafka_child = await kafka.start()
        await have(fonts.FOLDER, fonts.__name__, "the typeface of the PDF (2 MB)")
        postgres = Postgres(
            folder / "postgres",
            port=free_ports(),
            password="of-a-benchmark",  # noqa: S106 - of a server that lives as long as this run
            log=folder / "postgres.log",
        )
        stack.push_async_callback(postgres.stop)
        postgres_child = await postgres.start()
        await create_topics(kafka.bootstrap)
        yield Rig(
            folder=folder,
            kafka=kafka.bootstrap,
            postgres=postgres.dsn,
            kafka_process=kafka_child.process.pid,
            postgres_process=postgres_child.process.pid,
            access=LocalAccess(folder),
        )


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[Child]:
    """Start a service and wait until it is ready; stop it in the end."""
    child = await service.start()
    try:
        async with httpx.AsyncClient() as client:
            await child.until(lambda: service.is_ready(client))
        yield child
    finally:
        await child.stop()


def cpu_seconds(*processes: int) -> float:
    """Return the processor time of processes and all their children, ended ones included."""
    total = 0.0
    for number in processes:
        process = psutil.Process(number)
        for each in (process, *process.children(recursive=True)):
            try:
                total += sum(each.cpu_times()[:4])  # user, system, and both of reaped children
            except psutil.NoSuchProcess:
                continue
    return total


def peak_memory(process: int) -> int:
    """Return the most bytes that a process ever held in memory."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
