"""The Kafka and the PostgreSQL of a test session: the same classes as `make run`, on free ports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.databases import fresh_database
from deploy.embedded.kafka import Kafka
from deploy.embedded.ports import free_ports
from deploy.embedded.postgres import Postgres

__all__ = ["free_ports", "fresh_database", "running_kafka", "running_postgres"]


@asynccontextmanager
async def running_kafka(folder: Path) -> AsyncIterator[Kafka]:
    """Run a broker with its data and log in `folder`, and stop it in the end."""
    kafka = Kafka(folder / "kafka", port=free_ports(2), log=folder / "kafka.log")
    try:
        await kafka.start()
        yield kafka
    finally:
        await kafka.stop()


@asynccontextmanager
async def running_postgres(folder: Path) -> AsyncIterator[Postgres]:
    """Run a server with its data and log in `folder`, and stop it in the end."""
    log = folder / "postgres.log"
    server = Postgres(folder / "postgres", port=free_ports(), password="of-a-test", log=log)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
