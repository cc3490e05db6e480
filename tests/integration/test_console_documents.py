"""Documents in the console, on a real PostgreSQL: what its forms do, once, and whom they refuse."""

import asyncio
import html
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from services.reporting.console.documents_api import document_routes
from services.reporting.issuing.api import caller_by, issuing_routes
from services.reporting.issuing.drafts import Drafts
from services.reporting.issuing.office import Office
from services.reporting.refusing import RefusalPages
from services.reporting.report import TERM, load
from shared.clock import system_clock, ward_day
from shared.database import Pool
from shared.people import Role
from shared.problems import install_problems
from tests.support.a_city import CITY, WARD, folded
from tests.support.forms_of_reports import FORMS
from tests.support.people import bearing, entry, let_in, people_file
from tests.support.servers import fresh_database

DAYS = {"from": "2023-01-01", "to": "2023-12-31", "as_of": "2023-12-01"}
OF_THE_CITY, OF_ANOTHER, ALL_ROLES, OF_TODAY = "city", "another ward", "all roles", "today"
TODAY = "2025-10525"
WAY = (
    (Role.APPROVER, "approve_content"),
    (Role.FORM_CHECKER, "check_form"),
    (Role.SIGNER, "sign"),
    (Role.CLERK, "number"),
    (Role.CLERK, "issue"),
)


@dataclass(frozen=True, slots=True)
class Console:
    """The pages of documents, asked by people of the ward by their roles, and what is kept."""

    client: httpx.AsyncClient
    pool: Pool

    async def page(self, path: str, who: str, status: int = 200) -> str:
        """Return a page."""
        answer = await self.client.get(path, headers=bearing(who))
        assert answer.status_code == status, answer.text[:500]
        return html.unescape(answer.text)

    async def send(
        self, path: str, who: str, fields: Mapping[str, object], **more: str
    ) -> httpx.Response:
        """Send a form, with `more` headers."""
        told = {name: str(one) for name, one in fields.items()}
        return await self.client.post(path, data=told, headers=bearing(who) | more)

    async def refused(
        self, path: str, who: str, fields: Mapping[str, object]
    ) -> tuple[int, str, str]:
        """Send what must be refused; return the status, and the first error's field and rule."""
        answer = await self.send(path, who, fields)
        error = answer.json()["errors"][0]
        return answer.status_code, error["field"], error["rule"]

    async def drawn(self, **more: object) -> str:
        """Press the button that draws; return the address of the draft."""
        path = f"/console/units/{WARD}/documents"
        fields = {**DAYS, "id": uuid7(), "borders": "", **more}
        answer = await self.send(path, Role.DRAFTER, fields)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def press(self, document: str, who: str, action: str, **more: str) -> None:
        """Send what the page's button of an action sends, with a reason where one is asked for."""
        fields = buttons(await self.page(document, who))[action][0]
        answer = await self.send(f"{document}/steps", who, fields, **more)
        assert answer.status_code == 303, answer.text

    async def issued(self, document: str, **until_signed: str) -> None:
        """Take a draft the whole way by the buttons of its page; headers go with some of them."""
        for role, action in WAY:
            if action == "sign":
                while "waive" in buttons(await self.page(document, Role.CONTROLLER)):
                    await self.press(document, Role.CONTROLLER, "waive", **until_signed)
            more = {} if role is Role.CLERK else until_signed
            await self.press(document, role, action, **more)

    async def steps(self, document: str) -> list[str]:
        """Return the steps that are kept of a document."""
        rows = await self.pool.fetch(
            "SELECT action FROM document_steps WHERE document = $1::text::uuid ORDER BY step",
            document.rpartition("/")[2],
        )
        return [row["action"] for row in rows]


def buttons(page: str) -> Mapping[str, list[dict[str, str]]]:
    """Return what each form of a step sends, by its action."""
    found = dict[str, list[dict[str, str]]]()
    for form in re.findall(r'<form class="act".*?</form>', page, re.DOTALL):
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        if 'name="reason"' in form:
            fields["reason"] = "Đã đối chiếu với sổ gốc"
        found.setdefault(fields.get("action", ""), []).append(fields)
    return found


