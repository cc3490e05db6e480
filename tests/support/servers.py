"""The Kafka and the PostgreSQL of a test session: the same classes as `make run`, on free ports."""

import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from deploy.embedded.kafka import Kafka
from deploy.embedded.ports import HOST
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
    server = await asyncpg.connect(superuser_dsn)
    try:
        await server.execute(f"CREATE DATABASE {name}")
        yield urlsplit(superuser_dsn)._replace(path=f"/{name}").geturl()
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()


def free_ports(count: int = 1) -> int:
    """Return the first of `count` ports in a row that nobody listens on at this moment."""
    while True:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            first = int(probe.getsockname()[1])
        if all(_can_bind(port) for port in range(first, first + count)):
            return first


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
