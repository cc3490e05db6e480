"""Every HTTP interface under schemathesis: from its OpenAPI document to what nobody would send.

No answer is a failure of the service; each has the status, media type and form that are described;
a refusal is a problem document and changes nothing (fuzzing_checks.py). Schemathesis runs in
processes of its own, for it changes hypothesis under the tests that use it.

Its name makes it the last of its folder: it fills the sample ward with nonsense, which the others
count.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from services.reporting.store import join_parts
from tests.support.people import MIGRATION, OF_A_WARD, token_of
from tests.support.tables import live_tables
from tests.support.wardbook import DEPARTMENTS, Wardbook
from tests.system.recount import assert_tallies_equal_a_recount

HERE = Path(__file__).parent
SECONDS = 540


async def test_nothing_that_is_sent_makes_a_department_fail_or_change_what_it_refuses(
    wardbook: Wardbook, tmp_path: Path
) -> None:
    """All four at the same time: each has a database of its own."""
    await asyncio.gather(
        *(fuzz(wardbook, name, token_of(MIGRATION), tmp_path) for name in DEPARTMENTS)
    )


async def test_what_departments_took_in_while_fuzzed_is_folded(wardbook: Wardbook) -> None:
    """What a department accepts is an event that reporting reads and counts, however odd it is."""
    await wardbook.settled()
    await assert_tallies_equal_a_recount(wardbook)


async def test_nothing_that_is_sent_makes_reporting_fail_or_change_what_it_refuses(
    wardbook: Wardbook, tmp_path: Path
) -> None:
    """While nothing is folded or joined, so that whatever changes is due to what was sent."""
    await wardbook.settled()
    async with live_tables(wardbook.dsn("reporting")) as tables:
        while await join_parts(tables):
            pass
    await fuzz(wardbook, "reporting", token_of(OF_A_WARD), tmp_path)


async def fuzz(wardbook: Wardbook, service: str, token: str, folder: Path) -> None:
    """Run schemathesis against a service; it must find nothing, and have looked everywhere."""
    report = folder / f"{service}.json"
    document = (await wardbook.client.get(f"{wardbook.url(service)}/openapi.json")).json()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli"),
        *("--config-file", str(HERE / "schemathesis.toml")),
        *("run", f"{wardbook.url(service)}/openapi.json"),
        *("--header", f"Authorization: Bearer {token}"),
        *("--report-json-path", str(report)),
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": str(HERE / "fuzzing_checks.py"),
            "FUZZED_DATABASE": wardbook.dsn(service),
        },
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert process.returncode == 0, said.decode()
    told = json.loads(report.read_bytes())
    operations = sum(len(path) for path in document["paths"].values())
    assert (told["complete"], told["operations"]["tested"]) == (True, operations)
    assert told["test_cases"]["generated"] > 20 * operations
