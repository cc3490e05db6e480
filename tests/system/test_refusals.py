"""What Wardbook refuses, and how: a problem document that names field and rule, and no effect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import asyncpg
import httpx
import pytest

from shared.frozen import EARLIEST_DAY
from tests.support.people import MIGRATION, bearing
from tests.support.wardbook import Wardbook

PERIOD = (date(2024, 1, 1), date(2024, 12, 31))
LANGUAGES = {"vi": "vi-VN,vi;q=0.9,en;q=0.5", "en": "en-GB,en;q=0.9,vi;q=0.1"}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong command: changes to a right body of `path`, and the refusal that is due."""

    rule: str
    where: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    path: str = "/cases"
    status: int = 422
    headers: Mapping[str, str] = field(default_factory=dict)
    without: str = ""
    service: str = "registry"


NOWHERE = "/cases/00000000-0000-7000-8000-000000000000/withdrawal"
RIGHT = bearing(MIGRATION)
BODIES: Mapping[str, Mapping[str, Any]] = {
    "/cases": {"procedure": "registry.marriage", "channel": "online", "received_on": "2024-03-04"},
    "/visits": {"visited_on": "2024-03-04", "visitors": 2},
    "/returns": {
        "form": "budget",
        "period_start": "2023-01-01",
        "period_end": "2023-12-31",
        "figures": [{"indicator": "budget.revenue_actual", "amount": 1}],
    },
}
CASES = {
    "no channel": Wrong("missing", "channel", without="channel"),
    "a field too many": Wrong("extra_forbidden", "colour", {"colour": "red"}),
    "a channel that is none": Wrong("enum", "channel", {"channel": "telepathy"}),
    "a day that is none": Wrong(
        "date_from_datetime_parsing", "received_on", {"received_on": "2024-02-30"}
    ),
    "a day to come": Wrong("in_the_future", "received_on", {"received_on": "2999-01-01"}),
    "a day too long ago": Wrong("too_old", "received_on", {"received_on": "1989-12-31"}),
    "due before received": Wrong("before_received", "due_on", {"due_on": "2024-03-03"}),
    "a unit that is none": Wrong("unknown_unit", "unit", {"unit": "99999"}),
    "a unit to come": Wrong("unit_not_in_force", "unit", {"unit": "2025-10525"}),
    "an empty unit": Wrong("string_too_short", "unit", {"unit": ""}),
    "another's procedure": Wrong(
        "unknown_procedure", "procedure", {"procedure": "permits.land_file"}
    ),
    "a name too long": Wrong("string_too_long", "applicant", {"applicant": "x" * 201}),
    "a recording day, no right": Wrong(
        "migration_right", "Recorded-On", status=403, headers={"Recorded-On": "2024-03-04"}
    ),
    "a recording day to come": Wrong(
        "in_the_future", "Recorded-On", headers={"Recorded-On": "2999-01-01", **RIGHT}
    ),
    "a recording day that is none": Wrong(
        "date_parsing", "Recorded-On", headers={"Recorded-On": "yesterday", **RIGHT}
    ),
    "recorded before it happened": Wrong(
        "in_the_future", "received_on", headers={"Recorded-On": "2024-03-03", **RIGHT}
    ),
    "a key too long": Wrong(
        "key_too_long", "Idempotency-Key", status=400, headers={"Idempotency-Key": "k" * 201}
    ),
    "an unknown case": Wrong("unknown_case", "id", path=NOWHERE, status=404),
    "an id that is none": Wrong("uuid_parsing", "id", path="/cases/7/withdrawal"),
    "no such address": Wrong("not_found", "", path="/no-such-address", status=404),
    "no visitors": Wrong(
        "greater_than_equal", "visitors", {"visitors": 0}, "/visits", service="petitions"
    ),
    "visitors in words": Wrong(
        "int_type", "visitors", {"visitors": "two"}, "/visits", service="petitions"
    ),
    "a form that is none": Wrong(
        "unknown_form", "form", {"form": "poems"}, "/returns", service="returns"
    ),
    "a period backwards": Wrong(
        "period_backwards",
        "period_end",
        {"period_end": "2022-12-31"},
        "/returns",
        service="returns",
    ),
    "amount and absence": Wrong(
        "amount_or_absence",
        "figures.0",
        {"figures": [{"indicator": "budget.revenue_plan", "amount": 1, "absence": "missing"}]},
        "/returns",
        service="returns",
    ),
    "a line twice": Wrong(
        "line_twice",
        "figures.1.indicator",
        {"figures": [{"indicator": "budget.revenue_plan", "amount": 1}] * 2},
        "/returns",
        service="returns",
    ),
}


