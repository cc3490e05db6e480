"""The console in a real browser: what a person sees, clicks, reaches by keys, on any screen."""

import asyncio
from time import monotonic

import pytest
from playwright.async_api import Page, Route

from tests.support.browsing import Watched, sideways, unreached, violations
from tests.support.console import CITY, DAY, UNIT, Console, Visit, sign_in


async def ask_for_a_report(page: Page) -> None:
    await page.get_by_label("Mã đơn vị").fill(UNIT)
    await page.get_by_label("Từ ngày").fill("2024-01-01")
    await page.get_by_label("Đến ngày").fill("2024-12-31")
    await page.get_by_role("button", name="Lập báo cáo").click()
    await page.get_by_role("heading", name="BÁO CÁO").first.wait_for()


async def test_somebody_signs_in_reads_down_to_the_events_and_signs_out(
    console: Console, stranger: Watched
) -> None:
    page = stranger.page
    await sign_in(page, console.url)
    await page.get_by_text(CITY).wait_for()
    await ask_for_a_report(page)
    figure = page.locator('data[data-indicator="registry.applications_received"] a').first
    assert await figure.inner_text() == "02 hồ sơ"
    await figure.click()
    await page.get_by_role("heading", name="Căn cứ của số liệu").wait_for()
    await page.goto(console.url)
    await page.get_by_role("button", name="Đăng xuất").click()
    await page.get_by_role("heading", name="Đã đăng xuất").wait_for()
    assert await violations(page) == []
    await page.get_by_role("link", name="Đăng nhập lại").click()
    await page.get_by_role("button", name=CITY).wait_for()
    assert await violations(page) == []


async def test_the_city_reads_from_all_its_units_down_to_an_event(
    console: Console, reader: Watched
) -> None:
    """The address of each view can be sent on: opened anew it shows the same."""
    page = reader.page
    await page.goto(f"{console.url}/console?unit=2004-288&from=2024-01-01&to=2024-12-31&lang=vi")
    for width in (1440, 390):
        await page.set_viewport_size({"width": width, "height": 844})
        assert await violations(page) == []
        assert await sideways(page) == []
    await page.set_viewport_size({"width": 1440, "height": 900})
    row = page.locator("tr", has_text="Trần Hưng Đạo")
    assert "2" in await row.first.inner_text()
    sent, shown = page.url, await page.locator("main").inner_text()
    assert "as_of=" in sent
    await page.goto(console.url)
    await page.goto(sent)
    assert await page.locator("main").inner_text() == shown
    await row.first.get_by_role("link", name="Trần Hưng Đạo").first.click()
    await page.wait_for_url("**/console/units/2004-10525**")
    for width in (390, 1440):
        await page.set_viewport_size({"width": width, "height": 844})
        assert await violations(page) == []
        assert await sideways(page) == []
    await page.locator('a[href^="/reports/term"]').first.click()
    await page.get_by_role("heading", name="BÁO CÁO").first.wait_for()
    figure = page.locator('data[data-indicator="registry.applications_received"] a').first
    await figure.click()
    await page.get_by_text("Tiếp nhận hồ sơ").first.wait_for()


async def test_the_console_speaks_english_where_it_is_asked_to(
    console: Console, reader: Watched
) -> None:
    page = reader.page
    await page.goto(f"{console.url}/console?unit=2004-288&lang=en")
    assert await page.locator("html").get_attribute("lang") == "en"
    await page.goto(f"{console.url}/console/units/2004-10525")
    assert await page.locator("html").get_attribute("lang") == "en"
    assert await violations(page) == []
    await page.get_by_role("link", name="Report on screen").click()
    assert await page.locator("html").get_attribute("lang") == "vi"
    await page.get_by_role("navigation").get_by_role("button", name="Show").wait_for()


async def test_an_open_page_says_that_figures_have_moved(console: Console, reader: Watched) -> None:
    page = reader.page
    await page.goto(f"{console.url}/console?unit=2004-288&from=2024-01-01&to=2024-12-31")
    told = page.locator("[aria-live=polite]")
    before = await told.inner_text()
    await page.wait_for_timeout(1500)
    body = {"procedure": "registry.birth", "channel": "online", "received_on": DAY}
    await console.wardbook.told("registry", "/cases", {"unit": "10528", **body})
    await page.wait_for_function(
        "before => document.querySelector('[aria-live=polite]').innerText !== before", arg=before
    )


def forgiven(watched: Watched) -> None:
    """A refusal is written to the console by the browser itself; the page is looked at."""
    if "unit=99999" in watched.page.url:
        watched.forgive("the server responded with a status of 4")


