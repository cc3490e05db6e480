"""Petitions and mediations over HTTP on a real PostgreSQL: each step is there at the next."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from services.petitions.model import PETITIONS
from shared.casework.api import case_routes
from shared.department import Routes
from tests.support.office import Office, a_database_of_offices, an_office

NOW = datetime(2023, 11, 30, 3, tzinfo=UTC)
ROUTES: Sequence[Routes] = [lambda desk, pool: case_routes(PETITIONS, desk, pool)]
TYPES = "SELECT convert_from(value, 'UTF8') FROM outbox ORDER BY position"


@pytest.fixture
async def office(database: str) -> AsyncIterator[Office]:
    async with (
        a_database_of_offices(database) as pool,
        an_office(pool, now=NOW, routes=ROUTES) as opened,
    ):
        yield opened


async def received(office: Office, procedure: str) -> str:
    body = {"unit": "10525", "procedure": f"petitions.{procedure}", "channel": "in_person"}
    answer = await office.post(body | {"received_on": "2023-11-01"})
    case: str = answer.json()["id"]
    return case


async def step(office: Office, case: str, name: str, **body: Any) -> dict[str, Any]:
    answer = await office.post(body, path=f"/cases/{case}/{name}")
    told: dict[str, Any] = answer.json()
    return told


async def rules(office: Office, case: str) -> list[str]:
    """Return what `why` says, in Vietnamese, of which the tests name a few words."""
    answer = await office.client.get(f"/cases/{case}/why", headers={"accept-language": "vi"})
    return [f"{one['day']} {one['text']}" for one in answer.json()["steps"]]


async def test_a_complaint_is_passed_on_reopened_accepted_and_answered(office: Office) -> None:
    case = await received(office, "complaint")
    passed = await step(
        office, case, "sorting", decision="passed_on", passed_to="police", sorted_on="2023-11-10"
    )
    assert (passed["status"], passed["sorting"]) == ("refused", "passed_on")

    reopened = await step(office, case, "reopening", reason="Bị trả lại", reopened_on="2023-11-20")
    assert (reopened["status"], reopened["sorting"], reopened["due_on"]) == (
        "open",
        None,
        "2023-12-11",
    )
    accepted = await step(office, case, "sorting", decision="accepted", sorted_on="2023-11-22")
    assert (accepted["sorting"], accepted["due_on"]) == ("accepted", "2023-12-22")
    assert (await step(office, case, "sorting", decision="filed"))["errors"][0]["rule"] == (
        "sorted_already"
    )
    told = await rules(office, case)
    assert [one for one in told if "Thụ lý" in one] == [
        "2023-11-22 Thụ lý ngày 22/11/2023: thời hạn giải quyết tính từ ngày này"
    ]
    assert any("mở lại ngày 20/11/2023" in one for one in told)
    assert any("đúng hạn (hạn 23/11/2023" in one for one in told)

    answered = await step(office, case, "resolution")
    assert (answered["status"], answered["closed_on"]) == ("resolved", "2023-11-30")
    events = [json.loads(row[0]) for row in await office.pool.fetch(TYPES)]
    assert [one["type"] for one in events] == [
        "case.received",
        "petitions.petition.sorted",
        "case.reopened",
        "petitions.petition.sorted",
        "petitions.petition.answered",
    ]
    assert events[1]["data"]["passed_to"] == "police"
    assert "Bị trả lại" not in json.dumps(events, ensure_ascii=False)


async def test_a_mediation_ends_as_its_last_session_did(office: Office) -> None:
    case = await received(office, "grassroots_mediation")
    for day, result in (("2023-11-10", "postponed"), ("2023-11-17", "not_reconciled")):
        held = await step(office, case, "sessions", held_on=day, result=result, team="residents_2")
        assert held["status"] == "open"
    early = await step(office, case, "resolution", closed_on="2023-11-16")
    assert early["errors"][0]["rule"] == "before_step"

    ended = await step(office, case, "resolution")
    assert (ended["status"], ended["outcome"]) == ("resolved", "not_reconciled")
