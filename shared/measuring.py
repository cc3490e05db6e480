"""Counts at times what is too costly to count at each scrape."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import structlog

from shared.metrics import MEASURED_AT

log = structlog.get_logger()


async def keep_measuring(measure: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Measure every so often until cancelled.

    A database that does not answer, or not in time, stops nothing: the time of the last measuring
    tells, and an alert is on it.
    """
    while True:
        try:
            await measure()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("what metrics tell of the database was not counted", error=repr(error))
        else:
            MEASURED_AT.set_to_current_time()
        await asyncio.sleep(seconds)