@pytest.fixture(scope="module")
async def console(
    postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Console]:
    app = FastAPI()
    install_problems(app)
    others = {OF_THE_CITY: CITY, OF_ANOTHER: "2004-10528", ALL_ROLES: WARD, OF_TODAY: TODAY}
    everything = [role for role in Role if role is not Role.MIGRATOR]
    file = people_file(WARD, Role.MIGRATOR) + "\n".join(
        entry(name, unit, *([Role.READER] if name == OF_THE_CITY else everything))
        for name, unit in others.items()
    )
    let_in(app, tmp_path_factory.mktemp("people"), file, "reporting")
    app.add_middleware(RefusalPages)
    async with fresh_database(postgres) as database, folded(database) as pool:
        drafts, office = Drafts(pool, {TERM: load(TERM)}), Office(pool, FORMS)
        caller = caller_by(system_clock)
        app.include_router(document_routes(drafts, office, caller, system_clock))
        app.include_router(issuing_routes(drafts, office, caller))
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
            yield Console(client, pool)


async def test_a_report_is_issued_told_as_changed_and_replaced_by_buttons(
    console: Console,
) -> None:
    document = await console.drawn()
    await console.issued(document)

    page = await console.page(document, Role.READER)
    number = re.findall(r"<strong>(\d+/BC-UBND)</strong>", page)
    assert len(number) == 1
    assert "đã phát hành" in page
    assert page.count('<tr data-action="issue"') == 1
    assert buttons(page) == {}
    changed = await console.page(f"{document}?as_of=2024-01-10", OF_THE_CITY)
    [row] = re.findall(
        r'<tr data-figure="budget.revenue_actual\?.*?">(.*?)</tr>', changed, re.DOTALL
    )
    assert "8.837</a>" in row
    assert "9.437</a>" in row
    assert "&as_of=2023-12-01&figure=budget.revenue_actual" in row
    assert "&as_of=2024-01-10&figure=budget.revenue_actual" in row
    assert re.search(r"/evidence/cases/[0-9a-f-]{36}\"", row)
    assert "<tr data-figure=" not in page
    assert "tính đến hết ngày" not in page
    [asking] = re.findall(r'<form class="find".*?</form>', page, re.DOTALL)
    assert "Xem số liệu thay đổi đến ngày này</button>" in asking
    [today] = re.findall(r'name="as_of" value="([^"]*)"', asking)
    assert today == str(ward_day(system_clock()))
    now = await console.page(f"{document}?as_of={today}", OF_THE_CITY)
    assert '<tr data-figure="budget.revenue_actual?' in now
    same = await console.page(f"{document}?as_of=2023-12-01", OF_THE_CITY)
    assert "Không có số liệu nào khác" in same

    [offer] = buttons(await console.page(document, Role.DRAFTER))[""]
    fields = {"id": offer["id"], "as_of": "2024-01-10"}
    twice = [await console.send(f"{document}/replacement", Role.DRAFTER, fields) for _ in range(2)]
    assert [one.status_code for one in twice] == [303, 303]
    [new] = {one.headers["location"] for one in twice}
    assert await console.steps(new) == ["draw"]
    assert f"(thay thế Báo cáo số {number[0]}" in await console.page(new, Role.READER)
    assert "" not in buttons(await console.page(document, Role.DRAFTER))
    await console.issued(new)
    assert "đã được thay thế" in await console.page(document, Role.READER)


async def test_a_button_that_is_pressed_twice_does_its_work_once(console: Console) -> None:
    draft = {**DAYS, "id": uuid7(), "borders": ""}
    path = f"/console/units/{WARD}/documents"
    both = await asyncio.gather(*(console.send(path, Role.DRAFTER, draft) for _ in range(2)))
    assert [one.status_code for one in both] == [303, 303]
    [document] = {one.headers["location"] for one in both}
    assert await console.steps(document) == ["draw"]

    anew = {"as_of": "2023-12-31", "after": 1}
    both = await asyncio.gather(
        *(console.send(f"{document}/drawing", Role.DRAFTER, anew) for _ in range(2))
    )
    assert [one.status_code for one in both] == [303, 303]
    assert await console.steps(document) == ["draw", "draw"]

    [fields] = buttons(await console.page(document, Role.APPROVER))["approve_content"]
    both = await asyncio.gather(
        *(console.send(f"{document}/steps", Role.APPROVER, fields) for _ in range(2))
    )
    assert [one.status_code for one in both] == [303, 303]
    assert await console.steps(document) == ["draw", "draw", "approve_content"]


