"""What a clerk asks on a real PostgreSQL: cases found, their history, who may read what."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from services.registry.model import REGISTRY
from shared import outbox
from shared.casework.commands import (
    CancelCase,
    CorrectCase,
    ExtendCase,
    PauseCase,
    ReceiveCase,
    ResolveCase,
    ResumeCase,
)
from shared.casework.files.api import file_routes
from shared.casework.retention import RULES, Rule, due, empty
from shared.client import DepartmentClient, Refusal
from shared.database import Pool
from shared.events.cases import Channel
from shared.people import Role
from tests.support.office import RECEIPT, TOKEN, Office, a_database_of_offices, an_office
from tests.support.people import EVERYTHING, bearing, entry, people_file, token_of

LATER = datetime(2023, 11, 20, 3, tzinfo=UTC)
WHY = {"purpose": "Trả lời đơn của người nộp"}


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with a_database_of_offices(database) as opened:
        yield opened


@pytest.fixture
async def office(pool: Pool) -> AsyncIterator[Office]:
    """An office on 20 November 2023."""
    async with an_office(pool, now=LATER) as opened:
        yield opened


def bearer(role: Role) -> dict[str, str]:
    return bearing(role)


async def done(office: Office, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = await office.post(body, path=path, **headers)
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def received(office: Office, **told: Any) -> dict[str, Any]:
    return await done(office, "/cases", RECEIPT | told)


async def found(office: Office, **asked: Any) -> list[str]:
    """Return the ids of all that is found, page after page."""
    address, ids = httpx.URL("/cases", params={"limit": 2, **asked}), list[str]()
    while True:
        answer = await office.client.get(address)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        ids += [one["id"] for one in page["cases"]]
        if page["next"] is None:
            return ids
        address = httpx.URL(page["next"])


async def published(pool: Pool) -> None:
    """Do what the relay does once Kafka has acknowledged everything."""
    async with pool.acquire() as conn:
        await outbox.archive(conn, await outbox.oldest(conn, 1000), {})


async def test_cases_are_found_by_what_a_clerk_knows_of_them(office: Office) -> None:
    """Open ones in the order of their due days, whose clock stands last; others newest first."""
    days = [
        ("2023-11-01", "2023-11-30"),
        ("2023-11-02", "2023-11-10"),
        ("2023-11-03", "2023-11-17"),
    ]
    far, late, later = [
        (await received(office, received_on=day, due_on=due))["id"] for day, due in days
    ]
    waits = (await received(office, received_on="2023-11-04", due_on="2023-11-09"))["id"]
    await done(office, f"/cases/{waits}/pause", {"paused_on": "2023-11-08", "reason": "thiếu"})
    closed = await received(
        office, procedure="registry.marriage", unit="10528", received_on="2023-11-05"
    )
    await done(office, f"/cases/{closed['id']}/resolution", {"closed_on": "2023-11-06"})

    assert await found(office, status="open") == [late, later, far, waits]
    assert await found(office, overdue="true") == [late, later]
    assert await found(office) == [closed["id"], waits, later, late, far]
    assert await found(office, procedure="registry.marriage", status="resolved") == [closed["id"]]
    assert await found(office, unit="10525", received_to="2023-11-02") == [late, far]
    assert await found(office, unit="2004-10528") == [closed["id"]]
    assert await found(office, due_from="2023-11-10", due_to="2023-11-17") == [later, late]
    assert await found(office, code=closed["code"].lower()) == [closed["id"]]
    assert await found(office, code=closed["id"], received_from="2023-11-05") == [closed["id"]]
    told = (await office.client.get("/cases", params={"status": "open"})).json()["cases"]
    assert [one["overdue"] for one in told] == [True, True, False, False]


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ("recieved_from=2023-11-01", "unknown_parameter"),
        ("received_from=1.11.2023", "date_from_datetime_parsing"),
        ("code=067M", "unknown_code"),
        ("procedure=permits.repair", "unknown_procedure"),
        ("status=late", "enum"),
        ("unit=x", "string_pattern_mismatch"),
        ("limit=0", "greater_than_equal"),
        ("after=2023-11-01", "unknown_place"),
        ("after=2023-11-01.00000000-0000-7000-8000-000000000000.waits", "unknown_place"),
        ("status=open&after=2023-11-01.00000000-0000-7000-8000-000000000000", "unknown_place"),
    ],
)
async def test_a_question_that_is_not_understood_is_refused(
    office: Office, asked: str, rule: str
) -> None:
    answer = await office.client.get(f"/cases?{asked}")

    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (422, rule)


async def test_the_history_of_a_case_is_whole_wherever_its_steps_stand(office: Office) -> None:
    """In the outbox, in the history, in both: each with what it changed, from what to what."""
    case = await received(office, received_on="2023-11-01", received_time="09:00")
    path = f"/cases/{case['id']}"
    await done(office, f"{path}/resolution", {"closed_on": "2023-11-02", "born_on": "2023-10-01"})
    at_first = (await office.client.get(f"{path}/history")).json()
    await published(office.pool)
    published_two = (await office.client.get(f"{path}/history")).json()
    await done(
        office, f"{path}/correction", {"channel": "post", "reason": "bà Hoa nộp qua bưu điện"}
    )
    await done(office, f"{path}/cancellation", {"reason": "nhập hai lần"})
    in_both = (await office.client.get(f"{path}/history")).json()
    await published(office.pool)

    assert at_first == published_two
    assert at_first["steps"] == in_both["steps"][:2]
    assert (await office.client.get(f"{path}/history")).json() == in_both
    assert (in_both["id"], in_both["complete"]) == (case["id"], True)
    assert [one["type"] for one in in_both["steps"]] == [
        "case.received",
        "registry.birth.registered",
        "case.corrected",
        "case.cancelled",
    ]
    assert [one["changes"] for one in in_both["steps"]] == [
        [],
        [
            {"field": "status", "old": "open", "new": "resolved"},
            {"field": "closed_on", "old": None, "new": "2023-11-02"},
            {"field": "born_on", "old": None, "new": "2023-10-01"},
        ],
        [{"field": "channel", "old": "online", "new": "post"}],
        [{"field": "status", "old": "resolved", "new": "cancelled"}],
    ]
    corrected = in_both["steps"][2]
    assert corrected["corrects"] == in_both["steps"][1]["id"]
    assert (corrected["occurred_on"], corrected["migrated"]) == ("2023-11-20", False)
    assert "Hoa" not in str(in_both)


async def test_an_entry_of_a_register_has_its_history_too(office: Office) -> None:
    body = {
        "unit": "10525",
        "register_code": "works",
        "happened_on": "2023-11-10",
        "values": {"name": "Nhà văn hóa khu 3", "kind": "culture_house"},
    }
    entry = await done(office, "/entries", body)
    path = f"/entries/{entry['id']}"
    change = {"happened_on": "2023-11-09", "cancelled": True, "reason": "ghi nhầm"}
    await done(office, f"{path}/correction", change)
    told = (await office.client.get(f"{path}/history")).json()
    unknown = await office.client.get(f"/entries/{'0' * 8}-0000-7000-8000-{'0' * 12}/history")

    assert [one["changes"] for one in told["steps"]] == [
        [],
        [
            {"field": "happened_on", "old": "2023-11-10", "new": "2023-11-09"},
            {"field": "cancelled", "old": False, "new": True},
        ],
    ]
    assert told["steps"][1]["corrects"] == told["steps"][0]["id"]
    assert (unknown.status_code, unknown.json()["errors"][0]["rule"]) == (404, "unknown_record")


async def test_steps_from_before_the_history_are_said_to_be_missing(office: Office) -> None:
    case = await received(office)
    await office.pool.execute("DELETE FROM outbox")
    told = (await office.client.get(f"/cases/{case['id']}/history")).json()

    assert (told["complete"], told["steps"]) == (False, [])


async def test_only_the_people_of_the_office_are_let_in(pool: Pool) -> None:
    """With the right that each has; what an officer does is known to be theirs."""
    migrator = entry("migrator", "2004-10525", Role.OFFICER, Role.MIGRATOR)
    people = people_file("2004-10525") + migrator
    async with an_office(pool, people=people) as office:
        migrated = {**bearing("migrator"), "recorded_on": "2023-11-10"}
        old = await done(office, "/cases", RECEIPT | {"received_on": "2023-11-10"}, **migrated)
        case = await done(office, "/cases", RECEIPT, **bearer(Role.OFFICER))
        answers = {
            who: (await office.post(**how)).status_code
            for who, how in {
                "stranger": {},
                "other": {"authorization": "Bearer of-somebody-else"},
                "not listed": bearing("somebody else"),
                "auditor": bearer(Role.AUDITOR),
                "signer": bearer(Role.SIGNER),
            }.items()
        }
        asked = [
            (await office.client.get("/cases", headers=headers)).status_code
            for headers in ({}, bearer(Role.SIGNER), bearer(Role.AUDITOR), bearer(Role.OFFICER))
        ]
        histories = [
            (await office.client.get(f"/cases/{one['id']}/history", headers=bearer(Role.OFFICER)))
            for one in (old, case)
        ]

    assert answers == {
        "stranger": 401,
        "other": 401,
        "not listed": 403,
        "auditor": 403,
        "signer": 403,
    }
    assert asked == [401, 403, 200, 200]
    assert [one.json()["steps"][0]["actor"] for one in histories] == ["migrator", "officer"]


async def test_personal_data_are_read_by_role_and_every_reading_is_kept(pool: Pool) -> None:
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(an_office(pool, people=people_file("2025-10525")))
        other = await stack.enter_async_context(an_office(pool, people=people_file("2004-10528")))
        case = await done(office, "/cases", RECEIPT, **bearer(Role.OFFICER))
        path, reader = f"/cases/{case['id']}", bearer(Role.PERSONAL_DATA_READER)
        await done(
            office, f"{path}/refusal", {"reason": "bà Hoa ở nơi khác"}, **bearer(Role.OFFICER)
        )

        async def ask(
            at: Office, what: str, headers: dict[str, str], **asked: str
        ) -> httpx.Response:
            return await at.client.get(what, params=asked, headers=headers)

        refused = [
            await ask(office, f"{path}/particulars", bearer(Role.OFFICER), **WHY),
            await ask(office, f"{path}/particulars", reader),
            await ask(office, f"{path}/particulars", reader, purpose="  .  "),
            await ask(office, f"{path}/history", bearer(Role.OFFICER), **WHY),
            await ask(other, f"{path}/particulars", reader, **WHY),
            await ask(office, "/readings", reader),
        ]
        kept = await pool.fetchval("SELECT count(*) FROM readings")
        told = await ask(office, f"{path}/particulars", reader, **WHY)
        history = await ask(office, f"{path}/history", reader, **WHY)
        trail = await ask(office, "/readings", bearer(Role.AUDITOR), subject=case["id"])
        of_other = await ask(other, "/readings", bearer(Role.AUDITOR))
        await pool.execute("DELETE FROM outbox")
        of_before = await ask(office, f"{path}/particulars", reader, **WHY)

    assert [one.status_code for one in refused] == [403, 422, 422, 403, 403, 403]
    assert kept == 0
    assert told.json() == {
        "id": case["id"],
        "applicant": "A",
        "particulars": {},
        "reasons": [{"step": f"{case['id']}.00000002", "reason": "bà Hoa ở nơi khác"}],
    }
    assert history.json()["steps"][1]["reason"] == "bà Hoa ở nơi khác"
    assert [(one["reader"], one["fields"], one["purpose"]) for one in trail.json()] == [
        ("personal_data_reader", ["reasons"], WHY["purpose"]),
        ("personal_data_reader", ["applicant", "reasons"], WHY["purpose"]),
    ]
    assert of_other.json() == []
    assert of_before.json()["reasons"] == [{"step": None, "reason": "bà Hoa ở nơi khác"}]
    for change in ("UPDATE readings SET reader = 'B'", "DELETE FROM readings", "TRUNCATE readings"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only grows"):
            await pool.execute(change)


async def test_what_is_personal_is_emptied_when_its_time_is_over(office: Office) -> None:
    """Once, and only what the rule names: open cases, other procedures, younger steps keep it."""
    rule = Rule(
        code="certification",
        of="cases",
        procedures=("registry.copy_certification",),
        columns=("applicant", "reason"),
        years=2,
        basis="",
    )
    migrated = {"authorization": f"Bearer {TOKEN}", "recorded_on": "2020-03-02"}
    ids = []
    for procedure, then, told in (
        ("registry.copy_certification", "refusal", migrated),
        ("registry.copy_certification", None, migrated),
        ("registry.marriage", "refusal", migrated),
        ("registry.copy_certification", "refusal", dict[str, str]()),
    ):
        body = RECEIPT | {"procedure": procedure, "received_on": "2020-03-02"}
        case = await done(office, "/cases", body, **migrated)
        if then:
            reason = {"reason": "bà Hoa", "closed_on": "2020-03-02"}
            await done(office, f"/cases/{case['id']}/{then}", reason, **told)
        ids.append(case["id"])
    await published(office.pool)
    before = [(await office.client.get(f"/cases/{one}")).json() for one in ids]
    today = date(2022, 3, 3)

    assert await due(office.pool, rule, date(2022, 3, 2)) == 0
    assert await due(office.pool, rule, today) == 1
    assert await empty(office.pool, rule, today) == 1
    assert (await due(office.pool, rule, today), await empty(office.pool, rule, today)) == (0, 0)
    kept = await office.pool.fetch("SELECT applicant, reason FROM cases ORDER BY id")
    assert [tuple(row) for row in kept] == [(None, None), ("A", None), *[("A", "bà Hoa")] * 2]
    reasons = await office.pool.fetch("SELECT reason FROM history WHERE reason IS NOT NULL")
    assert len(reasons) == 2
    assert [(await office.client.get(f"/cases/{one}")).json() for one in ids] == before
    noted = await office.pool.fetch("SELECT rule, before, rows FROM retentions")
    assert [tuple(row) for row in noted] == [("certification", date(2020, 3, 3), 1)]
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only grows"):
        await office.pool.execute("DELETE FROM retentions")


async def test_what_stood_in_broken_cells_is_emptied_and_their_number_stays(office: Office) -> None:
    await office.pool.execute(
        "INSERT INTO case_files (id, sent_at, dry_run, take, unused)"
        " VALUES (gen_random_uuid(), '2020-03-02', false, 'all', '{}')"
    )
    await office.pool.execute(
        "INSERT INTO case_file_faults"
        """ SELECT id, 2, 'A2', 'unit', 'unknown_unit', '{"unit": "bà Hoa"}' FROM case_files"""
    )
    rule = next(one for one in RULES if one.of == "file_faults")

    told = [await empty(office.pool, rule, date(day, 3, 3)) for day in (2021, 2021, 2022)]

    assert told == [1, 0, 0]
    assert await office.pool.fetchval("SELECT values::text FROM case_file_faults") == '{"unit": ""}'


async def test_what_stands_in_broken_cells_is_told_to_who_sent_the_file(
    pool: Pool,
) -> None:
    """It may be anything that stood in a register; others are told where and what is wrong."""
    await pool.execute(
        "INSERT INTO case_files (id, dry_run, take, unused, sent_by)"
        " VALUES (gen_random_uuid(), false, 'all', '{}', 'officer')"
    )
    await pool.execute(
        "INSERT INTO case_file_faults"
        """ SELECT id, 2, 'B2', 'due_on', 'not_a_day', '{"shown": "bà Hoa"}' FROM case_files"""
    )
    file = await pool.fetchval("SELECT id FROM case_files")
    path = f"/cases/files/{file}"
    people = people_file("2004-10525", Role.OFFICER)
    routes = [lambda desk, pool: file_routes(REGISTRY, desk, pool)]
    async with an_office(pool, people=people, routes=routes) as office:
        sender, other = [
            (await office.client.get(path, headers=bearer(role))).json()["faults"]
            for role in (Role.OFFICER, Role.AUDITOR)
        ]

    assert "“bà Hoa” is not a day" in sender[0]["message"]
    assert "“…” is not a day" in other[0]["message"]
    assert [one["cell"] for one in other] == ["B2"]


class Lossy(httpx.AsyncBaseTransport):
    """Brings each request to its service, and loses the first answer to each."""

    def __init__(self, through: httpx.AsyncBaseTransport) -> None:
        """Have lost nothing yet."""
        self._through = through
        self._lost: set[bytes] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or lose the answer."""
        response = await self._through.handle_async_request(request)
        sent = request.url.raw_path + request.content
        if sent not in self._lost:
            self._lost.add(sent)
            raise httpx.ReadError("the answer was lost")
        return response


