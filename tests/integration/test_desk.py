"""Commands on a real PostgreSQL: state and event together or not at all, and each key only once."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from shared.database import MigrationChanged, Pool, create_pool, migrate
from tests.support.office import RECEIPT, TABLES, TOKEN, Office, a_database_of_offices, an_office
from tests.support.servers import open_pool
from tests.support.wait import wait_until


@pytest.fixture
async def office(database: str) -> AsyncIterator[Office]:
    async with a_database_of_offices(database) as pool, an_office(pool) as opened:
        yield opened


def rule(answer: httpx.Response) -> tuple[int, str, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, error["rule"], error["field"]


async def event(pool: Pool) -> Any:
    return json.loads(await pool.fetchval("SELECT value FROM outbox ORDER BY position DESC"))


async def test_a_command_stores_state_and_event_and_wakes_the_relay(office: Office) -> None:
    answer = await office.post()

    assert answer.status_code == 201
    assert await office.rows() == (1, 1, 0)
    assert office.woken == [1]
    stored = await event(office.pool)
    assert answer.json()["id"] == stored["subject"]
    row = await office.pool.fetchrow("SELECT key, type FROM outbox")
    assert row is not None
    assert (stored["subject"].encode(), "case.received") == (row["key"], row["type"])


async def test_no_name_of_an_applicant_is_in_an_event(office: Office) -> None:
    """It stays in the department's database (promise 8)."""
    await office.post({**RECEIPT, "applicant": "Nguyễn Thị Hoa"})

    value = await office.pool.fetchval("SELECT value FROM outbox")
    assert "Hoa" not in value.decode()
    assert await office.pool.fetchval("SELECT applicant FROM cases") == "Nguyễn Thị Hoa"


async def test_a_repeated_key_is_answered_as_the_first_time_and_changes_nothing(
    office: Office,
) -> None:
    first = await office.post(key="k1")
    again = await office.post(key="k1")

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert await office.rows() == (1, 1, 1)
    assert office.woken == [1]


async def test_a_repeated_key_is_answered_as_the_first_time_even_after_later_steps(
    office: Office,
) -> None:
    first = await office.post(key="k1")
    path = f"/cases/{first.json()['id']}/resolution"
    await office.post({"born_on": "2023-11-02"}, path=path, key="k2")

    assert first.json() == (await office.post(key="k1")).json()
    assert await office.rows() == (1, 2, 2)


async def test_the_same_command_without_a_key_is_another_one(office: Office) -> None:
    assert (await office.post()).json() != (await office.post()).json()
    assert await office.rows() == (2, 2, 0)


async def test_calls_under_one_key_at_the_same_time_are_one_command(office: Office) -> None:
    answers = await asyncio.gather(*(office.post(key="k1") for _ in range(5)))

    assert [answer.status_code for answer in answers] == [201] * 5
    assert len({answer.text for answer in answers}) == 1
    assert await office.rows() == (1, 1, 1)


async def test_calls_under_one_key_at_two_processes_at_the_same_time_are_one_command(
    office: Office,
) -> None:
    """The second waits for the case and then finds the key, not a case that is closed already."""
    case = (await office.post()).json()["id"]
    async with an_office(office.pool) as other, office.pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await conn.execute("SELECT FROM cases FOR UPDATE")
        calls = [
            asyncio.create_task(one.post({}, path=f"/cases/{case}/withdrawal", key="k1"))
            for one in (office, other)
        ]
        await wait_until(lambda: two_wait(office.pool))
        await transaction.rollback()
        answers = [await call for call in calls]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text
    assert await office.rows() == (1, 2, 1)