async def test_a_draft_is_drawn_anew_once_and_not_of_another_day_in_its_place(
    console: Console,
) -> None:
    """Whoever goes back and tells another day would keep what was drawn first, and not see it."""
    document = await console.drawn()
    anew = {"as_of": "2023-12-31", "after": 1}
    assert (await console.send(f"{document}/drawing", Role.DRAFTER, anew)).status_code == 303
    drawn = await console.page(document, Role.READER)

    other = anew | {"as_of": "2023-11-30"}
    assert await console.refused(f"{document}/drawing", Role.DRAFTER, other) == (
        (409, "action", "moved_on")
    )
    assert (await console.send(f"{document}/drawing", Role.DRAFTER, anew)).status_code == 303
    assert await console.page(document, Role.READER) == drawn
    other["after"] = 2
    assert (await console.send(f"{document}/drawing", Role.DRAFTER, other)).status_code == 303
    assert await console.steps(document) == ["draw", "draw", "draw"]


async def test_a_page_draws_one_document_and_not_another_in_its_place(console: Console) -> None:
    fields = {**DAYS, "id": uuid7(), "borders": ""}
    path = f"/console/units/{WARD}/documents"
    document = await console.drawn(**fields)
    before = await console.page(document, Role.READER)
    for changed in ({"from": "2023-02-01"}, {"to": "2023-11-30"}, {"as_of": "2023-11-30"}):
        told = await console.refused(path, Role.DRAFTER, fields | changed)
        assert told == (409, "id", "drew_another"), changed
    assert await console.drawn(**fields) == document
    assert await console.page(document, Role.READER) == before

    await console.issued(document)
    other = (await console.drawn()).rpartition("/")[2]
    for taken in (other, fields["id"]):
        told = await console.refused(
            f"{document}/replacement", Role.DRAFTER, {"id": taken, "as_of": "2024-01-10"}
        )
        assert told == (409, "id", "drew_another")


async def test_a_page_draws_in_one_sort_of_borders(console: Console) -> None:
    days = {"from": "2025-01-01", "to": "2025-12-31", "as_of": "2026-01-10"}
    fields = {**days, "id": uuid7(), "borders": ""}
    path = f"/console/units/{TODAY}/documents"
    assert (await console.send(path, OF_TODAY, fields)).status_code == 303
    told = await console.refused(path, OF_TODAY, fields | {"borders": "own"})
    assert told == (409, "id", "drew_another")


async def test_an_id_of_a_later_day_is_refused(console: Console) -> None:
    """It would stand first in the list of documents until that day."""
    path = f"/console/units/{WARD}/documents"
    own = uuid7().int
    for hours, is_refused in ((23, False), (25, True), (24 * 365 * 1000, True)):
        id_ = UUID(int=own + (hours * 3_600_000 << 80))
        fields = {**DAYS, "id": id_, "borders": ""}
        if is_refused:
            told = await console.refused(path, Role.DRAFTER, fields)
            assert told == (422, "id", "in_the_future")
        else:
            assert str(id_) in await console.drawn(**fields)


async def test_a_page_that_is_out_of_date_does_nothing(console: Console) -> None:
    document = await console.drawn()
    await console.press(document, Role.APPROVER, "approve_content")
    [back] = buttons(await console.page(document, Role.APPROVER))["send_back"]
    await console.press(document, Role.FORM_CHECKER, "check_form")
    before = await console.steps(document)

    assert await console.refused(f"{document}/steps", Role.APPROVER, back) == (
        (409, "action", "moved_on")
    )
    assert await console.steps(document) == before
    told = await console.client.post(
        f"{document}/steps",
        data=back,
        headers={
            **bearing(Role.APPROVER),
            "accept": "text/html",
            "referer": f"http://console{document}",
        },
    )
    assert told.status_code == 409
    assert f'href="http://console{document}"' in told.text
    assert "đã kiểm tra thể thức" in told.text


