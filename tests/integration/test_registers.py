"""The registers of civil status over HTTP on a real PostgreSQL: entries, impossible ones, changes.

Two clerks have a process of their own each, and send at the same moment.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from services.registry.app import ROUTES
from shared.database import Pool
from shared.people import Role
from tests.support.builders import UNIT
from tests.support.office import Office, a_database_of_offices, an_office
from tests.support.people import people_file, token_of
from tests.support.wait import wait_until

FATHER = {"name": "Trần Văn Bình", "number": "030090000001", "born_on": "1990-02-01"}
MOTHER = {"name": "Lê Thị Cúc", "number": "030192000002", "born_on": "1992-05-09"}
CHILD = {
    "name": "Trần  Hòa An",
    "number": "030223000003",
    "born_on": "2023-11-02",
    "sex": "female",
}
BIRTH = {
    "kind": "birth",
    "child": CHILD,
    "birthplace": "Bệnh viện Phụ sản Hải Dương",
    "father": FATHER,
    "mother": MOTHER,
}
HUSBAND = {"name": "Trần Văn Bình", "number": "030090000001", "born_on": "1990-02-01"}
MARRIAGE = {"kind": "marriage", "husband": HUSBAND, "wife": MOTHER}
OTHER = {"name": "Vũ Thị Dung", "number": "030195000004", "born_on": "1995-01-30"}
STRANGER = {"name": "Ngô Văn Phú", "number": "030091000007", "born_on": "1991-07-07"}
OTHER_STRANGER = {"name": "Đỗ Thị Quý", "number": "030194000008", "born_on": "1994-08-08"}
NOTE = {"official": "Phạm Thị Em", "reason": "Ghi sai theo giấy chứng sinh"}
TABLES = ("cases", "outbox", "idempotency", "books", "entries", "entry_people", "entry_steps")


@pytest.fixture
async def offices(database: str) -> AsyncIterator[Sequence[Office]]:
    """Two processes, each asked by somebody who is an officer and reads personal data."""
    people = people_file(UNIT, Role.OFFICER, Role.PERSONAL_DATA_READER)
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(a_database_of_offices(database))
        clerks = [an_office(pool, people=people, routes=ROUTES) for _ in range(2)]
        opened = [await stack.enter_async_context(clerk) for clerk in clerks]
        for one in opened:
            one.client.headers["authorization"] = f"Bearer {token_of(Role.OFFICER)}"
        yield opened


@pytest.fixture
def office(offices: Sequence[Office]) -> Office:
    return offices[0]


async def received(office: Office, procedure: str) -> str:
    """Return the path of a new case."""
    body = {"unit": "10525", "procedure": f"registry.{procedure}", "channel": "in_person"}
    case = (await office.post(body)).json()
    return f"/cases/{case['id']}"


async def register(office: Office, entry: dict[str, Any], procedure: str = "") -> httpx.Response:
    """Resolve a new case by an entry."""
    path = await received(office, procedure or entry["kind"])
    return await office.post({"entry": entry}, path=f"{path}/resolution")


async def read(office: Office, answer: httpx.Response) -> dict[str, Any]:
    """Return the entry of the case that was answered."""
    entry: dict[str, Any] = (await asked(office, answer.json()["id"])).json()
    return entry


async def asked(office: Office, id_: str = "", **told: str) -> httpx.Response:
    """Return the answer about an entry, or a search for some, for a purpose that is told."""
    path = f"/entries/{id_}" if id_ else "/entries"
    return await office.client.get(path, params={"purpose": "Trả lời đơn", **told})


def rules(answer: httpx.Response) -> list[tuple[str, str]]:
    """Return why a command was refused: fields and rules."""
    assert answer.status_code in {404, 409, 422}, answer.text
    return [(error["field"], error["rule"]) for error in answer.json()["errors"]]


async def stored(pool: Pool) -> list[Any]:
    """Return everything that the database holds."""
    return [await pool.fetch(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES]  # noqa: S608


async def test_a_birth_gets_its_number_in_the_book_of_the_year(office: Office) -> None:
    """No personal data is in the answer of the command or in the event."""
    first = await register(office, BIRTH)
    unknown = {**BIRTH, "child": {**CHILD, "number": None}, "father": None, "father_unknown": True}
    second = await read(office, await register(office, unknown))
    entry = await read(office, first)
    events = await office.pool.fetch("SELECT convert_from(value, 'UTF8') FROM outbox")

    assert first.status_code == 200, first.text
    assert "An" not in first.text
    assert not any("0302230" in event[0] or "Hòa" in event[0] for event in events)
    assert [entry[name] for name in ("kind", "unit", "year", "number", "sequence", "late")] == [
        *("birth", "2004-10525", 2023, 1, 2, False)
    ]
    assert entry["entry"]["child"]["name"] == "Trần  Hòa An"
    assert (second["number"], second["entry"]["father_unknown"]) == (2, True)


async def test_entries_are_found_by_the_number_or_the_name_of_a_person(office: Office) -> None:
    id_ = (await register(office, BIRTH)).json()["id"]

    async def found(**told: str) -> list[str]:
        return [one["id"] for one in (await asked(office, **told)).json()]

    assert await found(number=MOTHER["number"]) == [id_]
    assert await found(name="TRẦN HOÀ AN") == [id_]
    assert await found(name="Trần Hòa An", number=MOTHER["number"]) == []
    assert rules(await asked(office)) == [("number", "search_for_whom")]
    assert rules(await asked(office, name="\0")) == [("name", "nul")]
    unknown = "00000000-0000-0000-0000-000000000000"
    assert rules(await asked(office, unknown)) == [("id", "unknown_registration")]


async def test_entries_of_other_units_take_no_place_among_those_that_are_found(
    office: Office,
) -> None:
    id_ = (await register(office, BIRTH)).json()["id"]
    await office.pool.execute(_OF_ANOTHER_UNIT)

    answer = await asked(office, number=MOTHER["number"])

    assert [one["id"] for one in answer.json()] == [id_]


_OF_ANOTHER_UNIT = """
WITH book AS (INSERT INTO books VALUES ('birth', '2004-10528', 2023, 50)),
 made AS (
    INSERT INTO cases (id, sequence, unit, procedure, channel, received_on, due_on, status,
                       closed_on, recorded_at)
    SELECT gen_random_uuid(), 2, '2004-10528', procedure, channel, received_on, due_on, status,
           closed_on, recorded_at
      FROM cases, generate_series(1, 50)
    RETURNING id
), written AS (
    INSERT INTO entries (id, kind, unit, year, number, registered_on, happened_on, entry)
    SELECT made.id, kind, '2004-10528', year, row_number() OVER (), registered_on + 1, happened_on,
           entry
      FROM made, entries
)
INSERT INTO entry_people SELECT made.id, role, number, name FROM made, entry_people
"""


async def test_entries_are_read_by_role_and_each_reading_is_kept(office: Office) -> None:
    id_ = (await register(office, BIRTH)).json()["id"]
    purpose = {"purpose": "Trả lời đơn"}
    for path in (f"/entries/{id_}", "/entries"):
        told = purpose | ({} if id_ in path else {"number": MOTHER["number"]})
        stranger = {"authorization": f"Bearer {token_of(Role.DRAFTER)}x"}
        assert (await office.client.get(path, params=told, headers=stranger)).status_code == 401
        without = {name: said for name, said in told.items() if name != "purpose"}
        assert rules(await office.client.get(path, params=without)) == [("purpose", "missing")]
        assert (await office.client.get(path, params=told)).status_code == 200

    rows = await office.pool.fetch("SELECT kind, subject::text, fields FROM readings ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("entry", id_, ["entry", "steps"]),
        ("entry", id_, ["entry"]),
    ]


async def test_what_is_impossible_is_refused_and_changes_nothing(office: Office) -> None:
    """Every reason is told, beside what other entries say; nothing of it is left behind."""
    for entry in (BIRTH, MARRIAGE):
        assert (await register(office, entry)).status_code == 200
    death = {"kind": "death", "deceased": {**FATHER}, "died_on": "2023-11-14"}
    paths = {kind: await received(office, kind) for kind in ("birth", "death", "marriage")}
    single = {"kind": "marital_status", "person": MOTHER, "status": "single"}
    paths["marital_status"] = await received(office, "marital_status")
    before = await stored(office.pool)

    async def refused(entry: dict[str, Any], **also: str) -> list[tuple[str, str]]:
        path = f"{paths[entry['kind']]}/resolution"
        return rules(await office.post({"entry": entry, **also}, path=path))

    young = {**OTHER, "born_on": "2005-11-15"}
    assert await refused(BIRTH) == [("entry.child.number", "born_already")]
    assert await refused({**death, "died_on": "2023-11-13"}) == [
        ("entry.died_on", "death_before_marriage")
    ]
    assert await refused(MARRIAGE) == [
        ("entry.husband.number", "married_already"),
        ("entry.wife.number", "married_already"),
    ]
    assert await refused({**MARRIAGE, "husband": {**HUSBAND, "number": None}, "wife": young}) == [
        ("entry.wife.born_on", "under_age")
    ]
    assert await refused(single) == [("entry.person.number", "married_already")]
    assert await refused(death, died_on="2023-11-12") == [("died_on", "entry_differs")]
    assert await stored(office.pool) == before


async def test_a_marriage_holds_until_a_divorce_or_a_death_is_registered(office: Office) -> None:
    first = (await register(office, MARRIAGE)).json()
    ended = {**NOTE, "sequence": 2, "ending": "divorce", "ended_on": "2023-11-14"}
    path = f"/entries/{first['id']}/ending"
    too_early = await office.post({**ended, "ended_on": "2023-11-13"}, path=path)
    divorced = await office.post(ended, path=path)
    again = await register(office, {**MARRIAGE, "wife": OTHER})
    died = {"kind": "death", "deceased": OTHER, "died_on": "2023-11-14"}
    death = await register(office, died)
    path = f"/entries/{death.json()['id']}/cancellation"
    third = await register(office, MARRIAGE)
    of_dead = await register(
        office, {**MARRIAGE, "husband": {**FATHER, "number": None}, "wife": OTHER}
    )

    assert rules(too_early) == [("ended_on", "ended_before_marriage")]
    assert (divorced.status_code, divorced.json()["sequence"]) == (200, 3)
    assert (again.status_code, death.status_code, third.status_code) == (200, 200, 200)
    assert rules(of_dead) == [("entry.wife.number", "marriage_of_dead")]
    assert (await read(office, divorced))["ending"] == "divorce"

    third_path = f"/entries/{third.json()['id']}/cancellation"
    assert (await office.post({**NOTE, "sequence": 2}, path=third_path)).status_code == 200
    assert (await office.post({**NOTE, "sequence": 2}, path=path)).status_code == 200
    of_a_widower = await register(office, MARRIAGE)
    assert rules(of_a_widower) == [("entry.husband.number", "married_already")]
    assert (await office.client.get(f"/cases/{first['id']}")).json()["status"] == "resolved"


async def test_a_birth_is_late_a_marriage_registered_again_holds_from_its_own_day(
    office: Office,
) -> None:
    late = {**BIRTH, "child": {**CHILD, "born_on": "2023-09-14"}, "born_elsewhere": True}
    birth = await read(office, await register(office, late))
    again = {**MARRIAGE, "married_on": "2016-03-08"}
    answers = [
        await register(office, MARRIAGE, "marriage_reregistration"),
        await register(office, again, "marriage"),
        await register(office, again, "marriage_reregistration"),
        await register(office, {"kind": "death", "deceased": FATHER, "died_on": "2016-03-07"}),
    ]

    assert (birth["late"], birth["entry"]["born_elsewhere"]) == (True, True)
    assert rules(answers[0]) == [("entry.married_on", "field_required_here")]
    assert rules(answers[1]) == [("entry.married_on", "field_not_of_this")]
    assert answers[2].status_code == 200
    assert rules(answers[3]) == [("entry.died_on", "death_before_marriage")]

    path = f"/entries/{answers[2].json()['id']}"
    ending = {**NOTE, "sequence": 2, "ending": "divorce", "ended_on": "2020-03-08"}
    assert (await office.post(ending, path=f"{path}/ending")).status_code == 200
    later = {**NOTE, "sequence": 3, "entry": {**again, "married_on": "2020-03-09"}}
    refused = await office.post(later, path=f"{path}/correction")
    assert rules(refused) == [("ended_on", "ended_before_marriage")]


async def test_a_mistake_in_an_entry_is_told_by_its_path(office: Office) -> None:
    """The path is that of the body; which kind of entry it is read as is no part of it."""
    path = f"{await received(office, 'birth')}/resolution"

    async def refused(entry: object) -> list[tuple[str, str]]:
        return rules(await office.post({"entry": entry}, path=path))

    assert await refused({**BIRTH, "child": {**CHILD, "number": "1", "age": 3}}) == [
        ("entry.child.number", "no_person_number"),
        ("entry.child.age", "extra_forbidden"),
    ]
    assert await refused({"kind": "birth", "child": CHILD}) == [("entry.birthplace", "missing")]
    assert await refused({"kind": "adoption"}) == [("entry", "literal_error")]


async def test_of_two_who_marry_the_same_person_at_once_one_wins(
    offices: Sequence[Office],
) -> None:
    """Both have begun, in two processes, before either can write: somebody holds the book."""
    paths = [await received(offices[0], "marriage") for _ in offices]
    wives = [MOTHER, OTHER]
    pool = offices[0].pool
    await register(offices[0], {**MARRIAGE, "husband": STRANGER, "wife": OTHER_STRANGER})
    async with pool.acquire() as conn:
        book = conn.transaction()
        await book.start()
        await conn.execute("SELECT FROM books FOR UPDATE")
        sent = [
            asyncio.create_task(
                clerk.post({"entry": {**MARRIAGE, "wife": wife}}, path=f"{path}/resolution")
            )
            for clerk, wife, path in zip(offices, wives, paths, strict=True)
        ]
        await wait_until(lambda: _are_waiting(pool, 2))
        await book.rollback()
    answers = await asyncio.gather(*sent)

    assert sorted(answer.status_code for answer in answers) == [200, 422]
    refused = max(answers, key=lambda answer: answer.status_code)
    assert rules(refused) == [("entry.husband.number", "married_already")]
    assert await pool.fetchval("SELECT max(number) FROM entries") == 2


async def _are_waiting(pool: Pool, count: int) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return bool(await pool.fetchval(f"{waiting} AND datname = current_database()") == count)


async def test_of_two_who_correct_the_same_entry_at_once_one_wins(
    offices: Sequence[Office],
) -> None:
    """The other is told to look again; what was corrected, by whom and why, is kept."""
    id_ = (await register(offices[0], BIRTH)).json()["id"]
    asked_in = (await received(offices[0], "civil_status_change")).removeprefix("/cases/")
    path = f"/entries/{id_}/correction"
    bodies: list[dict[str, Any]] = [
        {
            **NOTE,
            "sequence": 2,
            "change_case": asked_in,
            "entry": {**BIRTH, "child": {**CHILD, "name": name}},
        }
        for name in ("Trần Hoài An", "Trần Hòa Ân")
    ]
    answers = await asyncio.gather(
        *(clerk.post(body, path=path) for clerk, body in zip(offices, bodies, strict=True))
    )
    winner = next(n for n, answer in enumerate(answers) if answer.is_success)
    loser = answers[1 - winner]
    name = bodies[winner]["entry"]["child"]["name"]
    entry = (await asked(offices[1], id_)).json()
    event = await offices[0].pool.fetchval(
        "SELECT convert_from(value, 'UTF8') FROM outbox WHERE type = 'registry.entry.corrected'"
    )

    assert loser.status_code == 409
    assert rules(loser) == [("sequence", "registration_changed")]
    assert "version 3" in loser.json()["detail"]
    assert entry["entry"]["child"]["name"] == name
    found = [(await asked(offices[0], name=told)).json() for told in (CHILD["name"], name)]
    assert [[one["id"] for one in entries] for entries in found] == [[], [id_]]
    step = entry["steps"][-1]
    assert step["changed"] == [{"field": "child.name", "old": "Trần  Hòa An", "new": name}]
    assert (step["official"], step["reason"]) == (NOTE["official"], NOTE["reason"])
    assert step["change_case"] == asked_in
    assert '"changed":["child.name"]' in event
    assert name not in event


async def test_a_correction_is_held_to_the_rules_of_an_entry(office: Office) -> None:
    id_ = (await register(office, BIRTH)).json()["id"]
    await register(office, {"kind": "death", "deceased": OTHER, "died_on": "2023-11-14"})
    gone = (await received(office, "civil_status_change")).removeprefix("/cases/")
    await office.post({"reason": "Nhập nhầm"}, path=f"/cases/{gone}/cancellation")
    before = await stored(office.pool)
    body = {**NOTE, "sequence": 2, "entry": BIRTH}

    async def refused(**changes: Any) -> list[tuple[str, str]]:
        return rules(await office.post({**body, **changes}, path=f"/entries/{id_}/correction"))

    assert await refused() == [("", "nothing_changes")]
    assert await refused(entry={**BIRTH, "father": None}) == [("entry.father", "parent_not_told")]
    assert await refused(entry=MARRIAGE) == [("entry.kind", "field_not_of_this")]
    for case in (id_, gone):
        assert await refused(change_case=case, entry={**BIRTH, "birthplace": "Trạm Y tế"}) == [
            ("change_case", "no_change_case")
        ]
    assert await stored(office.pool) == before


@pytest.mark.parametrize("by", ["entries", "cases"])
async def test_what_was_taken_back_holds_for_nothing(office: Office, by: str) -> None:
    """The number in the book stays; whoever it was about may be registered anew."""
    id_ = (await register(office, MARRIAGE)).json()["id"]
    body = {**NOTE, "sequence": 2} if by == "entries" else {"reason": NOTE["reason"]}
    gone = await office.post(body, path=f"/{by}/{id_}/cancellation")
    again = await read(office, await register(office, MARRIAGE))
    entry = await read(office, gone)
    late = await office.post({**NOTE, "sequence": 3}, path=f"/entries/{id_}/cancellation")

    assert gone.status_code == 200, gone.text
    assert (entry["cancelled"], entry["number"], again["number"]) == (True, 1, 2)
    assert entry["steps"][-1]["reason"] == NOTE["reason"]
    assert rules(late) == [("", "registration_cancelled")]
