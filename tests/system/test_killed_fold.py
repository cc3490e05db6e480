"""The fold is killed, joined and left while events flow; its tables stay those of a recount."""

import asyncio
import random
from datetime import date

from tests.support.wardbook import Wardbook
from tests.system.clerks import expected_figures, tell_many
from tests.system.recount import assert_tallies_equal_a_recount

PERIOD = (date(2023, 1, 1), date(2024, 12, 31))


async def test_a_fold_that_is_killed_again_and_again_counts_everything_once(
    wardbook: Wardbook,
) -> None:
    """Reporting is killed at random moments of a load; report and tallies do not show it."""
    units = (wardbook.new_unit(), wardbook.new_unit())
    rng = random.Random(42)
    load = asyncio.create_task(tell_many(wardbook, units, seed=7, cases=350, visits=20))
    for _ in range(3):
        await asyncio.sleep(rng.uniform(0.1, 1.2))
        await wardbook.kill("reporting")
        await wardbook.start("reporting")
    stories = await load
    await wardbook.settled()
    await assert_tallies_equal_a_recount(wardbook)
    for unit in units:
        figures = await wardbook.figures(unit, *PERIOD)
        wanted = expected_figures(stories, unit, *PERIOD, date.max)
        assert {key: figures[key] for key in wanted} == wanted
    for form in ("json", "html", "docx", "pdf", "xlsx"):
        first, second = [await wardbook.rendered(units[0], *PERIOD, form=form) for _ in range(2)]
        assert first.status_code == 200, form
        assert first.content == second.content, form


async def test_two_workers_share_the_fold_and_one_may_be_killed(wardbook: Wardbook) -> None:
    """A second process joins the group, is killed and comes back: still each event counts once."""
    units = (wardbook.new_unit(), wardbook.new_unit())
    load = asyncio.create_task(tell_many(wardbook, units, seed=11, cases=500))
    await asyncio.sleep(0.3)
    await wardbook.start_another("reporting-2", "reporting")
    try:
        await asyncio.sleep(0.5)
        await wardbook.kill("reporting-2")
        await wardbook.start("reporting-2")
        stories = await load
        await wardbook.settled()
        more = await tell_many(wardbook, units, seed=12, cases=60)
        await wardbook.settled()
    finally:
        await wardbook.stop("reporting-2")
    await assert_tallies_equal_a_recount(wardbook)
    for unit in units:
        figures = await wardbook.figures(unit, *PERIOD)
        wanted = expected_figures([*stories, *more], unit, *PERIOD, date.max)
        assert {key: figures[key] for key in wanted} == wanted


async def test_the_figures_do_not_hang_on_the_borders_of_batches(wardbook: Wardbook) -> None:
    """A case cancelled on its own day tells the same, seen in one batch or in two."""
    apart, together = wardbook.new_unit(), wardbook.new_unit()
    day = date(2024, 3, 4)

    async def mistake(unit: str, *, wait: bool) -> None:
        body = {"unit": unit, "procedure": "registry.marriage", "channel": "online"}
        body |= {"received_on": str(day), "due_on": str(day)}
        case = await wardbook.told("registry", "/cases", body, recorded_on=day)
        if wait:
            await wardbook.settled()
        cancel = f"/cases/{case['id']}/cancellation"
        await wardbook.told("registry", cancel, {"reason": "Nhầm"}, recorded_on=day)

    await mistake(apart, wait=True)
    await wardbook.settled()
    await wardbook.stop("reporting")
    await mistake(together, wait=False)
    await wardbook.start("reporting")
    await wardbook.settled()
    assert await wardbook.figures(apart, *PERIOD) == await wardbook.figures(together, *PERIOD)
