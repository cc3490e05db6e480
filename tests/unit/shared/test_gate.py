"""The gate: the default is refusal, by address, role, department, size and number of requests."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request

from shared.access import Access, asking
from shared.doorkeeper import Roll
from shared.people import Role
from shared.problems import install_problems
from tests.support.people import bearing, entry, let_in, people_file

UNIT = "2004-10525"
FORGED = {"authorization": "Bearer x.y.z"}


@pytest.fixture
def app() -> FastAPI:
    """A registry with one route that access.toml knows, one that it does not, and an open one."""
    app = FastAPI()
    install_problems(app)

    @app.get("/cases")
    async def cases(request: Request) -> str:
        return asking(request).subject

    @app.post("/cases")
    async def receive(request: Request) -> int:
        return len(await request.body())

    @app.get("/forgotten")
    async def forgotten() -> str:
        return "nobody thought of who may see this"

    @app.get("/live")
    async def live() -> str:
        return "ok"

    return app


@pytest.fixture
async def client(app: FastAPI, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    slow = entry("slow", UNIT, Role.OFFICER, requests_a_minute=3)
    elsewhere = entry("elsewhere", UNIT, Role.OFFICER, departments=["permits"])
    let_in(app, tmp_path, people_file(UNIT) + slow + elsewhere, "registry")
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ward") as one:
        yield one


def rule(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_what_nobody_thought_of_is_refused(client: httpx.AsyncClient) -> None:
    told = await client.get("/forgotten", headers=bearing(Role.OFFICER))
    assert rule(told) == (404, "not_found")
    assert (await client.get("/live")).status_code == 200


async def test_a_method_that_nobody_thought_of_is_refused(client: httpx.AsyncClient) -> None:
    told = await client.delete("/cases", headers=bearing(Role.OFFICER))
    assert (rule(told), told.headers["allow"]) == ((405, "method_not_allowed"), "GET, POST")


async def test_the_gate_asks_who_it_is_and_what_they_are(client: httpx.AsyncClient) -> None:
    asked = {
        "nobody": {},
        "forged": FORGED,
        "not listed": bearing("somebody else"),
        "signer": bearing(Role.SIGNER),
        "elsewhere": bearing("elsewhere"),
        "officer": bearing(Role.OFFICER),
    }
    answers = {who: await client.get("/cases", headers=headers) for who, headers in asked.items()}

    assert answers.pop("officer").json() == "officer"
    assert {who: rule(answer) for who, answer in answers.items()} == {
        "nobody": (401, "token_missing"),
        "forged": (401, "token_invalid"),
        "not listed": (403, "unknown_person"),
        "signer": (403, "role_needed"),
        "elsewhere": (403, "department_needed"),
    }


async def test_a_body_is_not_longer_than_it_may_be_whether_it_says_so_or_not(
    client: httpx.AsyncClient,
) -> None:
    async def parts(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"x" * 65_536

    headers = bearing(Role.OFFICER)
    assert (await client.post("/cases", content=parts(16), headers=headers)).json() == 1_048_576
    said = await client.post("/cases", content=b"x" * 1_048_577, headers=headers)
    unsaid = await client.post("/cases", content=parts(17), headers=headers)
    assert [rule(said), rule(unsaid)] == [(413, "body_too_large")] * 2


async def test_a_page_of_another_site_commands_nothing(client: httpx.AsyncClient) -> None:
    """A browser says from where it was told to send; software says nothing of it."""
    told = [
        rule(await client.post("/cases", headers=headers))
        for headers in (
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"origin": "https://elsewhere.example"},
            {"origin": "null"},
            {"sec-fetch-site": "same-origin"},
            {"origin": "http://ward"},
            {},
        )
    ]
    assert told == [(403, "cross_site")] * 4 + [(401, "token_missing")] * 3


async def test_somebody_sends_so_many_requests_in_a_minute_and_no_more(
    client: httpx.AsyncClient,
) -> None:
    answers = [await client.get("/cases", headers=bearing("slow")) for _ in range(7)]
    others = await client.get("/cases", headers=bearing(Role.OFFICER))

    refused = [one for one in answers if one.status_code == 429]
    assert 1 <= len(refused) <= 4  # a minute may have begun in between
    assert rule(refused[0]) == (429, "too_many_requests")
    assert 1 <= int(refused[0].headers["retry-after"]) <= 60
    assert others.status_code == 200


async def test_who_guesses_tokens_does_not_get_far(client: httpx.AsyncClient) -> None:
    answers = [(await client.get("/cases", headers=FORGED)).status_code for _ in range(260)]
    assert set(answers) == {401, 429}
    assert (await client.get("/cases", headers=bearing(Role.OFFICER))).status_code == 200


async def test_every_answer_is_armed_against_misuse_in_a_browser(
    client: httpx.AsyncClient,
) -> None:
    for answer in (
        await client.get("/live"),
        await client.get("/cases", headers=bearing(Role.OFFICER)),
        await client.get("/cases"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "private, no-cache"


def test_whoever_is_struck_out_is_out_and_a_broken_file_changes_nothing(tmp_path: Path) -> None:
    seconds = 0.0
    file = tmp_path / "people.toml"
    file.write_text(people_file(UNIT))
    roll = Roll(file, lambda: seconds)

    file.write_text("[[person]")
    seconds += 2
    assert "officer" in roll.people().by_subject
    file.write_text(entry("signer", UNIT, Role.SIGNER))
    assert "officer" in roll.people().by_subject
    seconds += 2
    assert roll.people().by_subject.keys() == {"signer"}


@pytest.mark.parametrize("service", ["registry", "permits", "petitions", "returns", "reporting"])
def test_an_address_is_of_one_rule(service: str) -> None:
    """A rule that stood twice would let in whom the other one refuses."""
    access = Access.of(service)
    assert len(access.rules) > 15
    assert access.find("HEAD", "/live").is_open
