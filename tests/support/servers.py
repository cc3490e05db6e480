"""The Kafka and the PostgreSQL of a test session: the same classes as `make run`, on free ports."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.databases import fresh_database
from deploy.embedded.kafka import Kafka
from deploy.embedded.ports import free_ports
from deploy.embedded.postgres import Postgres
from shared.database import Pool, create_pool

__all__ = ["free_ports", "fresh_database", "open_pool", "running_kafka", "running_postgres"]

PATIENCE_SECONDS = 60


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


@asynccontextmanager
async def open_pool(database: str, size: int) -> AsyncIterator[Pool]:
    """Open a pool and close it in the end, also where a failed test still holds a connection."""
    pool = await create_pool(database, size)
    try:
        yield pool
    finally:
        try:
            await asyncio.wait_for(pool.close(), PATIENCE_SECONDS)
        except TimeoutError:
            pool.terminate()
