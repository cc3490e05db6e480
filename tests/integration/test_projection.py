"""Projections: built beside the live one, gone on with after a stop, switched to when level."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import TopicPartition

from services.reporting import positions, projection
from services.reporting.app import MIGRATIONS
from services.reporting.projection import Behind, NotBuilt, Projection
from services.reporting.projections.tallies import VERSION
from shared.database import Pool, migrate
from tests.support.servers import open_pool

HERE = TopicPartition("registry.events", 0)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with open_pool(database, 4) as opened:
        await migrate(opened, [MIGRATIONS])
        yield opened


async def folded_to(database: str, one: Projection, offset: int) -> None:
    """Make the tables of a projection and say that it is folded to an offset."""
    tables = await one.open(database, 2)
    await positions.seed(tables, {HERE: offset})
    await tables.close()


async def test_the_first_projection_is_live_from_its_start(pool: Pool) -> None:
    first = await projection.live(pool)

    assert first == await projection.live(pool)
    assert (first.schema, first.group) == ("projection_1", "wardbook-reporting-1")


async def test_a_stopped_build_is_gone_on_with(pool: Pool) -> None:
    live = await projection.live(pool)
    building = await projection.begin(pool)

    assert building == await projection.begin(pool)
    assert live == await projection.live(pool) != building


async def test_workers_that_start_at_once_make_the_tables_once(pool: Pool, database: str) -> None:
    first = await projection.live(pool)

    opened = await asyncio.gather(*(first.open(database, 2) for _ in range(8)))

    assert [await positions.read(one) for one in opened] == [{}] * 8
    for one in opened:
        await one.close()


async def test_a_projection_that_is_behind_does_not_become_live(pool: Pool, database: str) -> None:
    old, new = await projection.live(pool), await projection.begin(pool)
    await folded_to(database, old, 10)
    await folded_to(database, new, 9)

    with pytest.raises(Behind):
        await projection.switch(pool, new)
    assert old == await projection.live(pool)


async def test_a_projection_that_is_level_becomes_live_and_the_old_tables_go_with_the_next(
    pool: Pool, database: str
) -> None:
    old, new = await projection.live(pool), await projection.begin(pool)
    await folded_to(database, old, 10)
    await folded_to(database, new, 10)
    await projection.switch(pool, new)
    await projection.switch(pool, new)

    assert new == await projection.live(pool)
    schema = "SELECT to_regnamespace($1) IS NOT NULL"
    assert await pool.fetchval(schema, old.schema)
    assert await projection.begin(pool) not in {old, new}
    assert not await pool.fetchval(schema, old.schema)
    assert await pool.fetchval(schema, new.schema)


async def test_a_new_version_of_the_fold_has_to_be_built_first(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports of a half-filled projection would look complete."""
    await projection.live(pool)
    monkeypatch.setattr(projection, "VERSION", VERSION + 1)

    with pytest.raises(NotBuilt, match=f"version {VERSION + 1}"):
        await projection.live(pool)
    building = await projection.begin(pool)
    await projection.switch(pool, building)
    assert building == await projection.live(pool)
