"""Every interface of the five services, by everybody who is not to use it.

The list is that of access.toml, held against what the services say of themselves: an interface
that is added is walked, too.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from shared.access import Access
from shared.people import OF_DEPARTMENTS
from shared.ways import heirs
from tests.support.forged import FORGERIES
from tests.support.people import OF_A_WARD, OF_ANOTHER_WARD, ROLES, SIGNER, bearing
from tests.support.wardbook import SERVICES, Wardbook

CONSOLE = {"/", "/login", "/login/return", "/logout"}
"""Pages of reporting where there is a console (tests/integration/test_signing_in.py)."""

OF_A_FORM = {"id": "01890000-0000-7000-8000-000000000000", "as_of": "2024-12-31"}
WHY = {"purpose": "Trả lời đơn của người nộp"}
DAYS = {"from": "2024-01-01", "to": "2024-12-31"}
REASON = {"reason": "Nhập nhầm"}
DAY = "2024-03-01"
FIGURES = {"figures": [{"indicator": "budget.revenue_actual", "amount": 1}]}
BUDGET = {"form": "budget", "period_start": "2024-01-01", "period_end": "2024-12-31"}
CHANGE = {"sequence": 2, "official": "Phạm Thị Em", **REASON}
BIRTH = {
    "kind": "birth",
    "child": {"name": "Trần Văn Mới", "born_on": "2024-02-20", "sex": "male"},
    "birthplace": "Bệnh viện tỉnh",
    "father_unknown": True,
    "mother": {"name": "Lê Thị Cúc", "number": "030192000002", "born_on": "1992-05-09"},
}


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface of a service, with the roles that may use it."""

    service: str
    method: str
    address: str
    roles: frozenset[str]


def interfaces() -> Iterator[Interface]:
    for service in SERVICES:
        for (method, address), rule in Access.of(service).rules.items():
            if address not in CONSOLE and not rule.is_open:
                yield Interface(service, method, address, frozenset(rule.roles))


INTERFACES = list(interfaces())


@pytest.fixture(scope="module")
async def stranger() -> AsyncIterator[httpx.AsyncClient]:
    """A client that bears nothing by itself."""
    async with httpx.AsyncClient(timeout=30) as client:
        yield client


@dataclass(frozen=True, slots=True)
class Caller:
    """Asks services with what somebody bears."""

    wardbook: Wardbook
    client: httpx.AsyncClient

    async def ask(self, one: Interface, headers: Mapping[str, str]) -> httpx.Response:
        """Ask without a body, of an id that there is not: who may not use it is not told so."""
        path = one.address.format(id="00000000-0000-7000-8000-000000000000", form="x")
        url = self.wardbook.url(one.service) + path
        return await self.client.request(one.method, url, headers=headers)


@pytest.fixture(scope="module")
def caller(wardbook: Wardbook, stranger: httpx.AsyncClient) -> Caller:
    return Caller(wardbook, stranger)


async def test_what_the_services_offer_is_what_is_listed(wardbook: Wardbook) -> None:
    """Nothing is offered without its roles, and nothing is listed that there is not."""
    for service in SERVICES:
        document = (await wardbook.client.get(f"{wardbook.url(service)}/openapi.json")).json()
        offered = {
            (method.upper(), address): (operation["security"], operation.get("x-roles", []))
            for address, operations in document["paths"].items()
            for method, operation in operations.items()
        }
        listed: dict[tuple[str, str], tuple[list[Any], list[str]]] = {
            key: ([], []) if rule.is_open else ([{"token": []}], sorted(rule.roles))
            for key, rule in Access.of(service).rules.items()
            if key[1] not in CONSOLE | {"/openapi.json"}
        }
        assert offered == listed


async def test_strangers_get_in_nowhere(caller: Caller) -> None:
    """Without a token, or with one that somebody forged."""
    sent = {"nothing": dict[str, str]()}
    for forgery in FORGERIES:
        forged = forgery(SIGNER, OF_A_WARD)
        sent[forgery.__name__] = {"authorization": f"Bearer {forged}"}
    for one in INTERFACES:
        for what, headers in sent.items():
            answer = await caller.ask(one, headers)
            assert answer.status_code in {401, 429}, (one, what, answer.text)


