"""Figures of a city before and after the reform: added up by us, and by Wardbook.

Each unit of thành phố Hải Dương gets its own number of cases in May 2025, each of its successors
in July. What is expected is counted here, from what was told alone.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shared import units
from tests.support.people import OF_A_WARD, bearing
from tests.support.wardbook import Wardbook

CITY, PROVINCE = "2004-288", "2025-31"
RECEIVED, RATE = "registry.applications_received", "registry.resolved_on_time_share"
ASKED = {"indicator": RECEIVED, "as_of": "2025-12-31"}
BEFORE = {"from": "2025-01-01", "to": "2025-06-30"}
OVER = {"from": "2025-01-01", "to": "2025-12-31"}
FOUR = ("2004-10525", "2004-10514", "2004-10513", "2004-10516")
"""Trần Hưng Đạo, Nhị Châu, Ngọc Châu, Quang Trung: phường Hải Dương since (1669, Điều 1.25)."""


@dataclass(frozen=True, slots=True)
class City:
    """What was told: by unit, how many cases were received, and how many of them settled late."""

    wardbook: Wardbook
    received: Mapping[str, int]
    late: Mapping[str, int]

    async def ask(self, **asked: Any) -> Any:
        """Ask for figures; return the answer's JSON."""
        answer = await self.answer(**asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def answer(self, *headers: Mapping[str, str], **asked: Any) -> Any:
        """Ask for figures."""
        url = f"{self.wardbook.url('reporting')}/figures"
        return await self.wardbook.client.get(url, params=ASKED | asked, headers=dict(*headers))

    async def value(self, unit: str, **asked: Any) -> Mapping[str, Any]:
        """Return the one figure of a unit, or of what is above units."""
        [figure] = (await self.ask(unit=unit, **asked))["figures"]
        assert figure["unit"] == unit
        found: Mapping[str, Any] = figure
        return found


def old_units() -> Sequence[str]:
    return units.under(CITY)


def new_units() -> Sequence[str]:
    heirs = (heir.id for old in old_units() for heir in units.successors(units.unit(old)))
    return list(dict.fromkeys(heirs))


@pytest.fixture(scope="module")
async def city(wardbook: Wardbook) -> City:
    received: dict[str, int] = {}
    late: dict[str, int] = {}
    for day, told in (("2025-05-06", old_units()), ("2025-07-08", new_units())):
        for number, unit in enumerate(told):
            received[unit], late[unit] = 1 + number % 4, number % 2
            for case in range(received[unit]):
                await settle(wardbook, unit, date.fromisoformat(day), is_late=case < late[unit])
    await wardbook.settled()
    return City(wardbook, received, late)


async def settle(wardbook: Wardbook, unit: str, day: date, *, is_late: bool) -> None:
    """Receive a case that is due after two days, and settle it on the next day or a week later."""
    body = {"unit": unit, "procedure": "registry.birth", "channel": "online"}
    body |= {"received_on": str(day), "due_on": str(day.replace(day=day.day + 2))}
    case = await wardbook.told("registry", "/cases", body, recorded_on=day)
    closed = day.replace(day=day.day + (7 if is_late else 1))
    done = {"closed_on": str(closed), "born_on": str(day)}
    path = f"/cases/{case['id']}/resolution"
    await wardbook.told("registry", path, done, recorded_on=closed)


async def test_each_unit_and_the_city_together_come_to_what_was_told(city: City) -> None:
    each = await city.ask(under=CITY, **BEFORE)
    told = {one["unit"]: one["value"] for one in each["figures"]}
    assert told == {unit: city.received[unit] for unit in old_units()}
    together = await city.value(CITY, **BEFORE)
    assert together["value"] == sum(told.values())
    assert (together["lacking"], together["qualifier"]) == (0, None)


async def test_the_country_is_the_units_that_worked_in_the_period(city: City) -> None:
    for days, register in ((BEFORE, "2004"), ({"from": "2025-07-01", "to": "2025-12-31"}, "2025")):
        answer = await city.answer(under="vn", size=1, **days)
        assert answer.json()["units"] == sum(one.startswith(register) for one in units.every())
        assert 'rel="next"' in answer.headers["link"]


async def test_a_ratio_of_the_city_is_worked_out_from_its_parts(city: City) -> None:
    """And is not the mean of the ratios of its units."""
    old = old_units()
    rates = [
        Fraction(100 * (city.received[one] - city.late[one]), city.received[one]) for one in old
    ]
    whole = sum(city.received[one] for one in old)
    on_time = whole - sum(city.late[one] for one in old)

    found = await city.value(CITY, **BEFORE, indicator=RATE)

    assert Decimal(found["value"]) == round(Decimal(100 * on_time) / whole, 2)
    assert abs(Decimal(found["value"]) - Decimal(float(sum(rates) / len(rates)))) > 1


async def test_four_wards_are_phuong_hai_duong_without_loss_or_double_count(city: City) -> None:
    own = await city.value("2025-10525", **OVER, borders="own")
    today = await city.value("2025-10525", **OVER)
    assert own["value"] == city.received["2025-10525"]
    assert today["value"] == own["value"] + sum(city.received[one] for one in FOUR)
    assert today["qualifier"] is None


async def test_the_borders_of_then_and_of_today_add_up_to_the_same(city: City) -> None:
    """A split ward counts in each of its parts, as an estimate; together they are whole."""
    told = sum(city.received.values())
    today = [await city.value(unit, **OVER) for unit in new_units()]
    assert sum(Fraction(str(one["value"])) for one in today) == told
    estimates = {one["unit"] for one in today if one["qualifier"] == "about"}
    split = [old for old in old_units() if len(units.successors(units.unit(old))) > 1]
    assert {heir.id for old in split for heir in units.successors(units.unit(old))} == estimates
    assert (await city.value(PROVINCE, **OVER))["value"] == told
    then = [await city.value(unit, **OVER, borders="then") for unit in old_units()]
    inside = [one for one in new_units() if made_inside(one)]
    at_least = sum(city.received[one] for one in (*old_units(), *inside))
    assert at_least <= sum(Fraction(str(one["value"])) for one in then) <= told


def made_inside(new: str) -> bool:
    """Say whether a unit of 2025 was made of units of the city alone."""
    others = (one for one in units.under("2004-30") if one not in old_units())
    return not any(new in {heir.id for heir in units.successors(units.unit(o))} for o in others)


async def test_what_lacks_is_counted_and_never_taken_for_zero(city: City) -> None:
    province = await city.value("2004-30", **BEFORE)
    assert province["value"] >= sum(city.received[one] for one in old_units())
    assert 0 < province["lacking"] <= len(units.under("2004-30")) - len(old_units())


async def test_the_report_of_the_city_leads_down_to_the_events(city: City) -> None:
    wardbook = city.wardbook
    report = await wardbook.report(CITY, date(2025, 1, 1), date(2025, 6, 30), date(2025, 12, 31))
    assert report["about"]["unit_name"] == "Thành phố Hải Dương"
    assert "cộng từ số liệu của 24 đơn vị" in json.dumps(report["introduction"], ensure_ascii=False)
    assert report["figures"][RECEIVED]["value"] == sum(city.received[one] for one in old_units())
    url = wardbook.url("reporting")
    evidence = (await wardbook.client.get(f"{url}{report['about']['evidence']}{RECEIVED}")).json()
    assert {one["unit"]: one["value"] for one in evidence["addends"]} == {
        unit: city.received[unit] for unit in old_units()
    }
    for addend in evidence["addends"][:3]:
        events = (await wardbook.client.get(f"{url}{addend['evidence']}")).json()
        assert len(events["events"]) == events["amount"] == city.received[addend["unit"]]


async def test_an_answer_is_given_again_only_while_it_holds(city: City) -> None:
    first = await city.answer(under=CITY, **BEFORE)
    etag = {"if-none-match": first.headers["etag"]}
    assert (await city.answer(etag, under=CITY, **BEFORE)).status_code == 304
    assert (await city.answer(etag, under=CITY, **OVER)).status_code == 200
    await settle(city.wardbook, old_units()[0], date(2025, 5, 6), is_late=False)
    await city.wardbook.settled()
    moved = await city.answer(etag, under=CITY, **BEFORE)
    assert moved.status_code == 200
    assert total(moved.json()) == total(first.json()) + 1


@pytest.mark.parametrize(
    ("where", "why"),
    [
        (["channel=online", "channel=online"], "channel is said twice"),
        (["year=$year"], "year has no value $year"),
        (["channel=$x"], "channel has no value $x"),
    ],
)
async def test_a_figure_is_narrowed_once_and_to_values(
    city: City, where: Sequence[str], why: str
) -> None:
    answer = await city.answer(under=CITY, where=where, **BEFORE)
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (422, "not_narrowed_so")
    assert why in answer.text


async def test_a_page_behind_the_last_one_is_empty(city: City) -> None:
    assert (await city.ask(under=CITY, page=10_000, **BEFORE))["figures"] == []


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/reports/term", {"format": "json"}),
        ("/reports/term", {"format": "html"}),
        ("/evidence", {"figure": RECEIVED}),
    ],
)
async def test_a_report_and_its_evidence_are_given_again_only_while_they_hold(
    city: City, path: str, asked: Mapping[str, str]
) -> None:
    client, url = city.wardbook.client, f"{city.wardbook.url('reporting')}{path}"
    params = {"unit": CITY, "as_of": "2025-12-31", **BEFORE, **asked}
    etag = {"if-none-match": (await client.get(url, params=params)).headers["etag"]}
    again = await client.get(url, params=params, headers=etag)
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get(url, params=params | {"to": "2025-05-31"}, headers=etag)
    assert other.status_code == 200
    await settle(city.wardbook, old_units()[0], date(2025, 5, 6), is_late=False)
    await city.wardbook.settled()
    assert (await client.get(url, params=params, headers=etag)).status_code == 200


