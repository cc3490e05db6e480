"""What metrics tell of the databases: each moves when its thing happens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date, timedelta

import asyncpg
import pytest
from aiokafka import TopicPartition
from prometheus_client import REGISTRY
from uuid_utils.compat import uuid7

from services.reporting import positions, projection
from services.reporting.app import MIGRATIONS
from services.reporting.fold import Folder
from services.reporting.measures import measure
from services.returns.app import RETURNS_MIGRATIONS
from services.returns.missing import count_missing
from shared.clock import system_clock
from shared.database import Pool, create_pool, migrate
from shared.department import RECORDS_MIGRATIONS
from shared.events.cases import Status
from shared.measuring import keep_measuring, measure_clock
from shared.metrics import watch_pool
from tests.support.builders import DAY, TOPIC, UNIT, a_birth, a_case, a_receipt, records_of
from tests.support.servers import open_pool

_DOCUMENT = """
INSERT INTO documents (id, unit, kind, concerns, subject, starts, ends, as_of, content, positions,
                       broken, state, notation)
VALUES ($1, $2, 'report', $3, '', $4, $5, $5, '{}', '{}', $6, $7, 'BC-UBND')
"""
YEAR = date(DAY.year, 1, 1), DAY


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with open_pool(database, 3) as opened:
        await migrate(opened, [MIGRATIONS])
        yield opened


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"wardbook_{name}", labels) or 0


async def told(pool: Pool) -> tuple[float, float, float]:
    """Return the late events, the restatements that are due and the documents that are broken."""
    await measure(pool)
    names = ("late_events", "restatements_due", "documents_with_broken_checks")
    late, due, broken = map(sample, names)
    return late, due, broken


async def test_what_comes_after_an_issued_report_is_told(pool: Pool, database: str) -> None:
    """Until somebody replaces the report; what was recorded before, or nets to nothing, is not."""
    tables = await (await projection.live(pool)).open(database, 2)
    await positions.seed(tables, {TopicPartition(TOPIC, 0): 0})
    folder, case, issued = Folder(tables, 1), a_case(), uuid7()
    late = DAY + timedelta(days=9)
    records = records_of(
        [
            a_receipt(case, recorded_on=DAY),
            a_birth(a_case(Status.RESOLVED), sequence=2, recorded_on=late),
        ]
    )
    await folder.fold(records[:1])
    await pool.execute(_DOCUMENT, issued, UNIT, None, *YEAR, [], "issued")
    assert await told(pool) == (0, 0, 0)
    await folder.fold(records[1:])
    assert await told(pool) == (1, 1, 0)
    await pool.execute(_DOCUMENT, uuid7(), UNIT, issued, *YEAR, ["a-check"], "draft")
    assert await told(pool) == (0, 0, 1)
    await tables.close()


@pytest.mark.parametrize("seconds", [3600, 0, -3600])
async def test_a_clock_that_is_off_is_told(database: str, seconds: int) -> None:
    """Ahead of the database server's, as it is, and behind; to half the time of the question."""
    async with open_pool(database, 2) as pool:
        await measure_clock(pool, lambda: system_clock() + timedelta(seconds=seconds))
    assert sample("clock_offset_seconds") == pytest.approx(seconds, abs=2)


async def test_missing_returns_are_counted_by_department(database: str) -> None:
    async with open_pool(database, 2) as pool:
        await migrate(pool, [RECORDS_MIGRATIONS, RETURNS_MIGRATIONS])
        await count_missing(pool, date(2022, 12, 31))
        assert sample("returns_missing", department="health") == 0
        await pool.execute(
            "INSERT INTO return_steps VALUES ($1, 1, $2, 'budget', '2022-01-01', '2022-01-31',"
            " 'accepted', '[]', now(), NULL)",
            uuid7(),
            UNIT,
        )
        await count_missing(pool, date(2022, 12, 31))
        assert sample("returns_missing", department="health") > 0


async def test_the_connections_of_a_pool_are_told(database: str) -> None:
    pool = await create_pool(database, 3)
    watch_pool("of-a-test", pool)

    def connections(state: str) -> float:
        return sample("database_connections", pool="of-a-test", state=state)

    before = connections("in_use")
    async with pool.acquire():
        assert (before, connections("in_use"), connections("limit")) == (0, 1, 3)
    await pool.close()


async def test_a_measuring_that_fails_is_tried_again_and_seen_to_be_old() -> None:
    before, tries = sample("measured_timestamp_seconds"), 0

    async def fails_once() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise asyncpg.QueryCanceledError
        if tries == 2:
            assert sample("measured_timestamp_seconds") == before

    task = asyncio.create_task(keep_measuring([fails_once], 0.01))
    await asyncio.sleep(0.2)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert tries > 1
    assert sample("measured_timestamp_seconds") > before