async def test_a_page_elsewhere_is_not_led_back_to(console: Console) -> None:
    for referer in ("http://elsewhere/x", "javascript:alert(1)", "http://console.elsewhere/"):
        told = await console.client.post(
            f"/console/documents/{uuid4()}/steps",
            headers={**bearing(Role.CLERK), "accept": "text/html", "referer": referer},
        )
        assert told.status_code == 415
        assert "elsewhere" not in told.text
        assert "javascript" not in told.text


async def test_buttons_are_of_those_alone_who_may_press_them(console: Console) -> None:
    document = await console.drawn()
    shown = {
        role: set(buttons(await console.page(document, role)))
        for role in (*(one for one, _ in WAY), Role.READER, Role.CONTROLLER, Role.DRAFTER)
    }
    assert shown == {
        Role.APPROVER: {"approve_content"},
        Role.CONTROLLER: {"waive"},
        Role.DRAFTER: {""},
        Role.FORM_CHECKER: set(),
        Role.SIGNER: set(),
        Role.CLERK: set(),
        Role.READER: set(),
    }
    page = await console.page(document, Role.READER)
    assert "Duyệt nội dung (người duyệt nội dung)" in page


async def test_whoever_drew_it_does_not_approve_it(console: Console) -> None:
    """Though they have every role: the page asks the rules themselves."""
    path = f"/console/units/{WARD}/documents"
    fields = {**DAYS, "id": uuid7(), "borders": ""}
    document = (await console.send(path, ALL_ROLES, fields)).headers["location"]

    assert set(buttons(await console.page(document, ALL_ROLES))) == {""}
    [forged] = buttons(await console.page(document, Role.APPROVER))["approve_content"]
    assert await console.refused(f"{document}/steps", ALL_ROLES, forged) == (
        (403, "Authorization", "same_person")
    )


async def test_what_is_forged_is_refused_and_changes_nothing(console: Console) -> None:
    document = await console.drawn()
    steps, drawing = f"{document}/steps", f"{document}/drawing"
    [fields] = buttons(await console.page(document, Role.APPROVER))["approve_content"]
    anew = {"as_of": "2023-12-31", "after": 1}
    draft = {**DAYS, "id": uuid7(), "borders": ""}
    of_unit = f"/console/units/{WARD}/documents"

    for path, who, told, expected in (
        (steps, Role.READER, fields, (403, "", "role_needed")),
        (steps, Role.SIGNER, fields, (403, "Authorization", "role_needed")),
        (steps, OF_ANOTHER, fields, (404, "id", "unknown_document")),
        (drawing, OF_ANOTHER, anew, (404, "id", "unknown_document")),
        (drawing, Role.CLERK, anew, (403, "Authorization", "role_needed")),
        (of_unit, Role.CLERK, draft, (403, "Authorization", "role_needed")),
        (of_unit, OF_ANOTHER, draft, (403, "unit", "not_of_unit")),
        (of_unit.replace(WARD, "x" * 99), ALL_ROLES, draft, (404, "unit", "unknown_unit")),
        (of_unit, Role.DRAFTER, draft | {"id": uuid4()}, (422, "id", "invalid")),
        (of_unit, Role.DRAFTER, draft | {"to": "2022-01-01"}, (422, "to", "period_backwards")),
        (
            of_unit,
            Role.DRAFTER,
            draft | {"as_of": ""},
            (422, "as_of", "date_from_datetime_parsing"),
        ),
        (steps, Role.APPROVER, fields | {"person": "x"}, (422, "person", "extra_forbidden")),
        (steps, Role.APPROVER, fields | {"action": "replace"}, (422, "action", "literal_error")),
        (steps, Role.APPROVER, fields | {"action": "draw"}, (422, "action", "literal_error")),
        (steps, Role.APPROVER, fields | {"after": "0"}, (422, "after", "greater_than_equal")),
        (steps, Role.APPROVER, fields | {"reason": "x" * 501}, (422, "reason", "string_too_long")),
        (steps, Role.APPROVER, fields | {"reason": "\0"}, (422, "reason", "nul")),
        (steps, Role.APPROVER, fields | {"sha256": "0" * 64}, (409, "sha256", "content_changed")),
        (steps, Role.APPROVER, fields | {"reason": "x" * 20_000}, (413, "", "body_too_large")),
    ):
        assert await console.refused(path, who, told) == expected, (path, who, told)
    assert await console.steps(document) == ["draw"]


