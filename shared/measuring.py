"""Counts at times what is too costly to count at each scrape."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import structlog

from shared.clock import Clock
from shared.database import Pool
from shared.metrics import CLOCK_OFFSET, MEASURED_AT

_NOW = "SELECT clock_timestamp()"

log = structlog.get_logger()


async def measure_clock(pool: Pool, clock: Clock) -> None:
    """Set the metric of a clock that is off, against the clock of the database server.

    The server looked at its own between two looks at ours: wrong by half of that time at most.
    """
    before = clock()
    there = await pool.fetchval(_NOW)
    CLOCK_OFFSET.set(((before - there) + (clock() - there)).total_seconds() / 2)


async def keep_measuring(measures: Sequence[Callable[[], Awaitable[None]]], seconds: float) -> None:
    """Measure every so often until cancelled, one thing after the other.

    A database that does not answer, or not in time, stops nothing: the time of the last measuring
    tells, and an alert is on it.
    """
    while True:
        try:
            for measure in measures:
                await measure()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("what metrics tell of the database was not counted", error=repr(error))
        else:
            MEASURED_AT.set_to_current_time()
        await asyncio.sleep(seconds)
