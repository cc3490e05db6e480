"""The console's door: the code flow with the development issuer, as a browser goes it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request

from deploy.embedded.ports import HOST
from deploy.issuer.app import IssuerSettings
from deploy.issuer.app import build as issuer
from services.reporting.settings import ReportingSettings
from services.reporting.signing_in import install_console
from shared.access import Access, asking
from shared.clock import system_clock
from shared.gate import install_gate
from shared.people import Role
from shared.problems import install_problems
from tests.support.people import entry
from tests.support.servers import free_ports
from tests.support.serving import served
from tests.support.wait import wait_until

PAGE = {"accept": "text/html"}


@dataclass(frozen=True, slots=True)
class Console:
    """A console and its issuer, each at an address."""

    url: str
    issuer: str
    people: Path


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    """A reader of a ward, and somebody whom the issuer knows and the file of people does not."""
    ports = free_ports(2)
    own, theirs = (f"http://{HOST}:{port}" for port in (ports, ports + 1))
    people = tmp_path / "people.toml"
    people.write_text(entry("r1", "2004-10525", Role.READER, name="Người xem mẫu"))
    told = {"issuer": theirs, "people": people, "console": own, "client_secret": "of the console"}
    settings = ReportingSettings.model_validate(
        {**told, "kafka": "x:1", "database": "x", "port": ports, "session_secret": "s" * 32}
    )
    app = FastAPI()
    install_problems(app)

    @app.get("/documents")
    async def documents(request: Request) -> str:
        return asking(request).name

    @app.post("/documents")
    async def draw(request: Request) -> str:
        return asking(request).name

    install_gate(app, "reporting", settings, system_clock, settings.console)
    install_console(app, settings)
    by = IssuerSettings.model_validate({**told, "port": ports + 1, "software_secret": "software"})
    async with served(app, ports), served(issuer(by), ports + 1):
        yield Console(own, theirs, people)


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(headers=PAGE) as client:
        yield client


async def asked_who(browser: httpx.AsyncClient, url: str) -> tuple[str, dict[str, str]]:
    """Follow to the issuer's page; return it and the fields of its form."""
    page = await browser.get(url, follow_redirects=True)
    assert page.status_code == 200, page.text
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    return page.text, {name: unescape(value) for name, value in fields}


async def signed_in(
    browser: httpx.AsyncClient, console: Console, path: str, who: str
) -> httpx.Response:
    """Go to a page, say who it is, and come back."""
    _, fields = await asked_who(browser, console.url + path)
    return await browser.post(
        f"{console.issuer}/authorize", data={**fields, "subject": who}, follow_redirects=True
    )


async def test_somebody_signs_in_reads_and_signs_out(
    console: Console, browser: httpx.AsyncClient
) -> None:
    page, _ = await asked_who(browser, f"{console.url}/documents")
    assert "Người xem mẫu" in page

    back = await signed_in(browser, console, "/documents?before=x", "r1")
    assert (back.json(), str(back.url)) == ("Người xem mẫu", f"{console.url}/documents?before=x")
    home = await browser.get(f"{console.url}/")
    assert "Phường Trần Hưng Đạo" in home.text

    out = await browser.post(f"{console.url}/logout", headers={"sec-fetch-site": "same-origin"})
    assert "Đã đăng xuất" in out.text
    assert (await browser.get(f"{console.url}/documents")).status_code == 303


async def test_the_cookie_is_for_no_script_and_no_other_site(
    console: Console, browser: httpx.AsyncClient
) -> None:
    told = (await browser.get(f"{console.url}/login")).headers["set-cookie"].casefold()
    assert "httponly" in told
    assert "samesite=lax" in told
    assert "domain" not in told


async def test_a_page_elsewhere_cannot_use_who_has_signed_in(
    console: Console, browser: httpx.AsyncClient
) -> None:
    await signed_in(browser, console, "/documents", "r1")

    step = "/console/documents/00000000-0000-7000-8000-000000000000/steps"
    for path in ("/documents", "/logout", step):
        told = await browser.post(console.url + path, headers={"sec-fetch-site": "cross-site"})
        assert (told.status_code, told.json()["type"]) == (403, "urn:wardbook:problem:cross_site")
    own = await browser.post(f"{console.url}/documents", headers={"sec-fetch-site": "same-origin"})
    assert own.json()["type"] == "urn:wardbook:problem:role_needed"


async def test_a_forged_cookie_is_nobody(console: Console, browser: httpx.AsyncClient) -> None:
    await signed_in(browser, console, "/documents", "r1")
    value = browser.cookies["wardbook"]
    browser.cookies.clear()

    for forged in (value[:-2] + "xx", "eyJzdWJqZWN0IjogInIxIn0=", "x"):
        cookie = {"cookie": f"wardbook={forged}"}
        told = await browser.get(f"{console.url}/documents", headers=cookie)
        assert told.status_code == 303, forged


async def test_whoever_is_struck_out_is_out_though_signed_in(
    console: Console, browser: httpx.AsyncClient
) -> None:
    await signed_in(browser, console, "/documents", "r1")
    console.people.write_text(entry("r2", "2004-10525", Role.READER))

    async def is_out() -> bool:
        return (await browser.get(f"{console.url}/documents")).status_code == 403

    await wait_until(is_out, seconds=10)


@pytest.mark.parametrize(
    "following", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", ""]
)
async def test_who_signs_in_stays_here(
    console: Console, browser: httpx.AsyncClient, following: str
) -> None:
    back = await signed_in(browser, console, f"/login?next={following}", "r1")
    assert str(back.url) == f"{console.url}/"


async def test_a_code_is_used_once_and_by_who_asked_for_it(
    console: Console, browser: httpx.AsyncClient
) -> None:
    """One who brings the code of somebody else, or the state of none, is not let in."""
    _, fields = await asked_who(browser, f"{console.url}/documents")
    given = await browser.post(
        f"{console.issuer}/authorize", data={**fields, "subject": "r1"}, follow_redirects=False
    )
    address = given.headers["location"]
    async with httpx.AsyncClient() as other:
        stolen = await other.get(address)
        assert (stolen.status_code, stolen.json()["type"].rpartition(":")[2]) == (
            401,
            "sign_in_failed",
        )
    assert (await browser.get(address)).status_code == 303
    again = await browser.get(address)
    assert again.status_code == 401
    told = {name: said[0] for name, said in parse_qs(urlsplit(address).query).items()}
    basic = httpx.BasicAuth("wardbook-console", "of the console")
    form = {"grant_type": "authorization_code", "code": told["code"], "code_verifier": "x"}
    assert (await browser.post(f"{console.issuer}/token", data=form, auth=basic)).status_code == 400


async def test_the_issuer_gives_nothing_to_who_has_no_secret(
    console: Console, browser: httpx.AsyncClient
) -> None:
    for secret in ("", "guessed"):
        told = await browser.post(
            f"{console.issuer}/token",
            data={"grant_type": "client_credentials"},
            auth=("r1", secret),
        )
        assert told.status_code == 401
    right = await browser.post(
        f"{console.issuer}/token",
        data={"grant_type": "client_credentials"},
        auth=("r1", "software"),
    )
    token = right.json()["access_token"]
    answer = await browser.get(
        f"{console.url}/documents", headers={"authorization": f"Bearer {token}"}
    )
    assert answer.json() == "Người xem mẫu"


def test_the_pages_of_the_console_are_listed() -> None:
    listed = {address for _, address in Access.of("reporting").rules}
    assert listed >= {"/", "/login", "/login/return", "/logout"}