@pytest.mark.parametrize(
    ("content", "kind", "status", "rule"),
    [
        (b'{"action": "issue"}', "application/json", 415, "no_form"),
        (b"action=issue", "text/plain", 415, "no_form"),
        (b"action=issue&action=sign", "application/x-www-form-urlencoded", 422, "told_twice"),
        (b"action=%ff", "application/x-www-form-urlencoded", 422, "bad_request"),
        (b"&".join([b"a=1"] * 30), "application/x-www-form-urlencoded", 422, "bad_request"),
        (b"", "application/x-www-form-urlencoded", 422, "missing"),
    ],
)
async def test_what_no_form_sends_is_refused(
    console: Console, content: bytes, kind: str, status: int, rule: str
) -> None:
    told = await console.client.post(
        f"/console/documents/{uuid4()}/steps",
        content=content,
        headers={**bearing(Role.CLERK), "content-type": kind},
    )
    assert (told.status_code, told.json()["type"].rpartition(":")[2]) == (status, rule)


async def test_the_documents_of_a_unit_are_listed_and_drawn_by_who_may(console: Console) -> None:
    document = await console.drawn()
    asked = f"/console/units/{WARD}/documents?from=2023-01-01&to=2023-12-31&as_of=2023-12-01"
    page = await console.page(asked, Role.DRAFTER)

    assert f'<tr data-document="{document.rpartition("/")[2]}">' in page
    [fields] = buttons(page)[""]
    assert {name: fields[name] for name in DAYS} == DAYS
    for who in (Role.APPROVER, OF_THE_CITY):
        other = await console.page(asked, who)
        assert buttons(other) == {}
        assert document in other
    assert "other_unit" in await console.page(asked, OF_ANOTHER, 403)
    assert "Đơn vị chưa có văn bản nào" in await console.page(
        asked.replace(WARD, CITY), OF_THE_CITY
    )
    assert "unknown_document" in await console.page(document, OF_ANOTHER, 404)
    english = await console.page(f"{document}?lang=en", Role.READER)
    assert "Approve the content (approver)" in english
    console.client.cookies.clear()


async def test_a_unit_of_today_draws_with_or_without_what_it_took_over(console: Console) -> None:
    asked = f"/console/units/{TODAY}/documents?from=2025-01-01&to=2025-12-31&as_of=2026-01-10"
    assert '<select name="borders">' in await console.page(asked, OF_TODAY)
    days = {"from": "2025-01-01", "to": "2025-12-31", "as_of": "2026-01-10"}
    hashes = set[str]()
    for borders in ("", "own"):
        fields = {**days, "id": uuid7(), "borders": borders}
        path = f"/console/units/{TODAY}/documents"
        document = (await console.send(path, OF_TODAY, fields)).headers["location"]
        hashes |= {*re.findall("[0-9a-f]{64}", await console.page(document, OF_TODAY))}
    assert len(hashes) == 2


async def test_a_letter_has_a_page(console: Console) -> None:
    document = await console.drawn()
    await console.issued(document)
    error = {"place": "nơi nhận", "printed": "Lưu: VT, VP.", "right": "Lưu: VT, VP-TK."}
    order: dict[str, Any] = {
        "kind": "letter",
        "corrects": document.rpartition("/")[2],
        "errors": [error],
    }
    told = await console.client.post("/documents", json=order, headers=bearing(Role.DRAFTER))
    page = await console.page(f"/console/documents/{told.json()['id']}", Role.APPROVER)

    assert "Công văn đính chính thể thức" in page
    assert f'href="{document}"' in page
    assert set(buttons(page)) == {"approve_content"}
    assert "Số liệu thay đổi sau khi lập" not in page


async def test_steps_that_came_late_are_told(console: Console) -> None:
    """A migration tells when it was signed; numbered and issued it is today."""
    path = f"/console/units/{WARD}/documents"
    fields, day = {**DAYS, "id": uuid7(), "borders": ""}, {"recorded-on": "2024-01-05"}
    answer = await console.send(path, Role.DRAFTER, fields, **day)
    document = answer.headers["location"]
    await console.issued(document, **day)

    page = await console.page(document, Role.READER)
    assert "Điều 15 và Điều 18): cấp số, phát hành." in page
    assert "12:00 05/01/2024" in page