async def test_everybody_can_use_every_page(reader: Watched, visit: Visit) -> None:
    """Axe finds nothing, on a telephone and on a desk, and the page goes sideways on neither."""
    await visit(reader.page)
    assert await sideways(reader.page) == []
    assert await violations(reader.page) == []
    await reader.page.set_viewport_size({"width": 390, "height": 844})
    assert await violations(reader.page) == []
    forgiven(reader)


async def test_keys_alone_reach_everything_and_show_where_they_are(
    reader: Watched, visit: Visit
) -> None:
    await visit(reader.page)
    assert await unreached(reader.page) == {}
    forgiven(reader)


async def test_a_report_is_asked_for_by_keys_alone(console: Console, reader: Watched) -> None:
    page = reader.page
    await page.goto(console.url)
    await page.get_by_label("Từ ngày").fill("2024-01-01")
    await page.get_by_label("Đến ngày").fill("2024-12-31")
    await page.get_by_label("Mã đơn vị").focus()
    await page.keyboard.type(UNIT)
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="BÁO CÁO").first.wait_for()


async def test_pages_come_over_a_slow_line(console: Console, reader: Watched) -> None:
    """As over a bad mobile network: 400 ms and 50 kB a second."""
    page = reader.page
    devtools = await page.context.new_cdp_session(page)
    line = {"offline": False, "latency": 400, "downloadThroughput": 50_000}
    await devtools.send("Network.emulateNetworkConditions", {**line, "uploadThroughput": 20_000})
    begun = monotonic()
    await page.goto(console.url)
    await ask_for_a_report(page)
    assert 0.8 < monotonic() - begun < 20


async def test_a_slow_service_is_waited_for(console: Console, reader: Watched) -> None:
    page = reader.page

    async def later(route: Route) -> None:
        await asyncio.sleep(3)
        await route.continue_()

    await page.route("**/reports/term?**", later)
    await page.goto(console.url)
    await ask_for_a_report(page)


async def test_refusals_are_pages(console: Console, reader: Watched) -> None:
    """What was refused, of which field, by which rule, and where to go; the headers are there."""
    page = reader.page
    answer = await page.goto(f"{console.url}/reports/term?unit={UNIT}&from=2024-13-01")
    assert answer is not None
    assert (answer.status, answer.headers["content-language"]) == (422, "vi")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for field in ("from", "to"):
        assert await page.locator(f'li[data-field="{field}"]').count() == 1
    await page.get_by_text("Quay lại trang trước").wait_for()
    reader.forgive("status of 422")
    for path, status in (("/nothing", 404), ("/lag", 403), ("/login/return?code=x", 401)):
        answer = await page.goto(console.url + path)
        assert answer is not None
        assert answer.status == status
        await page.get_by_text(f"Mã {status}, ").wait_for()
        reader.forgive(f"status of {status}")
    await page.get_by_role("link", name="Về trang đầu").click()


async def test_a_page_says_that_the_database_is_away(console: Console, reader: Watched) -> None:
    page = reader.page
    await console.postgres.stop()
    try:
        await page.goto(console.url)
        await page.get_by_label("Mã đơn vị").fill(UNIT)
        await page.get_by_label("Từ ngày").fill("2024-01-01")
        await page.get_by_label("Đến ngày").fill("2024-12-31")
        await page.get_by_role("button", name="Lập báo cáo").click()
        await page.get_by_role("heading", name="Dịch vụ tạm thời chưa sẵn sàng").wait_for()
        assert await violations(page) == []
    finally:
        await console.postgres.start()
    reader.forgive("status of 503")
    await page.reload()
    await page.get_by_role("heading", name="BÁO CÁO").first.wait_for()


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ("<script>console.error('told')</script>", "console: told"),
        ("<script>throw new Error('thrown')</script>", "page error: thrown"),
        ("<img src='http://example.invalid/a.png' alt=''>", "elsewhere: http://example.invalid"),
        ("<img src='http://127.0.0.1:9/a.png' alt=''>", "failed: http://127.0.0.1:9/a.png"),
    ],
)
async def test_what_goes_wrong_in_a_page_is_seen(stranger: Watched, page: str, wrong: str) -> None:
    await stranger.page.set_content(page)
    stranger.forgive(wrong)
    stranger.wrong.clear()


async def test_what_nobody_can_use_is_seen(stranger: Watched) -> None:
    """An image without words, a box that is too wide, a button that keys do not come to or show."""
    bad = (
        "<h1>x</h1><img src='data:,' width=9 height=9><div style='width:2000px'>x</div>"
        "<button style='outline:none'>a</button><button onkeydown='event.preventDefault()'>b"
        "</button><button>c</button>"
    )
    await stranger.page.set_content(bad)
    assert any(one.startswith("image-alt") for one in await violations(stranger.page))
    assert len(await sideways(stranger.page)) == 2
    found = await unreached(stranger.page)
    assert (len(found["missed"]), len(found["unseen"])) == (1, 1)
    stranger.wrong.clear()
