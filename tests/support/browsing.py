"""A page of a real browser, watched: what goes wrong in it unseen is told, and axe looks at it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Page, Request

HOSTS = {"127.0.0.1", "localhost"}
SIZES = ((390, 844), (1440, 900))
"""A telephone and a desk."""

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_RUN = """
axe.run(document, {runOnly: %s, resultTypes: ["violations"]}).then(found => found.violations.map(
  one => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 200))}`))
"""
_WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
_REACH = """
() => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
  const all =
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  window.awaited = new Set([...document.querySelectorAll(all)].filter(
    one => !one.disabled && one.getClientRects().length));
  window.unseen = [];
  const called = one => one.outerHTML.slice(0, 120);
  document.addEventListener("focusin", ({target}) => {
    window.awaited.delete(target);
    const style = getComputedStyle(target);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) === 0)
      window.unseen.push(called(target));
  });
  window.told = () => [[...window.awaited].map(called), window.unseen];
  return window.awaited.size;
}
"""
_STOPS_OF_ONE = 5
"""The Tab key stops in a field for a date at its day, month, year and calendar."""


@dataclass  # Playwright keeps something of its own in whose method it calls
class Watched:
    """A page with what went wrong in it: errors, requests that failed or went elsewhere."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # A page that is left ends its live stream: nothing has gone wrong then.
        if not (request.url.endswith("/moves") and request.failure == "net::ERR_ABORTED"):
            self.wrong.append(f"failed: {request.url}: {request.failure}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob", "about"} and parts.hostname not in HOSTS:
            self.wrong.append(f"elsewhere: {request.url}")

    def forgive(self, words: str) -> None:
        """Strike out what went wrong with these words; it must have gone wrong."""
        assert any(words in one for one in self.wrong), (words, self.wrong)
        self.wrong = [one for one in self.wrong if words not in one]


async def violations(page: Page, rules: Iterable[str] = RULES) -> list[str]:
    """Return what axe finds. Its script goes past the page's policy, which stays in force."""
    devtools = await page.context.new_cdp_session(page)
    for script in (_AXE, _RUN % list(rules)):
        how = {"expression": script, "awaitPromise": True, "returnByValue": script is not _AXE}
        told = await devtools.send("Runtime.evaluate", how)
        assert "exceptionDetails" not in told, told
    await devtools.detach()
    found: list[str] = told["result"]["value"]
    return found


async def sideways(page: Page) -> list[str]:
    """Return the sizes at which the page as a whole is wider than what shows it."""
    found = []
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        whole, shown = await page.evaluate(_WIDTHS)
        if whole > shown:
            found.append(f"{width}x{height}: {whole} > {shown}")
    return found


async def unreached(page: Page) -> dict[str, Any]:
    """Go through the page by the Tab key; return what it does not come to, or does not show."""
    count = await page.evaluate(_REACH)
    for _ in range(count * _STOPS_OF_ONE):
        await page.keyboard.press("Tab")
        if not await page.evaluate("window.awaited.size"):
            break
    missed, unseen = await page.evaluate("window.told()")
    return {"missed": missed, "unseen": unseen} if missed or unseen else {}
