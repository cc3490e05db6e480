"""The console that tests in a browser look at, and how somebody gets into it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page

from deploy.embedded.postgres import Postgres
from tests.support.browsing import Watched
from tests.support.wardbook import Wardbook

UNIT = "10525"
DAY = "2024-03-01"
CITY = "Cán bộ thành phố mẫu"

DRAFTER = "sample-drafter"
"""The subject of who draws the reports of the unit."""

type Office = Callable[[str], Awaitable[Watched]]
type Visit = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Console:
    """The console of a running Wardbook, the PostgreSQL that is its own, and a draft."""

    wardbook: Wardbook
    postgres: Postgres
    url: str
    draft: str


async def sign_in(page: Page, url: str, who: str = CITY) -> None:
    """Come as a stranger, say at the issuer who it is, and be sent back."""
    await page.goto(url)
    await page.get_by_role("button", name=who).click()
    await page.get_by_role("heading", name="Lập báo cáo").wait_for()