async def traces(wardbook: Wardbook, unit: str) -> list[object]:
    """Return all that a command could have left behind."""
    found: list[object] = []
    for name, table in (("registry", "cases"), ("petitions", "records"), ("returns", "records")):
        conn = await asyncpg.connect(wardbook.dsn(name))
        try:
            found += [await conn.fetchval(f"SELECT count(*) FROM {t}") for t in (table, "outbox")]  # noqa: S608
            found.append(await conn.fetchval("SELECT count(*) FROM idempotency"))
        finally:
            await conn.close()
    return [*found, await wardbook.figures(unit, *PERIOD)]


def assert_problem(answer: httpx.Response, wrong: Wrong, language: str) -> None:
    """Compare an answer with RFC 9457 and with the refusal that is due."""
    assert answer.status_code == wrong.status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == language
    told = answer.json()
    assert told["type"] == f"urn:wardbook:problem:{wrong.rule}"
    assert told["status"] == wrong.status
    assert [(e["field"], e["rule"]) for e in told["errors"]] == [(wrong.where, wrong.rule)]
    assert all(words.strip() for words in (told["title"], told["detail"]))
    message = told["errors"][0]["message"]
    assert "{" not in message
    assert language == "en" or any(letter in message for letter in "ăâđêôơưáàảạếộíýữứủịọầ")


@pytest.mark.parametrize("what", CASES)
async def test_a_wrong_command_is_refused_in_both_languages_and_does_nothing(
    wardbook: Wardbook, what: str
) -> None:
    """The problem document names field and rule; no case, event, key or figure comes of it."""
    wrong, unit = CASES[what], wardbook.new_unit()
    body = {"unit": unit, **BODIES.get(wrong.path, {}), **wrong.changes}
    if wrong.path not in BODIES:
        body = {}
    body.pop(wrong.without, None)
    await wardbook.settled()
    before = await traces(wardbook, unit)
    for language, accepted in LANGUAGES.items():
        headers = {"Accept-Language": accepted, **wrong.headers}
        answer = await wardbook.send(wrong.service, wrong.path, body, headers=headers)
        assert_problem(answer, wrong, language)
    assert await traces(wardbook, unit) == before


