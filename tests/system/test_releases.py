"""A release is begun beside the one before it, on the same databases and topics."""

import asyncio
import itertools
import tarfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.reporting import projection
from shared.topics import create_topics
from tests.support.servers import open_pool, running_kafka
from tests.support.wardbook import SERVICES, Process, Wardbook, running_wardbook
from tests.system.clerks import Story, expected_figures, tell_many
from tests.system.recount import assert_tallies_equal_a_recount
from tests.system.test_rebuild import rebuild

PREVIOUS = Path(__file__).parents[1] / "releases" / "previous.tar.xz"
"""`shared` and `services` of the release before this one (CONTRIBUTING.md)."""

PERIOD = (date(2023, 1, 1), date(2024, 12, 31))


@pytest.fixture
async def previous(postgres: str, tmp_path: Path) -> AsyncIterator[Wardbook]:
    """The five services of the release before this one."""
    with tarfile.open(PREVIOUS) as archive:
        archive.extractall(tmp_path / "previous", filter="data")
    async with running_kafka(tmp_path) as kafka:
        await create_topics(kafka.bootstrap)
        async with running_wardbook(
            kafka.bootstrap, postgres, tmp_path, code=tmp_path / "previous"
        ) as running:
            yield running


class InTurns(dict[str, Process]):
    """Processes by name: of each service now the one of a release is given, now of the other."""

    def __init__(self, *releases: dict[str, Process]) -> None:
        super().__init__(releases[0])
        self._turns = {name: itertools.cycle([one[name] for one in releases]) for name in SERVICES}

    def __getitem__(self, name: str) -> Process:
        return next(self._turns[name])


async def test_two_releases_work_side_by_side_and_count_the_same(previous: Wardbook) -> None:
    """Steps of one case are taken in both, both fold; then the old one ends and nothing is lost."""
    units = (previous.new_unit(), previous.new_unit())
    stories = await tell_many(previous, units, seed=1, cases=20, visits=5)
    if not await live_of_this_version(previous):  # the fold counts in another way (decision 0011)
        building = await rebuild(previous)
        said, _ = await building.communicate()
        assert building.returncode == 0, said.decode()
    async with asyncio.TaskGroup() as group:
        for name in SERVICES:
            group.create_task(previous.start_another(f"{name}, new", name))
    new = {name: previous.processes[f"{name}, new"] for name in SERVICES}
    present = replace(previous, processes=new)
    both = replace(previous, processes=InTurns(previous.processes, new))
    stories += await tell_many(both, units, seed=2, cases=60, visits=5)
    await present.settled()
    for side in (previous, present):
        await assert_told(side, stories, units)
    for name in SERVICES:
        await previous.stop(name)
    stories += await tell_many(present, units, seed=3, cases=20, visits=5)
    await present.settled()
    await assert_tallies_equal_a_recount(present)
    await assert_told(present, stories, units)


async def live_of_this_version(wardbook: Wardbook) -> bool:
    """Say whether the release before this one folds into tables that this one folds into."""
    async with open_pool(wardbook.dsn("reporting"), 2) as pool:
        try:
            await projection.find_live(pool)
        except projection.NotBuilt:
            return False
    return True


async def assert_told(side: Wardbook, stories: Sequence[Story], units: Sequence[str]) -> None:
    """Hold the reports of a release against what was told to both."""
    for unit in units:
        figures = await side.figures(unit, *PERIOD)
        wanted = expected_figures(stories, unit, *PERIOD, date.max)
        assert {key: figures[key] for key in wanted} == wanted