async def two_wait(pool: Pool) -> bool:
    """Say whether two sessions wait for a lock in this database."""
    waiting = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
    """
    return bool(await pool.fetchval(waiting) == 2)


async def test_a_call_that_waits_for_a_failed_one_under_its_key_is_the_first(
    office: Office,
) -> None:
    async with office.pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await conn.execute("INSERT INTO idempotency VALUES (E'vn\\nk1', 'x')")
        waiting = asyncio.create_task(office.post(key="k1"))
        await asyncio.wait({waiting}, timeout=0.3)
        assert not waiting.done()
        await transaction.rollback()
    answer = await waiting

    assert answer.status_code == 201
    assert await office.rows() == (1, 1, 1)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({**RECEIPT, "channel": "post"}, {}),
        (RECEIPT, {"recorded_on": "2023-11-10", "authorization": f"Bearer {TOKEN}"}),
    ],
    ids=["body", "recording day"],
)
async def test_a_key_of_another_command_is_refused(
    office: Office, body: object, headers: dict[str, str]
) -> None:
    await office.post(key="k1")
    answer = await office.post(body, key="k1", **headers)

    assert rule(answer) == (422, "key_reused", "Idempotency-Key")
    assert await office.rows() == (1, 1, 1)


async def test_a_key_of_another_address_is_refused(office: Office) -> None:
    first = (await office.post(key="k1")).json()["id"]
    answer = await office.post(path=f"/cases/{first}/withdrawal", body={}, key="k1")

    assert rule(answer) == (422, "key_reused", "Idempotency-Key")


async def test_a_refused_command_leaves_nothing_and_its_key_free(office: Office) -> None:
    refused = await office.post({**RECEIPT, "received_on": "2023-11-15"}, key="k1")
    assert rule(refused) == (422, "in_the_future", "received_on")
    assert await office.rows() == (0, 0, 0)
    assert office.woken == []

    assert (await office.post(key="k1")).status_code == 201


@pytest.mark.parametrize("table", TABLES)
async def test_a_command_is_stored_whole_or_not_at_all(office: Office, table: str) -> None:
    """Whichever statement fails: no state without event, no event without state, and no key."""
    await office.pool.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'out of order'; END$$"
    )
    await office.pool.execute(
        f"CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION fail()"
    )
    answer = await office.post(key="k1")
    assert answer.status_code == 500
    assert await office.rows() == (0, 0, 0)
    assert office.woken == []

    await office.pool.execute(f"DROP TRIGGER fail ON {table}")
    assert (await office.post(key="k1")).status_code == 201
    assert await office.rows() == (1, 1, 1)


async def test_a_step_that_fails_leaves_the_case_as_it_was(office: Office) -> None:
    case = (await office.post()).json()
    await office.pool.execute("ALTER TABLE outbox ADD CHECK (type = 'case.received')")
    answer = await office.post({}, path=f"/cases/{case['id']}/withdrawal")

    assert answer.status_code == 500
    assert case == (await office.client.get(f"/cases/{case['id']}")).json()
    assert await office.rows() == (1, 1, 0)


async def test_two_closings_of_a_case_at_the_same_time_are_one_and_a_refusal(
    office: Office,
) -> None:
    """The second one waits for the row and then finds the case closed."""
    case = (await office.post()).json()["id"]
    answers = await asyncio.gather(
        *(office.post({}, path=f"/cases/{case}/withdrawal") for _ in range(4))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await office.rows() == (1, 2, 0)


@pytest.mark.parametrize(("length", "expected"), [(1, 201), (200, 201), (201, 400), (0, 400)])
async def test_a_key_has_1_to_200_characters(office: Office, length: int, expected: int) -> None:
    assert expected == (await office.post(key="k" * length)).status_code


async def test_a_recording_day_needs_the_right_of_a_migration(office: Office) -> None:
    answer = await office.post(recorded_on="2023-11-10")

    assert rule(answer) == (403, "migration_right", "Recorded-On")
    assert await office.rows() == (0, 0, 0)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2023-11-15", (422, "in_the_future", "Recorded-On")),
        ("yesterday", (422, "date_parsing", "Recorded-On")),
    ],
)
async def test_a_bad_recording_day_is_refused(
    office: Office, day: str, expected: tuple[int, str, str]
) -> None:
    answer = await office.post(recorded_on=day, authorization=f"Bearer {TOKEN}")
    assert expected == rule(answer)


async def test_a_migrated_step_is_recorded_on_its_day_and_says_so(office: Office) -> None:
    answer = await office.post(recorded_on="2023-11-10", authorization=f"Bearer {TOKEN}")
    stored = await event(office.pool)

    assert answer.json()["received_on"] == "2023-11-10"
    assert stored["migrated"] is True
    recorded = datetime.fromisoformat(stored["recordedtime"])
    assert datetime(2023, 11, 10, 5, tzinfo=UTC) == recorded


async def test_steps_of_a_case_are_recorded_one_after_the_other(office: Office) -> None:
    """Even by a clock that stands still."""
    case = (await office.post()).json()["id"]
    await office.post({}, path=f"/cases/{case}/withdrawal")
    rows = await office.pool.fetch("SELECT value FROM outbox ORDER BY position")
    first, second = (datetime.fromisoformat(json.loads(r["value"])["recordedtime"]) for r in rows)

    assert first < second


async def test_the_clock_of_a_case_is_kept_from_step_to_step(office: Office) -> None:
    """Received on Monday, three working days; it waits twice, and the days are counted once."""
    receipt = {**RECEIPT, "procedure": "registry.marital_status", "received_on": "2023-11-06"}
    case = (await office.post({**receipt, "received_time": "15:30"})).json()
    steps = [
        ("pause", {"paused_on": "2023-11-07", "reason": "Thiếu giấy tờ"}, "2023-11-09"),
        ("resumption", {"resumed_on": "2023-11-08"}, "2023-11-10"),
        ("pause", {"paused_on": "2023-11-09", "reason": "Thiếu tờ khai"}, "2023-11-10"),
        ("resumption", {"resumed_on": "2023-11-13"}, "2023-11-14"),
    ]

    assert case["due_on"] == "2023-11-09"
    for name, body, due_on in steps:
        answer = await office.post(body, path=f"/cases/{case['id']}/{name}")
        waits = body.get("paused_on")
        assert answer.status_code == 200, answer.text
        read = (await office.client.get(f"/cases/{case['id']}")).json()
        assert read == answer.json()
        if name == "resumption":
            assert (read["due_on"], read["paused_on"]) == (due_on, None)
        else:
            assert read["paused_on"] == waits
    address = f"/cases/{case['id']}/why"
    why = await office.client.get(address, headers={"accept-language": "vi"})
    assert why.json()["due_on"] == "2023-11-14"
    assert [one["text"].split(":")[0] for one in why.json()["steps"]] == [
        "Tiếp nhận hồ sơ lúc 15",
        "Thời hạn 3 ngày làm việc, không kể ngày tiếp nhận (Nghị định 123/2015/NĐ-CP, Điều 22)",
        "Chờ bổ sung hồ sơ từ 07/11/2023 đến trước 08/11/2023",
        "Chờ bổ sung hồ sơ từ 09/11/2023 đến trước 13/11/2023",
        "Đang giải quyết, trong hạn (hạn 14/11/2023)",
    ]
    english = await office.client.get(address)
    assert english.json()["steps"][0]["text"] == "The case was received at 15:30"


async def test_a_receipt_after_hours_by_the_clock_is_due_on_the_next_working_day(
    database: str,
) -> None:
    """Friday, half past three in Việt Nam; nobody states a time."""
    late = datetime(2023, 11, 17, 8, 30, tzinfo=UTC)
    async with a_database_of_offices(database) as pool, an_office(pool, now=late) as office:
        answer = await office.post()

    assert answer.json()["due_on"] == "2023-11-20"


async def test_an_unknown_case_is_not_found(office: Office) -> None:
    answer = await office.post({}, path=f"/cases/{'0' * 8}-0000-7000-8000-{'0' * 12}/withdrawal")
    assert rule(answer) == (404, "unknown_case", "id")


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with open_pool(database, 4) as opened:
        yield opened


def a_folder(path: Path, **files: str) -> Path:
    folder = path / "service" / "migrations"
    folder.mkdir(parents=True, exist_ok=True)
    for name, sql in files.items():
        (folder / f"{name.removeprefix('m')}.sql").write_text(sql, encoding="utf-8")
    return folder


async def applied(pool: Pool) -> list[str]:
    """Return the migrations of the folder; those of the audit trail are before them."""
    names = "SELECT name FROM migrations WHERE name LIKE 'service/%' ORDER BY name"
    return [row["name"] for row in await pool.fetch(names)]


async def test_migrations_are_applied_once_each_and_in_order(pool: Pool, tmp_path: Path) -> None:
    create, fill = "CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)"
    folder = a_folder(tmp_path, m0001_create=create, m0002_fill=fill)
    for _ in range(2):
        await migrate(pool, [folder])
    a_folder(tmp_path, m0003_fill=fill)
    await migrate(pool, [folder])

    names = ["0001_create", "0002_fill", "0003_fill"]
    assert [f"service/{name}.sql" for name in names] == await applied(pool)
    assert await pool.fetchval("SELECT count(*) FROM t") == 2


async def test_starting_processes_migrate_one_after_the_other(pool: Pool, tmp_path: Path) -> None:
    folder = a_folder(tmp_path, m0001_create="CREATE TABLE t AS SELECT 1 AS n")
    await asyncio.gather(*(migrate(pool, [folder]) for _ in range(4)))

    assert await pool.fetchval("SELECT count(*) FROM t") == 1


async def test_a_migration_may_take_longer_than_a_command(database: str, tmp_path: Path) -> None:
    folder = a_folder(tmp_path, m0001_slow="SELECT pg_sleep(0.2)")
    pool = await create_pool(database, 2, statement_timeout="100")
    await migrate(pool, [folder])

    assert await applied(pool) == ["service/0001_slow.sql"]
    await pool.close()


async def test_an_edited_migration_is_refused_and_nothing_is_applied(
    pool: Pool, tmp_path: Path
) -> None:
    folder = a_folder(tmp_path, m0002_create="CREATE TABLE t (n int)")
    await migrate(pool, [folder])
    a_folder(tmp_path, m0001_early="CREATE TABLE early ()", m0002_create="CREATE TABLE t ()")

    with pytest.raises(MigrationChanged, match=r"service/0002_create.sql was edited"):
        await migrate(pool, [folder])
    assert await pool.fetchval("SELECT to_regclass('early')") is None
    assert await applied(pool) == ["service/0002_create.sql"]


async def test_a_migration_that_fails_undoes_the_ones_before_it(pool: Pool, tmp_path: Path) -> None:
    folder = a_folder(tmp_path, m0001_create="CREATE TABLE t ()", m0002_bad="CREATE TABLE t ()")

    with pytest.raises(asyncpg.DuplicateTableError):
        await migrate(pool, [folder])
    assert await pool.fetchval("SELECT to_regclass('t')") is None
