"""A rebuild beside the running services: stopped, gone on with, switched; no report suffers."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from datetime import date
from functools import partial

import asyncpg

from deploy.embedded.ports import HOST
from tests.support.wait import wait_until
from tests.support.wardbook import Wardbook
from tests.system.recount import assert_tallies_equal_a_recount

PERIOD = (date(2023, 1, 1), date(2024, 12, 31))
CASES = 150

_IS_INDEXED = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)"


async def rebuild(wardbook: Wardbook) -> Process:
    """Start a rebuild with the environment of reporting."""
    ours = {
        "WARDBOOK_KAFKA": wardbook.kafka,
        "WARDBOOK_DATABASE": wardbook.dsn("reporting"),
        "WARDBOOK_HOST": HOST,
        "WARDBOOK_PORT": "1",
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.reporting.rebuild",
        env=os.environ | ours,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def live(wardbook: Wardbook) -> int:
    conn = await asyncpg.connect(wardbook.dsn("reporting"))
    try:
        found: int = await conn.fetchval("SELECT id FROM projections WHERE state = 'live'")
        return found
    finally:
        await conn.close()


async def indexed(wardbook: Wardbook, number: int) -> bool:
    """Say whether evidence of a projection is found by index."""
    conn = await asyncpg.connect(wardbook.dsn("reporting"))
    try:
        name = f"projection_{number}.facts_of_unit"
        return bool(await conn.fetchval(_IS_INDEXED, name))
    finally:
        await conn.close()


async def test_a_rebuild_switches_without_a_report_that_fails_or_goes_back(
    wardbook: Wardbook,
) -> None:
    unit, before = wardbook.new_unit(), await live(wardbook)
    await wait_until(partial(indexed, wardbook, before))
    body = {"unit": unit, "procedure": "registry.marriage", "channel": "post"}
    body |= {"received_on": "2024-03-04"}
    sent = 0

    async def send() -> None:
        nonlocal sent
        for _ in range(CASES):
            await wardbook.told("registry", "/cases", body, recorded_on=date(2024, 3, 4))
            sent += 1

    seen = [0]

    async def look() -> None:
        while True:
            figures = await wardbook.figures(unit, *PERIOD)
            received = figures["registry.applications_received"]
            seen.append(received if isinstance(received, int) else 0)  # nothing told yet

    sending, looking = asyncio.create_task(send()), asyncio.create_task(look())
    stopped = await rebuild(wardbook)
    await asyncio.sleep(1.5)
    if stopped.returncode is None:
        stopped.send_signal(signal.SIGTERM)
    await stopped.communicate()
    going_on = await rebuild(wardbook)
    told, _ = await going_on.communicate()
    assert going_on.returncode == 0, told.decode()
    await sending
    await wardbook.settled()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)

    after = await live(wardbook)
    assert after > before
    assert await indexed(wardbook, after), "the rebuild switched without an index"
    assert seen == sorted(seen), "a report went back"
    assert (await wardbook.figures(unit, *PERIOD))["registry.applications_received"] == CASES
    await assert_tallies_equal_a_recount(wardbook)