def total(answer: Mapping[str, Any]) -> int:
    return sum(one["value"] for one in answer["figures"])


async def test_csv_and_sdmx_say_what_json_says(city: City) -> None:
    asked = {"under": CITY, "indicator": [RECEIVED, RATE], "by": "quarter"}
    told = (await city.ask(**BEFORE, **asked))["figures"]
    assert len(told) == 24 * 2 * 2
    as_csv = await city.answer(**BEFORE, **asked, format="csv")
    lines = list(csv.DictReader(io.StringIO(as_csv.text)))
    assert [one["value"] for one in lines] == [
        "" if o["value"] is None else str(o["value"]) for o in told
    ]
    as_sdmx = (await city.answer(**BEFORE, **asked, format="sdmx")).json()["data"]
    [structure] = as_sdmx["structures"]
    dimensions = structure["dimensions"]["observation"]
    found = {}
    for key, observation in as_sdmx["dataSets"][0]["observations"].items():
        places = zip(dimensions, map(int, key.split(":")), strict=True)
        unit, indicator, _, period = (one["values"][at]["id"] for one, at in places)
        found[unit, indicator, period] = observation[0]
    assert found == {
        (one["unit"], one["indicator"], f"{one['from']}/{one['to']}"): one["value"] for one in told
    }


