"""The console's pages on a real PostgreSQL: what each shows, to whom, in which language."""

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from services.reporting.console.api import console_routes
from services.reporting.report import TERM, load
from services.reporting.standing import Standing
from shared import units
from shared.clock import system_clock
from shared.people import Role
from shared.problems import install_problems
from tests.support.a_city import CITY, SILENT, WARD, folded, late_of, received_by
from tests.support.people import bearing, entry, let_in
from tests.support.servers import fresh_database

DAYS = "from=2023-01-01&to=2023-12-31&as_of=2024-01-10"
OF_THE_CITY, OF_THE_WARD, OF_ANOTHER, OF_ALL = "city", "ward", "another ward", "country"


@pytest.fixture(scope="module")
async def console(
    postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    people = {OF_THE_CITY: CITY, OF_THE_WARD: WARD, OF_ANOTHER: "2004-10528", OF_ALL: "vn"}
    app = FastAPI()
    install_problems(app)
    file = "\n".join(entry(name, unit, Role.READER) for name, unit in people.items())
    let_in(app, tmp_path_factory.mktemp("people"), file, "reporting")
    async with fresh_database(postgres) as database, folded(database) as pool:
        app.include_router(console_routes(pool, Standing(pool), load(TERM), system_clock))
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
            yield client


async def ask(
    console: httpx.AsyncClient, path: str, who: str = OF_THE_CITY, status: int = 200
) -> httpx.Response:
    answer = await console.get(path, headers=bearing(who))
    assert answer.status_code == status, answer.text[:500]
    return answer


def cells(page: str, row: str) -> dict[str, str]:
    """Return the numbers of a row by column."""
    [found] = re.findall(rf"<tr{row}[^>]*>(.*?)</tr>", page, re.DOTALL)
    told = re.findall(r'data-column="(\w+)">(.*?)</td>', found, re.DOTALL)
    return {name: html.unescape(re.sub(r"<abbr.*|<[^>]+>", "", text)) for name, text in told}


async def test_the_overview_tells_what_each_unit_told_and_all_together(
    console: httpx.AsyncClient,
) -> None:
    page = (await ask(console, f"/console?unit={CITY}&{DAYS}")).text
    every = units.under(CITY)
    received = sum(received_by(one, 2023) for one in every)

    assert cells(page, f' data-unit="{WARD}"')["received"] == str(received_by(WARD, 2023))
    assert cells(page, f' data-unit="{SILENT}"')["received"] == "–"  # noqa: RUF001
    [foot] = re.findall(r"<tfoot>(.*?)</tfoot>", page, re.DOTALL)
    assert f'data-column="received">{received}<' in foot
    assert "1 đơn vị chưa có số liệu" in foot
    assert page.count("<tr data-unit=") == len(every)
    assert 'role="img" aria-label="Diễn biến tiếp nhận' in page
    assert late_of(WARD, 2023) > 0


async def test_the_overview_is_sorted_filtered_and_compared_by_its_address(
    console: httpx.AsyncClient,
) -> None:
    asked = (
        f"/console?unit={CITY}&{DAYS}&sort=received&order=desc&compare={WARD}&compare=2004-10513"
    )
    page = (await ask(console, asked)).text
    order = re.findall(r'<tr data-unit="([\d-]+)"', page)
    told = [received_by(one, 2023) for one in order]

    assert told[:-1] == sorted(told[:-1], reverse=True)
    assert order[-1] == SILENT
    assert page.count('aria-sort="descending"') == 1
    assert "So sánh 2 đơn vị" in page
    assert page.count(" checked>") == 2
    found = (await ask(console, f"/console?unit={CITY}&{DAYS}&q=ngoc+chau")).text
    assert re.findall(r'<tr data-unit="([\d-]+)"', found) == ["2004-10513"]
    none = (await ask(console, f"/console?unit={CITY}&{DAYS}&q=nowhere")).text
    assert "Không có đơn vị nào phù hợp" in none


async def test_an_address_that_says_not_all_is_sent_on_to_one_that_does(
    console: httpx.AsyncClient,
) -> None:
    to = (await ask(console, "/console", status=303)).headers["location"]
    assert to.startswith(f"/console?unit={CITY}&from=")
    assert "as_of=" in to
    of_kind = f"/console?unit={CITY}&{DAYS}&kind=quarter&year=2023&number=2"
    to = (await ask(console, of_kind, status=303)).headers["location"]
    assert "from=2023-04-01&to=2023-06-30&as_of=2024-01-10" in to
    to = (await ask(console, f"/console?{DAYS}", OF_THE_WARD, 303)).headers["location"]
    assert to == f"/console/units/{WARD}?{DAYS}"
    to = (await ask(console, f"/console/units/{CITY}?{DAYS}", status=303)).headers["location"]
    assert to == f"/console?unit={CITY}&{DAYS}"


@pytest.mark.parametrize(
    "path",
    [
        f"/console?unit={CITY}&{DAYS}",
        f"/console/units/{WARD}?{DAYS}",
        f"/console/units/{WARD}/compare?{DAYS}&with=2023-12-01",
        f"/console/units/{WARD}/returns?year=2023&as_of=2024-01-10",
    ],
)
async def test_who_does_not_answer_for_it_sees_nothing(
    console: httpx.AsyncClient, path: str
) -> None:
    told = await ask(console, path, OF_ANOTHER, 403)
    assert told.json()["type"].endswith(":other_unit")


@pytest.mark.parametrize(
    ("path", "status", "rule"),
    [
        ("/console?unit=2004-999", 404, "unknown_unit"),
        (f"/console/units/{CITY}/returns?year=2023", 404, "unknown_unit"),
        (f"/console?unit={CITY}&from=2023-02-01&to=2023-01-01", 422, "period_backwards"),
        (f"/console?unit={CITY}&as_of=2999-01-01", 422, "in_the_future"),
        (f"/console?unit={CITY}&kind=quarter&year=2023&number=7", 422, "no_such_period"),
        (f"/console?unit={CITY}&asof=2023-01-01", 422, "unknown_parameter"),
        (f"/console/units/{WARD}/compare?{DAYS}&with=2999-01-01", 422, "in_the_future"),
        (f"/console/units/{WARD}/returns?as_of=2999-01-01", 422, "in_the_future"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    console: httpx.AsyncClient, path: str, status: int, rule: str
) -> None:
    assert (await ask(console, path, status=status)).json()["type"].endswith(f":{rule}")


@pytest.mark.parametrize("by", ["month", "quarter", "year"])
async def test_a_unit_tells_its_course_and_leads_to_reports_and_evidence(
    console: httpx.AsyncClient, by: str
) -> None:
    page = html.unescape((await ask(console, f"/console/units/{WARD}?{DAYS}&by={by}")).text)
    [row] = re.findall(
        r'<tr data-figure="registry.applications_received">(.*?)</tr>', page, re.DOTALL
    )
    then, now = received_by(WARD, 2022), received_by(WARD, 2023)

    assert f'<td class="number">{then}</td>' in row
    assert f'figure=registry.applications_received">{now}</a>' in row
    assert f"{now - then:+}" in row
    assert f"/reports/term?unit={WARD}&{DAYS}&format=pdf" in page
    assert "/console/units/2025-10525" in page or "Phường Hải Dương" in page
    assert f'href="/console/units/{WARD}/compare?{DAYS}"' in page
    assert f'href="/console/units/{WARD}/returns?year=2023&as_of=2024-01-10"' in page
    assert "104,9%" in page, "9.437 of 9.000"


async def test_a_unit_that_told_nothing_says_so(console: httpx.AsyncClient) -> None:
    page = (await ask(console, f"/console/units/{SILENT}?{DAYS}")).text
    assert "đơn vị chưa có số liệu nào" in page


async def test_two_vintages_show_what_was_put_right_between_them(
    console: httpx.AsyncClient,
) -> None:
    asked = f"/console/units/{WARD}/compare?{DAYS}&with=2023-12-01"
    every = (await ask(console, asked)).text
    page = html.unescape((await ask(console, f"{asked}&only=differs")).text)

    assert "8.837</a>" in page
    assert "9.437</a>" in page
    assert "&as_of=2023-12-01&figure=budget.revenue_actual" in page
    assert "&as_of=2024-01-10&figure=budget.revenue_actual" in page
    assert page.count("≠ Khác") == page.count('class="differs"') == every.count("≠ Khác")
    assert every.count("data-figure=") > page.count("data-figure=")
    to = (await ask(console, f"/console/units/{WARD}/compare?{DAYS}", status=303)).headers
    assert "with=2023-12-31" in to["location"]


async def test_the_calendar_tells_what_is_owed(console: httpx.AsyncClient) -> None:
    asked = f"/console/units/{WARD}/returns"
    page = (await ask(console, f"{asked}?year=2023&as_of=2024-01-10")).text
    assert page.count("Chưa nộp") > 10
    assert "hạn 14/02<" in page.replace("<br>", "<")
    to = (await ask(console, f"{asked}?as_of=2024-01-10", status=303)).headers["location"]
    assert to == f"{asked}?year=2024&as_of=2024-01-10"
    old = (await ask(console, f"{asked}?year=1990&as_of=2024-01-10")).text
    assert "không có biểu phải nộp" in old


async def test_a_language_that_was_chosen_is_kept(console: httpx.AsyncClient) -> None:
    path = f"/console?unit={CITY}&{DAYS}"
    english = await ask(console, f"{path}&lang=en")
    assert '<html lang="en">' in english.text
    assert "have no data yet" in english.text
    again = await ask(console, path)
    assert '<html lang="en">' in again.text
    console.cookies.clear()
    assert '<html lang="vi">' in (await ask(console, path)).text


async def test_style_and_script_are_kept_by_browsers(console: httpx.AsyncClient) -> None:
    page = (await ask(console, f"/console/units/{WARD}?{DAYS}")).text
    for kind in ("style.css", "live.js"):
        [address] = re.findall(rf'"(/console/{kind}\?v=\w+)"', page)
        told = await ask(console, address)
        assert "immutable" in told.headers["cache-control"]
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


async def test_a_country_comes_in_pages_in_the_order_of_names(console: httpx.AsyncClient) -> None:
    asked = f"/console?unit=vn&{DAYS}&sort=received"
    page = (await ask(console, asked, OF_ALL)).text
    following = (await ask(console, f"{asked}&page=1", OF_ALL)).text

    assert page.count("<tr data-unit=") == following.count("<tr data-unit=") == 200
    assert "aria-sort" not in page
    assert 'rel="next"' in page
    assert 'rel="prev"' in following
    assert "Thành phố Hải Phòng" in page
