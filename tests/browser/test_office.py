"""The ward office in a real browser: from a unit's page to an issued report, each by their own."""

from io import BytesIO

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import Page, expect
from pypdf import PdfReader

from tests.support.browsing import SIZES, Watched, sideways, violations
from tests.support.console import UNIT, Console, Office
from tests.support.servers import free_ports
from tests.support.serving import served

DRAFTER = "Người soạn thảo mẫu"
APPROVER = "Người duyệt nội dung mẫu"
CONTROLLER = "Người chấp nhận số liệu mẫu"
FORM_CHECKER = "Người kiểm tra thể thức mẫu"
SIGNER = "Người ký mẫu"
CLERK = "Văn thư mẫu"
THE_UNIT = f"/console/units/2004-{UNIT}?from=2024-01-01&to=2024-12-31&lang=vi"


async def usable(page: Page) -> None:
    """Everybody can use the page as it stands, on a telephone and on a desk."""
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await violations(page) == []
    assert await sideways(page) == []


async def press(page: Page, button: str) -> None:
    await page.get_by_role("button", name=button, exact=True).click()
    await page.wait_for_load_state()


async def stands(page: Page, state: str) -> None:
    await expect(page.get_by_role("status").first).to_contain_text(state)


async def press_by_keys(page: Page, button: str) -> None:
    """Go to a button by the Tab key, and press it by Enter."""
    wanted = page.get_by_role("button", name=button, exact=True)
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("one => one === document.activeElement"):
            await page.keyboard.press("Enter")
            return
    raise AssertionError(button)


async def opened(office: Office, who: str, address: str) -> Page:
    watched: Watched = await office(who)
    await watched.page.goto(address)
    return watched.page


async def drawn(console: Console, office: Office) -> str:
    """Let the drafter come from the unit's page to a new draft; return its address."""
    page = await opened(office, DRAFTER, console.url + THE_UNIT)
    await page.get_by_role("link", name="Văn bản: lập dự thảo").first.click()
    await usable(page)
    await press(page, "Lập dự thảo")
    await page.wait_for_url("**/console/documents/*")
    await stands(page, "dự thảo")
    return page.url


async def test_a_report_goes_from_the_unit_s_page_to_its_issue(
    console: Console, office: Office
) -> None:
    address = await drawn(console, office)
    page = await opened(office, CLERK, address)
    await page.get_by_text("Lúc này ông (bà) không có bước nào").wait_for()
    assert await page.locator("main form[method=post]").count() == 0

    page = await opened(office, APPROVER, console.url + THE_UNIT)
    await page.get_by_role("link", name="Văn bản: lập dự thảo").first.click()
    row = page.locator(f'tr[data-document="{address.rpartition("/")[2]}"]')
    await expect(row).to_contain_text("Duyệt nội dung (người duyệt nội dung)")
    await row.get_by_role("link").click()
    await usable(page)
    await press(page, "Duyệt nội dung")
    await stands(page, "đã duyệt nội dung")
    await page.get_by_role("link", name="Tải PDF").wait_for()

    page = await opened(office, FORM_CHECKER, address)
    await press_by_keys(page, "Kiểm tra thể thức")
    await stands(page, "đã kiểm tra thể thức")

    page = await opened(office, SIGNER, address)
    assert await page.get_by_role("button", name="Ký", exact=True).count() == 0
    page = await opened(office, CONTROLLER, address)
    await usable(page)
    broken = page.locator("li[data-check] form")
    while left := await broken.count():
        await broken.first.get_by_label("Lý do").fill("Đã đối chiếu với sổ gốc")
        await broken.first.get_by_role("button").click()
        await expect(broken).to_have_count(left - 1)

    page = await opened(office, SIGNER, address)
    await press(page, "Ký")
    await stands(page, "đã ký")

    page = await opened(office, CLERK, address)
    await press(page, "Cấp số")
    await stands(page, "đã cấp số")
    await page.get_by_role("button", name="Phát hành", exact=True).dblclick()
    await stands(page, "đã phát hành")
    await usable(page)
    assert await page.locator('tr[data-action="issue"]').count() == 1
    changed = page.get_by_text("số liệu nào khác so với văn bản")
    await expect(changed).to_have_count(0)
    await press(page, "Xem số liệu thay đổi đến ngày này")
    await changed.wait_for()
    await usable(page)
    number = await page.locator("[role=status] strong").inner_text()
    href = await page.get_by_role("link", name="Tải PDF").get_attribute("href")
    assert href is not None
    file = await page.request.get(console.url + href)
    text = " ".join(one.extract_text() for one in PdfReader(BytesIO(await file.body())).pages)
    assert f"Số: {number}" in " ".join(text.split())
    assert "Đã đối chiếu với sổ gốc" in " ".join(text.split())


async def test_a_page_elsewhere_takes_no_step_for_who_has_signed_in(
    console: Console, office: Office
) -> None:
    """A page of another site that sends the very form of the button: refused, nothing is done."""
    address = await drawn(console, office)
    watched = await office(APPROVER)
    page = watched.page
    await page.goto(address)
    form = page.locator("form.act", has=page.locator('[value="approve_content"]'))
    fields = await form.evaluate("one => Object.fromEntries(new FormData(one))")
    hidden = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    elsewhere = FastAPI()

    @elsewhere.get("/", response_class=HTMLResponse)
    async def trap() -> str:
        form = f'<form method="post" action="{address}/steps">{hidden}<button>Xem</button></form>'
        return f'<link rel="icon" href="data:,">{form}'

    port = free_ports()
    async with served(elsewhere, port):
        for site in ("localhost", "127.0.0.1"):
            await page.goto(f"http://{site}:{port}/")
            async with page.expect_navigation() as sent:
                await page.get_by_role("button").click()
            answer = await sent.value
            assert answer is not None
            assert (answer.status, answer.url) == (403, f"{address}/steps")
            await page.get_by_text("không đến từ trang của hệ thống").wait_for()
            watched.forgive("status of 403")
    await page.goto(address)
    await stands(page, "dự thảo")
    assert await page.locator("tr[data-action]").count() == 1
    await press(page, "Duyệt nội dung")
    await stands(page, "đã duyệt nội dung")


async def test_a_refusal_leads_back_to_the_document(console: Console, office: Office) -> None:
    """Of two who approve it at the same time the second is told, and led back."""
    address = await drawn(console, office)
    watched = await office(APPROVER)
    page, other = watched.page, await watched.page.context.new_page()
    for one in (page, other):
        await one.goto(address)
    await press(other, "Duyệt nội dung")
    await page.get_by_role("button", name="Duyệt nội dung", exact=True).click()
    await stands(page, "đã duyệt nội dung")
    assert await page.locator("tr[data-action=approve_content]").count() == 1

    await other.get_by_label("Lý do").fill("Thiếu số liệu quý IV")
    await page.get_by_label("Lý do").fill("Thiếu bảng biểu")
    await press(other, "Trả lại để hoàn thiện")
    await stands(other, "dự thảo")
    await press(other, "Duyệt nội dung")
    await press(page, "Trả lại để hoàn thiện")
    await page.get_by_role("heading", name="Mâu thuẫn với trạng thái hiện tại").wait_for()
    watched.forgive("status of 409")
    assert await violations(page) == []
    await page.get_by_role("link", name="Quay lại trang trước").click()
    await stands(page, "đã duyệt nội dung")
