"""Records that are no events, events that come twice, and events that come in the wrong order."""

from datetime import date
from uuid import uuid4

import pytest

from tests.support.by_hand import EXTREMES, POISON, case_of, event, put, put_event
from tests.support.wardbook import Wardbook
from tests.system.recount import Told, assert_tallies_equal_a_recount, letter, read_topics

PERIOD = (date(2023, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize("what", POISON)
async def test_what_is_no_event_is_kept_and_stops_nothing(wardbook: Wardbook, what: str) -> None:
    """It is in the dead letters with reason, place and bytes; the event behind it is counted."""
    reason, make = POISON[what]
    unit = wardbook.new_unit()
    value, key = make(unit)
    place = await put(wardbook, value, key)
    wardbook.poison.add(place)
    await put_event(wardbook, event(unit))
    await wardbook.settled()
    kept = await letter(wardbook, place)
    assert kept is not None
    assert (kept["reason"], kept["key"], kept["value"]) == (reason, key, value)
    assert (await wardbook.figures(unit, *PERIOD))["registry.applications_received"] == 1


@pytest.mark.parametrize("what", EXTREMES)
async def test_an_event_with_an_extreme_value_stops_nothing(wardbook: Wardbook, what: str) -> None:
    """Whether it is counted or kept as a dead letter, the event behind it is counted."""
    unit, other = wardbook.new_unit(), wardbook.new_unit()
    value, key = EXTREMES[what](other)
    place = await put(wardbook, value, key)
    wardbook.poison.add(place)
    await put_event(wardbook, event(unit))
    await wardbook.settled()
    if await letter(wardbook, place) is None:
        wardbook.poison.discard(place)
    assert (await wardbook.figures(unit, *PERIOD))["registry.applications_received"] == 1


async def test_an_event_that_comes_twice_counts_once(wardbook: Wardbook) -> None:
    """The bytes of a case's steps, copied from the topic and put there again, change nothing."""
    unit = wardbook.new_unit()
    body = {"unit": unit, "procedure": "registry.marriage", "channel": "post"}
    body |= {"received_on": "2024-03-04"}
    case = await wardbook.told("registry", "/cases", body, recorded_on=date(2024, 3, 4))
    closing = {"closed_on": "2024-03-05"}
    path = f"/cases/{case['id']}/resolution"
    await wardbook.told("registry", path, closing, recorded_on=date(2024, 3, 5))
    await wardbook.settled()
    before = await wardbook.figures(unit, *PERIOD)
    mine = [one for one in await read_topics(wardbook.kafka) if _is_about(one, case["id"])]
    assert len(mine) == 2
    for one in [*mine, *reversed(mine)]:
        await put(wardbook, one.value, one.key)
    await wardbook.settled()
    assert await wardbook.figures(unit, *PERIOD) == before
    assert before["registry.marriages_registered"] == 1
    await assert_tallies_equal_a_recount(wardbook)


async def test_an_older_version_never_overwrites_a_newer_one(wardbook: Wardbook) -> None:
    """Versions that arrive backwards are put into their places by their numbers."""
    unit, moved_to = wardbook.new_unit(), wardbook.new_unit()
    subject = str(uuid4())
    first = event(unit, subject, 1)
    second = event(unit, subject, 2) | {"type": "case.withdrawn"}
    case_of(second).update(status="withdrawn", closed_on="2024-03-04")
    third = event(moved_to, subject, 3) | {"type": "case.corrected"}
    case_of(third).update(status="withdrawn", closed_on="2024-03-04")
    third["data"] |= {"corrects": second["id"], "changed": ["unit"]}
    for told in (third, first, second):
        await put_event(wardbook, told)
        await wardbook.settled()
    here, there = [await wardbook.figures(u, *PERIOD) for u in (unit, moved_to)]
    keys = ("registry.applications_received", "registry.applications_withdrawn")
    assert [here[key] for key in keys] == [0, 0]
    assert [there[key] for key in keys] == [1, 1]
    await assert_tallies_equal_a_recount(wardbook)


def _is_about(told: Told, case_id: str) -> bool:
    return told.key == case_id.encode()