async def test_a_broken_body_is_refused_as_such(wardbook: Wardbook) -> None:
    """Neither broken JSON nor broken UTF-8 nor nothing at all is a failure of the service."""
    for content in (b"{not json", b'{"unit": "\xff"}', b"", b"[]", b"null", b"[" * 50_000):
        answer = await wardbook.client.post(
            f"{wardbook.url('registry')}/cases",
            content=content,
            headers={"content-type": "application/json"},
        )
        assert answer.status_code in {400, 422}, (content[:20], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    broken = await wardbook.client.post(
        f"{wardbook.url('registry')}/cases",
        content=b"{not json",
        headers={"content-type": "application/json", "accept-language": "en"},
    )
    assert broken.json()["errors"][0]["rule"] == "json_invalid"


async def test_a_nul_in_a_text_is_refused(wardbook: Wardbook) -> None:
    """PostgreSQL keeps no NUL: the clerk is told so, rather than that the service failed."""
    body = {**BODIES["/cases"], "unit": wardbook.new_unit(), "applicant": "a\x00b"}
    answer = await wardbook.send("registry", "/cases", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "applicant"


async def test_a_closed_case_is_closed_once_and_a_cancelled_one_is_left_alone(
    wardbook: Wardbook,
) -> None:
    """A second closing is a conflict, one before the receipt breaks a rule; nothing moves."""
    unit = wardbook.new_unit()
    case = await wardbook.told("registry", "/cases", {**BODIES["/cases"], "unit": unit})
    path = f"/cases/{case['id']}"
    early = await wardbook.send("registry", f"{path}/withdrawal", {"closed_on": "2024-03-03"})
    assert_problem(early, Wrong("before_received", "closed_on"), "vi")
    await wardbook.told("registry", f"{path}/resolution", {"closed_on": "2024-03-05"})
    await wardbook.settled()
    before = await traces(wardbook, unit)
    for name, body in (("resolution", {}), ("withdrawal", {}), ("refusal", {"reason": "x"})):
        answer = await wardbook.send("registry", f"{path}/{name}", body)
        assert_problem(answer, Wrong("case_closed", "", status=409), "vi")
    nothing = {"channel": "online", "reason": "x"}
    answer = await wardbook.send("registry", f"{path}/correction", nothing)
    assert_problem(answer, Wrong("nothing_changes", ""), "vi")
    assert await traces(wardbook, unit) == before
    await wardbook.told("registry", f"{path}/cancellation", {"reason": "x"})
    again = await wardbook.send("registry", f"{path}/cancellation", {"reason": "x"})
    assert_problem(again, Wrong("case_cancelled", "", status=409), "vi")


async def test_a_key_stands_for_one_request(wardbook: Wardbook) -> None:
    """The same request gets the same answer and is done once; another under the key is refused."""
    unit, key = wardbook.new_unit(), wardbook.new_key()
    body = {**BODIES["/cases"], "unit": unit}
    first = await wardbook.told("registry", "/cases", body, key=key)
    assert await wardbook.told("registry", "/cases", body, key=key) == first
    other = await wardbook.send("registry", "/cases", body | {"channel": "post"}, key=key)
    assert_problem(other, Wrong("key_reused", "Idempotency-Key"), "vi")
    await wardbook.settled()
    assert (await wardbook.figures(unit, *PERIOD))["registry.applications_received"] == 1


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"unit": "99999"}, Wrong("unknown_unit", "unit", status=404)),
        ({"unit": "2025-10525"}, Wrong("unit_not_in_force", "unit")),
        ({"to": "2023-12-31"}, Wrong("period_backwards", "to")),
        ({"to": "2999-01-01"}, Wrong("in_the_future", "to")),
        ({"as_of": "2999-01-01"}, Wrong("in_the_future", "as_of")),
        ({"from": "soon"}, Wrong("date_from_datetime_parsing", "from")),
        ({"format": "papyrus"}, Wrong("not_acceptable", "format")),
        ({"to": None}, Wrong("missing", "to")),
    ],
)
async def test_a_wrong_question_is_refused_in_both_languages(
    wardbook: Wardbook, changes: dict[str, str | None], wrong: Wrong
) -> None:
    """A report that cannot be is a problem document that names the parameter."""
    asked = {"unit": wardbook.new_unit(), "from": "2024-01-01", "to": "2024-12-31", **changes}
    for language, accepted in LANGUAGES.items():
        answer = await wardbook.client.get(
            f"{wardbook.url('reporting')}/reports/term",
            params={name: value for name, value in asked.items() if value is not None},
            headers={"accept-language": accepted},
        )
        assert_problem(answer, wrong, language)


@pytest.mark.parametrize(
    ("service", "path", "body", "figure"),
    [
        ("registry", "/cases", {"due_on": "9999-12-31"}, "registry.applications_received"),
        ("petitions", "/visits", {"visited_on": "1900-01-01"}, "petitions.visitors_received"),
        ("petitions", "/visits", {"visited_on": "0001-01-01"}, "petitions.visitors_received"),
    ],
)
async def test_what_is_accepted_is_counted_however_extreme(
    wardbook: Wardbook, service: str, path: str, body: dict[str, str], figure: str
) -> None:
    """A day at the edge of the calendar is refused at the desk, or else it reaches the report."""
    unit = wardbook.new_unit()
    answer = await wardbook.send(service, path, {**BODIES[path], "unit": unit, **body})
    if answer.status_code == 422:
        return
    assert answer.is_success, answer.text
    await wardbook.settled()
    figures = await wardbook.figures(unit, EARLIEST_DAY, date(2024, 12, 31))
    assert figures[figure] > 0