async def test_units_come_page_by_page_with_what_became_of_them(city: City) -> None:
    url, client = f"{city.wardbook.url('reporting')}/units", city.wardbook.client
    first = (await client.get(url, params={"under": CITY, "size": 20})).json()
    second = (await client.get(url, params={"under": CITY, "size": 20, "page": 1})).json()
    listed = [one["id"] for page in (first, second) for one in page["units"]]
    assert (listed, first["total"]) == (list(old_units()), 24)
    [ward] = (await client.get(url, params={"unit": "2004-10525"})).json()["units"]
    assert [one["new"] for one in ward["went_into"]] == ["2025-10525"]
    assert {one["old"] for one in await made_of(city, "2025-10525")} == set(FOUR)
    [land] = [one for one in await made_of(city, "2025-10843") if one["old"] == "2004-10798"]
    assert (land["share"], land["weight"], land["is_estimate"]) == ("land", "0", False)


async def made_of(city: City, unit: str) -> Sequence[Mapping[str, Any]]:
    url = f"{city.wardbook.url('reporting')}/units"
    [found] = (await city.wardbook.client.get(url, params={"unit": unit})).json()["units"]
    edges: Sequence[Mapping[str, Any]] = found["made_of"]
    return edges


async def test_an_open_page_is_told_that_figures_have_moved(city: City) -> None:
    url = f"{city.wardbook.url('reporting')}/moves"
    async with city.wardbook.client.stream("GET", url) as stream:
        lines = stream.aiter_lines()
        before = await event(lines)
        await settle(city.wardbook, new_units()[0], date(2025, 7, 8), is_late=False)
        after = await event(lines)
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert sum(after["registry.events"].values()) > sum(before["registry.events"].values())


async def event(lines: Any) -> Any:
    """Return the positions of the next event of a stream."""
    async for line in lines:
        if line.startswith("data: "):
            return json.loads(line.removeprefix("data: "))["positions"]
    raise AssertionError("the stream ended")


async def test_a_ward_does_not_ask_for_the_city(city: City) -> None:
    answer = await city.answer(bearing(OF_A_WARD), under=CITY, **BEFORE)
    assert answer.status_code == 403
    assert (await city.answer(bearing(OF_A_WARD), unit=CITY, **BEFORE)).status_code == 403


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ({"unit": CITY, "indicator": "no.such"}, "unknown_figure"),
        ({"unit": "2004-999"}, "unknown_unit"),
        ({}, "no_units"),
        ({"unit": CITY, "where": "colour=red"}, "not_narrowed_so"),
        ({"unit": CITY, "to": "2099-01-01"}, "in_the_future"),
        ({"under": "vn", "by": "month", "from": "1990-01-01", "size": 5000}, "too_many_figures"),
    ],
)
async def test_a_wrong_question_is_refused_with_field_and_rule(
    city: City, asked: Mapping[str, str], rule: str
) -> None:
    answer = await city.answer(**{**BEFORE, **asked})
    assert 400 <= answer.status_code < 500
    assert rule in {one["rule"] for one in answer.json()["errors"]}
