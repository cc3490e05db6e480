"""A department is killed while clerks send; they repeat under the same keys."""

import asyncio
from collections import Counter
from datetime import date

import asyncpg

from tests.support.wardbook import Wardbook
from tests.system.clerks import Story, expected_figures, tell_many
from tests.system.recount import assert_tallies_equal_a_recount

PERIOD = (date(2023, 1, 1), date(2024, 12, 31))


async def test_nothing_is_lost_and_nothing_is_done_twice_when_a_department_is_killed(
    wardbook: Wardbook,
) -> None:
    """Every answered command is one version: in the database, on the topic, in the report."""
    units = (wardbook.new_unit(), wardbook.new_unit())
    load = asyncio.create_task(
        tell_many(wardbook, units, seed=23, cases=300, departments=("registry",))
    )
    for pause in (0.4, 0.7):
        await asyncio.sleep(pause)
        await wardbook.kill("registry")
        await wardbook.start("registry")
    assert not load.done(), "the load ended before the last kill"
    stories = await load
    await wardbook.settled()
    book = await assert_tallies_equal_a_recount(wardbook)
    for story in stories:
        assert sorted(book.subjects[story.id]) == list(range(1, len(story.versions) + 1))
    await _assert_cases_stand_as_told(wardbook, stories)
    for unit in units:
        figures = await wardbook.figures(unit, *PERIOD)
        wanted = expected_figures(stories, unit, *PERIOD, date.max)
        told = {key: value for key, value in wanted.items() if key.startswith("registry.")}
        assert {key: figures[key] for key in told} == told


async def _assert_cases_stand_as_told(wardbook: Wardbook, stories: list[Story]) -> None:
    told = Counter(state["unit"] for story in stories for state in [story.state])
    conn = await asyncpg.connect(wardbook.dsn("registry"))
    try:
        rows = await conn.fetch(
            "SELECT id, sequence, unit, status FROM cases WHERE unit = ANY($1)", sorted(told)
        )
    finally:
        await conn.close()
    assert {str(r["id"]): (r["sequence"], r["unit"], r["status"]) for r in rows} == {
        story.id: (len(story.versions), story.state["unit"], story.state["status"])
        for story in stories
    }