async def test_the_client_takes_a_case_through_its_life_though_answers_are_lost(
    office: Office,
) -> None:
    """Every command comes true once; answers, refusals and questions are typed."""
    receipt = ReceiveCase(unit="10525", procedure="registry.marriage", channel=Channel.ONLINE)
    async with httpx.AsyncClient(transport=Lossy(office.client._transport)) as http:
        registry = DepartmentClient(
            "http://ward/", token=token_of(EVERYTHING), language="en", http=http, waits=[0]
        )
        case = await registry.receive(receipt)
        await registry.pause(case.id, PauseCase(reason="thiếu"))
        with pytest.raises(Refusal) as refused:
            await registry.extend(case.id, ExtendCase(days=3, reason="bận"))
        await registry.resume(case.id, ResumeCase())
        resolved = await registry.resolve(case.id, ResolveCase())
        await registry.correct(case.id, CorrectCase(channel=Channel.POST, reason="nhầm"))
        cancelled = await registry.cancel(case.id, CancelCase(reason="nhập hai lần"))
        with pytest.raises(Refusal) as unread:
            await registry.particulars(case.id, "x")

        assert await registry.read(case.id) == cancelled
        assert [one.id async for one in registry.search(code=case.code, limit=1)] == [case.id]
        history = await registry.history(case.id)
        assert (await registry.why(case.id)).due_on == case.due_on

    assert (resolved.status, resolved.sequence, cancelled.sequence) == ("resolved", 4, 6)
    assert [one.id[-2:] for one in history.steps] == ["01", "02", "03", "04", "05", "06"]
    assert (refused.value.status, refused.value.rule, refused.value.field) == (
        409,
        "case_paused",
        "",
    )
    assert refused.value.sentence.startswith("the case waits for its applicant since")
    assert (unread.value.status, unread.value.field) == (422, "purpose")
    assert registry.retries == 12
