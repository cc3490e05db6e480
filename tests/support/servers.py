"""The Kafka and the PostgreSQL of a test session: the same classes as `make run`, on free ports."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from deploy.embedded.kafka import Kafka
from deploy.embedded.ports import is_free
from deploy.embedded.postgres import Postgres


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
async def fresh_database(superuser_dsn: str) -> AsyncIterator[str]:
    """Make an empty database, give its DSN, and drop it in the end, whoever is still connected."""
    name = f"test_{secrets.token_hex(6)}"
    await _execute(superuser_dsn, f"CREATE DATABASE {name}")
    yield urlsplit(superuser_dsn)._replace(path=f"/{name}").geturl()
    await _execute(superuser_dsn, f"DROP DATABASE {name} WITH (FORCE)")


async def _execute(dsn: str, statement: str) -> None:
    """Run a statement on a new connection: the server may have been killed since the last."""
    server = await asyncpg.connect(dsn)
    try:
        await server.execute(statement)
    finally:
        await server.close()


def free_ports(count: int = 1) -> int:
    """Return the first of `count` ports in a row that nobody listens on at this moment."""
    while True:
        # Below the ports that systems give to outgoing connections, one of which could come first.
        first = 20_000 + secrets.randbelow(10_000)
        if all(is_free(port) for port in range(first, first + count)):
            return first