async def test_nobody_uses_what_is_of_another_role(caller: Caller) -> None:
    for one in INTERFACES:
        others = [role for role in ROLES if role not in one.roles]
        assert others
        for role in others:
            answer = await caller.ask(one, bearing(role))
            told = answer.status_code, answer.json()["type"]
            assert told == (403, "urn:wardbook:problem:role_needed"), (one, role)


async def test_nobody_uses_what_is_of_another_department(caller: Caller) -> None:
    of_departments = [
        one for one in INTERFACES if one.roles <= OF_DEPARTMENTS and one.service != "reporting"
    ]
    assert len(of_departments) > 60
    for one in of_departments:
        elsewhere = "of permits" if one.service != "permits" else "of returns"
        answer = await caller.ask(one, bearing(elsewhere))
        told = answer.status_code, answer.json()["type"]
        assert told == (403, "urn:wardbook:problem:department_needed"), one


@dataclass(frozen=True, slots=True)
class Act:
    """What is sent to an interface about something of a ward; `{unit}` stands for its code.

    A `form` is what a page of the console sends.
    """

    body: Mapping[str, Any] | None = None
    asked: Mapping[str, str] | None = None
    of: str = "case"
    form: Mapping[str, str] | None = None


OF_UNIT = {"unit": "{unit}"}
ON_CASES: Mapping[str, Act] = {
    "GET /cases": Act(asked=OF_UNIT),
    "GET /cases/{id}": Act(),
    "GET /cases/{id}/why": Act(),
    "GET /cases/{id}/history": Act(asked=WHY),
    "GET /cases/{id}/particulars": Act(asked=WHY),
    "POST /cases/{id}/resolution": Act({}),
    "POST /cases/{id}/refusal": Act(REASON),
    "POST /cases/{id}/withdrawal": Act({}),
    "POST /cases/{id}/pause": Act(REASON),
    "POST /cases/{id}/resumption": Act({}),
    "POST /cases/{id}/extension": Act({"days": 1, **REASON}),
    "POST /cases/{id}/reappointment": Act({"appointment_on": "2024-04-01", **REASON}),
    "POST /cases/{id}/correction": Act({"channel": "in_person", **REASON}),
    "POST /cases/{id}/cancellation": Act(REASON),
}
ACTS: Mapping[str, Mapping[str, Act]] = {
    "registry": {
        **ON_CASES,
        "POST /cases": Act(
            OF_UNIT | {"procedure": "registry.birth", "channel": "online", "received_on": DAY}
        ),
        "GET /entries/{id}": Act(asked=WHY, of="entry"),
        "POST /entries/{id}/correction": Act({**CHANGE, "entry": BIRTH}, of="entry"),
        "POST /entries/{id}/cancellation": Act(CHANGE, of="entry"),
        "POST /entries/{id}/ending": Act(
            {**CHANGE, "ending": "divorce", "ended_on": DAY}, of="entry"
        ),
    },
    "permits": {
        **ON_CASES,
        "POST /cases": Act(
            OF_UNIT | {"procedure": "permits.land_file", "channel": "online", "received_on": DAY}
        ),
        "POST /cases/{id}/forwarding": Act({}),
        "POST /cases/{id}/return": Act({}),
        "POST /cases/{id}/reopening": Act(REASON),
        "POST /inspections": Act(OF_UNIT | {"finding": "violation", "inspected_on": DAY}),
        "POST /inspections/{id}/minutes": Act({}, of="inspection"),
        "POST /inspections/{id}/fine": Act({"fine": 1_000_000}, of="inspection"),
        "POST /inspections/{id}/correction": Act({"cancelled": True, **REASON}, of="inspection"),
        "GET /inspections/{id}/history": Act(of="inspection"),
    },
    "petitions": {
        **ON_CASES,
        "POST /cases": Act(
            OF_UNIT | {"procedure": "petitions.complaint", "channel": "online", "received_on": DAY}
        ),
        "POST /cases/{id}/sorting": Act({"decision": "accepted"}),
        "POST /cases/{id}/sessions": Act({"result": "postponed"}),
        "POST /cases/{id}/reopening": Act(REASON),
        "POST /visits": Act(OF_UNIT | {"visitors": 1, "visited_on": DAY}),
        "POST /visits/{id}/correction": Act({"cancelled": True, **REASON}, of="visit"),
        "GET /visits/{id}/history": Act(of="visit"),
        "POST /reception-schedules": Act(OF_UNIT | {"weekday": "tuesday", "from_day": DAY}),
    },
    "returns": {
        "POST /returns": Act(OF_UNIT | BUDGET | FIGURES),
        "POST /returns/submissions": Act(OF_UNIT | BUDGET | FIGURES),
        "PUT /returns/drafts": Act(OF_UNIT | BUDGET | FIGURES),
        "GET /returns/drafts/{id}": Act(of="draft"),
        "POST /returns/sheets": Act({}, {**OF_UNIT, **DAYS, "form": "budget"}),
        "POST /returns/{id}/acceptance": Act({"sequence": 1}, of="return"),
        "POST /returns/{id}/sending-back": Act({"sequence": 1, **REASON}, of="return"),
        "POST /returns/{id}/correction": Act({**FIGURES, **REASON}, of="return"),
        "GET /returns/{id}": Act(of="return"),
        "GET /returns/owed": Act(asked=OF_UNIT | {"on": "2024-12-31"}),
        "POST /entries": Act(
            OF_UNIT
            | {
                "register_code": "works",
                "happened_on": DAY,
                "values": {"name": "Nhà văn hóa", "kind": "culture_house"},
            }
        ),
        "POST /entries/{id}/correction": Act({"cancelled": True, **REASON}, of="register entry"),
        "GET /entries/{id}/history": Act(of="register entry"),
        "POST /lineage": Act(
            OF_UNIT
            | {"ways": [{"new": "10525", "share": "land"}], "legal_basis": "Nghị quyết", **REASON}
        ),
        "GET /lineage/{id}/history": Act(of="lineage"),
    },
    "reporting": {
        "GET /console": Act(asked={"unit": "2004-{unit}"} | DAYS),
        "GET /console/units/{id}": Act(asked=DAYS, of="unit"),
        "GET /console/units/{id}/compare": Act(asked=DAYS, of="unit"),
        "GET /console/units/{id}/returns": Act(asked={"year": "2024"}, of="unit"),
        "GET /console/units/{id}/documents": Act(asked=DAYS, of="unit"),
        "GET /console/documents/{id}": Act(of="document"),
        "POST /console/units/{id}/documents": Act(
            form=OF_A_FORM | DAYS | {"borders": ""}, of="unit"
        ),
        "POST /console/documents/{id}/drawing": Act(
            form={"as_of": "2024-12-31", "after": "1"}, of="document"
        ),
        "POST /console/documents/{id}/replacement": Act(form=OF_A_FORM, of="document"),
        "POST /console/documents/{id}/steps": Act(
            form={"action": "approve_content", "after": "1"}, of="document"
        ),
        "GET /vintages": Act(asked={"unit": "2004-{unit}"}),
        "GET /figures": Act(asked=OF_UNIT | DAYS | {"indicator": "registry.applications_received"}),
        "GET /reports/term": Act(asked=OF_UNIT | DAYS),
        "GET /reports/periodic": Act(asked=OF_UNIT | {"kind": "statutory_quarter", "year": "2024"}),
        "GET /evidence": Act(asked=OF_UNIT | DAYS | {"figure": "registry.applications_received"}),
        "GET /evidence/cases/{id}": Act(),
        "GET /documents/{id}": Act(of="document"),
        "GET /documents/{id}/files/{form}": Act(of="document"),
        "GET /documents/{id}/restatement": Act(of="document"),
        "POST /documents": Act({"kind": "report", **OF_UNIT, **DAYS}),
        "PUT /documents/{id}": Act({"kind": "report", **OF_UNIT, **DAYS}, of="document"),
        "POST /documents/{id}/steps": Act({"action": "approve_content"}, of="document"),
    },
}
"""By service and interface."""

