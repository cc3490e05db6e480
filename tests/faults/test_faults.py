"""Under every fault: nothing is lost, nothing is there twice, the report is what a recount says."""

import random
import time

import pytest

from tests.faults.judgement import assert_all_is_right
from tests.faults.scripts import FAULTS
from tests.faults.world import World


async def test_nothing_lost_and_nothing_twice(
    world: World, fault: str, pytestconfig: pytest.Config
) -> None:
    """While clerks work a fault strikes; when it is over, the topics' bytes are counted anew."""
    if world.left_wrong:
        pytest.skip("an earlier fault left the world wrong")
    world.left_wrong = True
    seed = pytestconfig.getoption("seed")
    for number in range(pytestconfig.getoption("rounds") or 1):
        print(f"\n{fault}, round {number + 1}, --seed {seed}", flush=True)
        began = time.monotonic()
        drawn = f"{seed}/{fault}/{number}"
        world.new_units()
        before = len(world.stories)
        async with world.clerks_at_work(random.Random(f"{drawn}/clerks")):
            await FAULTS[fault](world, random.Random(f"{drawn}/fault"))
        await world.settle()
        book = await assert_all_is_right(world)
        told = sum(len(story.versions) for story in world.stories[before:])
        places = [len(one) for one in book.places.values()]
        world.say(
            f"right after {time.monotonic() - began:.0f} s: {told} commands answered; on the topics"
            f" {len(places)} events, {sum(places) - len(places)} of them again, and"
            f" {len(world.wardbook.poison)} that are none"
        )
    world.left_wrong = False
