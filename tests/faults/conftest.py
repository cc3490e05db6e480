"""The world in which faults strike, of their own: they kill its servers too."""

from collections.abc import AsyncIterator

import pytest

from tests.faults.scripts import FAULTS, SHORT
from tests.faults.world import World, running_world


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have each fault be a test."""
    if "fault" in metafunc.fixturenames:
        metafunc.parametrize("fault", FAULTS if metafunc.config.getoption("rounds") else SHORT)


@pytest.fixture(scope="module")
async def world(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> AsyncIterator[World]:
    """Run a Wardbook which the faults strike one after the other."""
    long = bool(pytestconfig.getoption("rounds"))
    async with running_world(tmp_path_factory.mktemp("faults"), long=long) as running:
        yield running
