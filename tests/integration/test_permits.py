"""Building and land over HTTP on a real PostgreSQL: what one case says of another, and in order."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.permits.app import ROUTES
from tests.support.office import Office, a_database_of_offices, an_office

NOW = datetime(2023, 11, 30, 3, tzinfo=UTC)
EVENTS = "SELECT convert_from(value, 'UTF8') FROM outbox ORDER BY position"


@pytest.fixture
async def offices(database: str) -> AsyncIterator[list[Office]]:
    async with (
        a_database_of_offices(database) as pool,
        an_office(pool, now=NOW, routes=ROUTES) as one,
        an_office(pool, now=NOW, routes=ROUTES) as other,
    ):
        yield [one, other]


async def received(office: Office, procedure: str, unit: str = "10525") -> str:
    body = {"unit": unit, "procedure": f"permits.{procedure}", "channel": "in_person"}
    answer = await office.post(body | {"received_on": "2023-11-01"})
    case: str = answer.json()["id"]
    return case


async def step(office: Office, case: str, name: str, **body: Any) -> httpx.Response:
    return await office.post(body, path=f"/cases/{case}/{name}")


def rule(answer: httpx.Response) -> str | None:
    return None if answer.is_success else answer.json()["errors"][0]["rule"]


async def test_a_start_is_noted_once_its_permit_is_granted(offices: list[Office]) -> None:
    office = offices[0]
    permit, other = (
        await received(office, "construction_permit"),
        await received(office, "land_file"),
    )
    notice = await received(office, "construction_start")

    said = [await step(office, notice, "resolution", permit=one) for one in (permit, other)]
    said += [await step(office, notice, "resolution", permit=str(UUID(int=9)))]
    await step(office, permit, "resolution", closed_on="2023-11-20")
    early = {"permit": permit, "starts_on": "2023-11-19"}
    said += [await step(office, notice, "resolution", **early)]
    said += [await step(office, notice, "resolution", permit=permit, starts_on="2023-12-02")]

    assert [rule(one) for one in said] == [
        "permit_not_granted",
        "unknown_permit",
        "unknown_permit",
        "before_grant",
        None,
    ]
    kept = await office.pool.fetchval("SELECT particulars::text FROM cases WHERE id = $1", notice)
    assert json.loads(kept) == {"permit": permit, "starts_on": "2023-12-02"}
    events = [row[0] for row in await office.pool.fetch(EVENTS)]
    assert permit not in events[-1]


async def test_of_a_notice_and_the_cancellation_of_its_permit_one_comes_first(
    offices: list[Office],
) -> None:
    """Two clerks, each at a process of their own, and again at one: neither waits for ever."""
    for clerks in ((0, 1), (1, 0), (0, 0)):
        permit = await received(offices[0], "construction_permit")
        notice = await received(offices[0], "construction_start")
        await step(offices[0], permit, "resolution")
        cancelled, noted = await asyncio.gather(
            step(offices[clerks[0]], permit, "cancellation", reason="Nhập nhầm"),
            step(offices[clerks[1]], notice, "resolution", permit=permit),
        )
        assert (rule(cancelled), rule(noted) in {None, "permit_cancelled"}) == (None, True)


async def test_a_land_file_goes_to_the_city_and_comes_back(offices: list[Office]) -> None:
    office = offices[0]
    case = await received(office, "land_transfer")
    said = [
        await step(office, case, "forwarding", forwarded_on="2023-11-06"),
        await step(office, case, "forwarding", forwarded_on="2023-11-07"),
        await step(office, case, "pause", reason="Thiếu giấy tờ"),
        await step(office, case, "resolution"),
        await step(office, case, "return", back_on="2023-11-14"),
        await step(office, case, "return"),
        await step(office, case, "resolution", closed_on="2023-11-13"),
    ]
    why = (await office.client.get(f"/cases/{case}/why")).json()
    said.append(await step(office, case, "resolution", closed_on="2023-11-15"))

    assert [rule(one) for one in said] == [
        None,
        *("case_away", "case_away", "case_away", None, "not_forwarded", "before_step"),
        None,
    ]
    assert why["due_on"] == "2023-11-15"
    assert any("Back on 14 November 2023" in one["text"] for one in why["steps"])
    assert said[-1].json()["due_on"] == "2023-11-15"


async def test_a_site_is_inspected_and_a_violation_fined(offices: list[Office]) -> None:
    office = offices[0]
    case = await received(office, "repair_application")
    body = {"unit": "10525", "finding": "violation", "case": case, "inspected_on": "2023-11-10"}
    inspected = await office.post(body, path="/inspections", key="k1")
    path = f"/inspections/{inspected.json()['id']}"
    said = [
        await office.post(body, path="/inspections", key="k1"),
        await office.post({"fine": 5_000_000}, path=f"{path}/fine"),
        await office.post({"minutes_on": "2023-11-10"}, path=f"{path}/minutes"),
        await office.post({"fine": 5_000_000}, path=f"{path}/fine"),
        await office.post({"inspected_on": "2023-10-31", "reason": "-"}, path=f"{path}/correction"),
        await office.post({"cancelled": True, "reason": "-"}, path=f"{path}/correction"),
        await office.post({"fine": 1}, path=f"/inspections/{UUID(int=9)}/fine"),
    ]

    assert said[0].text == inspected.text
    assert [rule(one) for one in said] == [
        *(None, "no_minutes", None, None, "before_received", None),
        "unknown_inspection",
    ]
    assert said[3].json()["inspection"] | {"id": None} == {
        "id": None,
        "unit": "2004-10525",
        "inspected_on": "2023-11-10",
        "finding": "violation",
        "of_case": case,
        "minutes_on": "2023-11-10",
        "fine": 5_000_000,
        "fined_on": "2023-11-30",
        "cancelled": False,
    }
    history = (await office.client.get(f"{path}/history")).json()
    told = [json.loads(row[0])["type"] for row in await office.pool.fetch(EVENTS)]
    assert [one["type"] for one in history["steps"]] == told[1:]
    assert told[1:] == [
        *("permits.inspection.recorded", "permits.inspection.minuted"),
        *("permits.inspection.fined", "permits.inspection.corrected"),
    ]
