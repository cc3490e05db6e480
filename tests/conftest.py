"""What tests may ask for: a Kafka and a PostgreSQL of the session, a database of their own."""

from collections.abc import AsyncIterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.support.servers import fresh_database, running_kafka, running_postgres

# A machine that is busy with something else is no fault of what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# Pretty tracebacks, with the values of all names, take seconds each.
plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take what `make faults` says: how the faults are drawn, and how often."""
    faults = parser.getgroup("faults")
    faults.addoption("--seed", type=int, default=20_231_130, help="what every choice hangs on")
    faults.addoption("--rounds", type=int, default=0, help="times each; 0 is once, and shorter")


@pytest.fixture(scope="session")
async def kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Bootstrap servers of the session's Kafka. Tests share it, so each names topics of its own."""
    async with running_kafka(tmp_path_factory.mktemp("kafka")) as server:
        yield server.bootstrap


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """DSN of the superuser of the session's PostgreSQL."""
    async with running_postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server.dsn


@pytest.fixture
async def database(postgres: str) -> AsyncIterator[str]:
    """DSN of an empty database that is dropped after the test."""
    async with fresh_database(postgres) as dsn:
        yield dsn
