"""A running Wardbook with its console, and a browser in which somebody has signed in there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from deploy.chromium import chromium
from deploy.embedded.ports import HOST
from deploy.embedded.postgres import Postgres
from deploy.issuer.app import IssuerSettings
from deploy.issuer.app import build as issuer
from shared.topics import create_topics
from tests.support.browsing import Watched
from tests.support.console import DAY, DRAFTER, UNIT, Console, Office, Visit, sign_in
from tests.support.people import bearing
from tests.support.servers import free_ports, running_kafka, running_postgres
from tests.support.serving import served
from tests.support.wardbook import Wardbook, running_wardbook

# A machine of tests reaches no network beyond itself, and root has no sandbox.
_SWITCHES = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--no-first-run",
)


@pytest.fixture(scope="session")
async def console(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Console]:
    """Five services that were told of cases; reporting knows the issuer that people come by.

    On a Kafka and a PostgreSQL of their own: the shared ones hold what other tests told.
    """
    folder = tmp_path_factory.mktemp("console")
    async with running_kafka(folder) as kafka, running_postgres(folder) as postgres:
        await create_topics(kafka.bootstrap)
        async with (
            running_wardbook(kafka.bootstrap, postgres.dsn, folder) as wardbook,
            _with_an_issuer(wardbook, postgres) as console,
        ):
            yield console


@asynccontextmanager
async def _with_an_issuer(wardbook: Wardbook, postgres: Postgres) -> AsyncIterator[Console]:
    for received_on in (DAY, "2024-03-02"):
        body = {"procedure": "registry.birth", "channel": "online", "received_on": received_on}
        await wardbook.told("registry", "/cases", {"unit": UNIT, **body})
    await wardbook.settled()
    order = {"kind": "report", "unit": UNIT, "from": "2024-01-01", "to": "2024-06-30"}
    draft = await wardbook.told("reporting", "/documents", order, headers=bearing(DRAFTER))
    port = free_ports()
    own, theirs = wardbook.url("reporting"), f"http://{HOST}:{port}"
    people = wardbook.access["WARDBOOK_PEOPLE"]
    told = {"issuer": theirs, "people": people, "console": own, "client_secret": "of tests"}
    software = {"port": port, "software_secret": "of software"}
    by = IssuerSettings.model_validate({**told, **software})
    async with served(issuer(by), port):
        wardbook.access = {
            "WARDBOOK_ISSUER": theirs,
            "WARDBOOK_PEOPLE": people,
            "WARDBOOK_CONSOLE": own,
            "WARDBOOK_CLIENT_SECRET": "of tests",
            "WARDBOOK_SESSION_SECRET": "s" * 32,
        }
        await wardbook.stop("reporting")
        await wardbook.start("reporting")
        yield Console(wardbook, postgres, own, draft["id"])


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium. It fails where there is none: a test that was left out would tell nothing."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=_SWITCHES)
        yield launched
        await launched.close()


@pytest.fixture
async def stranger(browser: Browser) -> AsyncIterator[Watched]:
    """A page of somebody who has not signed in; nothing may have gone wrong in the end."""
    async with _opened(browser) as watched:
        yield watched


@pytest.fixture(scope="session")
async def city(browser: Browser, console: Console) -> Any:
    """What the browser keeps of the city's reader after signing in by clicks."""
    async with _opened(browser) as watched:
        await sign_in(watched.page, console.url)
        return await watched.page.context.storage_state()


@pytest.fixture
async def reader(browser: Browser, city: Any) -> AsyncIterator[Watched]:
    """A page of the city's reader; nothing may have gone wrong in the end."""
    async with _opened(browser, storage_state=city) as watched:
        yield watched


@pytest.fixture
async def office(browser: Browser, console: Console) -> AsyncIterator[Office]:
    """People of the ward's office by their names, each with a page in which they signed in."""
    async with AsyncExitStack() as stack:
        there: dict[str, Watched] = {}

        async def page_of(name: str) -> Watched:
            if name not in there:
                there[name] = await stack.enter_async_context(_opened(browser))
                await sign_in(there[name].page, console.url, name)
            return there[name]

        yield page_of


@asynccontextmanager
async def _opened(browser: Browser, **how: Any) -> AsyncIterator[Watched]:
    context = await browser.new_context(locale="en-US", **how)
    context.set_default_timeout(15_000)
    watched = Watched(await context.new_page())
    yield watched
    await context.close()
    assert watched.wrong == []


@pytest.fixture(
    params=[
        *("home", "overview", "unit", "vintages", "returns", "documents", "document"),
        *("report", "evidence", "refused"),
    ]
)
def visit(request: pytest.FixtureRequest, console: Console) -> Visit:
    """Go to each of the pages."""
    days = "from=2024-01-01&to=2024-12-31"
    report = f"/reports/term?unit={UNIT}&{days}&format=html"
    figure = "figure=registry.applications_received"
    path = {
        "home": "/",
        "overview": f"/console?unit=2004-288&{days}&compare=2004-{UNIT}&compare=2004-10528",
        "unit": f"/console/units/2004-{UNIT}?{days}",
        "vintages": f"/console/units/2004-{UNIT}/compare?{days}&with=2024-03-01",
        "returns": f"/console/units/2004-{UNIT}/returns?year=2024",
        "documents": f"/console/units/2004-{UNIT}/documents?{days}",
        "document": f"/console/documents/{console.draft}",
        "report": report,
        "evidence": f"/evidence?unit={UNIT}&{days}&{figure}",
        "refused": "/reports/term?unit=99999&from=2024-01-01&to=2024-12-31",
    }[request.param]

    async def go(page: Page) -> None:
        await page.goto(console.url + path)
        await page.locator("h1").first.wait_for()

    return go
