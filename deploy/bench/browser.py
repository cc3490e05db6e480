"""How soon an open page shows what was told: a real browser, whose page reloads by itself."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright
from tqdm import tqdm

from deploy.chromium import chromium

_PROBES = 10
_READ_SECONDS = 6.0
"""A page that was just loaded is left alone for 5 s (live.js)."""
_ITSELF = "localStorage.setItem('wardbook-live-by-itself', '1')"
_SHOWN = "figure => document.querySelector(`[data-figure='${figure}'] td:nth-child(3)`).textContent"
_CHANGED = """
([figure, before]) => {
  const cell = document.querySelector(`[data-figure='${figure}'] td:nth-child(3)`);
  return cell && cell.textContent !== before;
}
"""


@asynccontextmanager
async def opened(url: str, headers: Mapping[str, str]) -> AsyncIterator[Page]:
    """Give a page at an address, asked for with these headers, that reloads when figures move."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium())
        context = await browser.new_context(extra_http_headers=dict(headers))
        await context.add_init_script(_ITSELF)
        page = await context.new_page()
        await page.goto(url)
        yield page
        await browser.close()


async def until_shown(
    page: Page, figure: str, command: Callable[[], Awaitable[object]]
) -> list[float]:
    """Send a command at a time that moves a figure; return the seconds until the page shows it."""
    seconds = []
    for _ in tqdm(range(_PROBES), desc="shown", disable=None):
        await page.wait_for_timeout(_READ_SECONDS * 1_000)
        before = await page.evaluate(_SHOWN, figure)
        sent = time.monotonic()
        await command()
        await page.wait_for_function(_CHANGED, arg=[figure, before])
        seconds.append(time.monotonic() - sent)
    return seconds
