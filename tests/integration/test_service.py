"""The exit code of a service, which is what a restart policy goes by."""

import asyncio
import sys

import pytest

from tests.support.servers import free_ports


@pytest.mark.parametrize("also", [(), ("stopped",)], ids=["failed", "failed and asked to stop"])
async def test_a_service_that_failed_says_so(also: tuple[str, ...]) -> None:
    """Also where SIGTERM comes while it ends."""
    service = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.failing_service", str(free_ports()), *also),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await asyncio.wait_for(service.wait(), 60) == 1