OF_NO_UNIT = {
    *("GET /outbox", "GET /readings", "GET /audit", "GET /lag", "GET /documents", "GET /entries"),
    *("GET /cases/files", "GET /cases/files/template", "POST /cases/files"),
    *("GET /cases/files/{id}", "GET /returns/forms", "GET /returns/forms/{form}/template"),
    *("GET /units", "GET /indicators", "GET /moves"),
    *("GET /console/style.css", "GET /console/live.js"),
}
"""What tells of no unit, or of who asks alone; of files each row is weighed (test_bulk)."""


def test_every_interface_is_tried_by_another_ward() -> None:
    """Or is one that tells of no unit."""
    for service in SERVICES:
        listed = {f"{one.method} {one.address}" for one in INTERFACES if one.service == service}
        assert listed == ACTS[service].keys() | (OF_NO_UNIT & listed)


@pytest.fixture(scope="module")
async def things(wardbook: Wardbook) -> Mapping[tuple[str, str], str]:
    """One of everything of one ward, by service and name."""
    made: dict[tuple[str, str], str] = {}
    unit, headers = wardbook.issuing_unit, bearing(OF_A_WARD)

    async def make(service: str, name: str, path: str, body: Mapping[str, Any]) -> None:
        told = await wardbook.told(service, path, body, headers=headers)
        made[service, name] = told["id"]

    for service in ("registry", "permits", "petitions"):
        body = dict(ACTS[service]["POST /cases"].body or {}) | {"unit": unit}
        await make(service, "case", "/cases", body)
    made["reporting", "case"] = made["registry", "case"]
    made["reporting", "unit"] = f"2004-{unit}"
    await make(
        "registry",
        "entry",
        "/cases",
        {"unit": unit, "procedure": "registry.birth", "channel": "online", "received_on": DAY},
    )
    await wardbook.told(
        "registry",
        f"/cases/{made['registry', 'entry']}/resolution",
        {"closed_on": DAY, "entry": BIRTH},
        headers=headers,
    )
    await make(
        "permits",
        "inspection",
        "/inspections",
        {"unit": unit, "finding": "violation", "inspected_on": DAY},
    )
    await make("petitions", "visit", "/visits", {"unit": unit, "visitors": 1, "visited_on": DAY})
    await make("returns", "return", "/returns/submissions", {"unit": unit, **BUDGET, **FIGURES})
    await make(
        "returns",
        "register entry",
        "/entries",
        {
            "unit": unit,
            "register_code": "works",
            "happened_on": DAY,
            "values": {"name": "Nhà văn hóa", "kind": "culture_house"},
        },
    )
    draft = {
        "unit": unit,
        **BUDGET,
        **FIGURES,
        "period_start": "2023-01-01",
        "period_end": "2023-12-31",
    }
    answer = await wardbook.client.put(
        wardbook.url("returns") + "/returns/drafts", json=draft, headers=headers
    )
    made["returns", "draft"] = answer.json()["id"]
    first, *others = heirs(f"2004-{unit}")
    ways = [{"new": first, "share": "whole"}, *({"new": o, "share": "land"} for o in others)]
    lineage = {"unit": unit, "ways": ways, "legal_basis": "Nghị quyết", **REASON}
    made["returns", "lineage"] = (await wardbook.told("returns", "/lineage", lineage))["id"]
    await wardbook.settled()
    await make("reporting", "document", "/documents", {"kind": "report", "unit": unit, **DAYS})
    return made


