"""The ward office in a real browser: from a unit's page to an issued report, each by their own."""

from io import BytesIO

from playwright.async_api import Page, expect
from pypdf import PdfReader

from tests.support.browsing import SIZES, Watched, sideways, violations
from tests.support.console import UNIT, Console, Office

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
    number = await page.locator("[role=status] strong").inner_text()
    href = await page.get_by_role("link", name="Tải PDF").get_attribute("href")
    assert href is not None
    file = await page.request.get(console.url + href)
    text = " ".join(one.extract_text() for one in PdfReader(BytesIO(await file.body())).pages)
    assert f"Số: {number}" in " ".join(text.split())
    assert "Đã đối chiếu với sổ gốc" in " ".join(text.split())