@pytest.mark.parametrize("service", SERVICES)
async def test_another_ward_reads_and_changes_nothing(
    wardbook: Wardbook, things: Mapping[tuple[str, str], str], service: str
) -> None:
    """Though its person has every role, and what is sent is in order."""
    unit = wardbook.issuing_unit
    for told, act in ACTS[service].items():
        method, _, address = told.partition(" ")
        path = address.format(id=things.get((service, act.of), ""), form="pdf")
        body, params = (
            {
                key: value.replace("{unit}", unit) if isinstance(value, str) else value
                for key, value in part.items()
            }
            if part is not None
            else None
            for part in (act.body, act.asked)
        )
        how: dict[str, Any] = {"params": params, "headers": bearing(OF_ANOTHER_WARD)}
        answer = await wardbook.client.request(
            method, wardbook.url(service) + path, json=body, data=act.form, **how
        )
        rule = answer.json().get("type", "").rpartition(":")[2]
        expected = {"other_unit", "not_of_unit"} | (
            {"unknown_document"} if "documents" in told else set()
        )
        assert rule in expected, (told, answer.status_code, answer.text[:300])


async def test_who_is_above_a_ward_reads_what_is_of_it(
    wardbook: Wardbook, things: Mapping[tuple[str, str], str]
) -> None:
    reporting, unit = wardbook.url("reporting"), wardbook.issuing_unit
    document = things["reporting", "document"]
    report = await wardbook.client.get(f"{reporting}/reports/term", params={"unit": unit, **DAYS})
    read = await wardbook.client.get(f"{reporting}/documents/{document}")
    listed = await wardbook.client.get(f"{reporting}/documents")

    assert (report.status_code, read.status_code) == (200, 200)
    assert document in {one["id"] for one in listed.json()}
