"""Commands that wait at one moment share a transaction, and nothing else: no key, case, failure."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.database import Pool, create_pool, migrate
from shared.department import MIGRATIONS
from tests.support.office import RECEIPT, Office, a_database_of_offices, an_office
from tests.support.wait import wait_until

RETURN = {
    "unit": "10525",
    "form": "budget",
    "period_start": "2023-01-01",
    "period_end": "2023-10-31",
    "figures": [{"indicator": "budget.revenue_actual", "amount": 1}],
}


@pytest.fixture
async def office(database: str) -> AsyncIterator[Office]:
    async with a_database_of_offices(database) as pool, an_office(pool) as opened:
        yield opened


@pytest.fixture
async def offices(database: str, office: Office) -> AsyncIterator[tuple[Office, Office]]:
    """Give two processes of one service."""
    async with a_database_of_offices(database) as pool, an_office(pool) as other:
        yield office, other


@asynccontextmanager
async def spoken(pool: Pool) -> AsyncIterator[list[str]]:
    """Give the statements that all connections of a pool say."""
    said: list[str] = []
    async with AsyncExitStack() as stack:
        for _ in range(6):
            conn: Any = await stack.enter_async_context(pool.acquire())
            conn.add_query_logger(lambda query: said.append(" ".join(query.query.split())))
    yield said


async def poison(pool: Pool, *, at_commit: bool = False) -> None:
    """Let PostgreSQL refuse the cases of one applicant: when they are written, or committed."""
    await pool.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN IF NEW.applicant = 'poison' THEN RAISE EXCEPTION 'poison'; END IF;"
        " RETURN NEW; END$$"
    )
    when = "DEFERRABLE INITIALLY DEFERRED" if at_commit else ""
    await pool.execute(
        f"CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON cases {when}"
        " FOR EACH ROW EXECUTE FUNCTION refuse()"
    )


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def told(pool: Pool) -> list[tuple[str, int]]:
    """Return the case and the version of each event, in the order in which they are published."""
    rows = await pool.fetch("SELECT value FROM outbox ORDER BY position")
    events = [json.loads(row["value"]) for row in rows]
    return [(event["subject"], int(event["sequence"])) for event in events]


@pytest.mark.parametrize("count", [1, 50])
async def test_a_group_takes_as_many_statements_as_one_command(office: Office, count: int) -> None:
    """One transaction of four statements; fifty commands at a moment are a few groups."""
    async with spoken(office.pool) as said:
        await asyncio.gather(*(office.post(key=f"k{number}") for number in range(count)))

    groups = said.count("COMMIT;")
    ours = [one for one in said if one.startswith(("BEGIN", "SELECT key", "INSERT", "COMMIT"))]
    assert groups <= 3
    assert len(ours) == 6 * groups, ours
    assert await office.rows() == (count, count, count)


async def test_changes_of_many_cases_take_one_more_statement(office: Office) -> None:
    """They lock their cases first, all at once."""
    cases = [(await office.post()).json()["id"] for _ in range(20)]
    async with spoken(office.pool) as said:
        await asyncio.gather(
            *(office.post({}, path=f"/cases/{case}/withdrawal", key=case) for case in cases)
        )

    groups = said.count("COMMIT;")
    assert groups <= 3
    assert sum("FOR UPDATE" in one for one in said) == groups
    assert sum(one.startswith("INSERT") for one in said) == 3 * groups


async def test_a_refused_command_does_not_harm_those_beside_it(office: Office) -> None:
    bodies = [RECEIPT] * 9 + [{**RECEIPT, "received_on": "2023-11-15"}]
    answers = await asyncio.gather(
        *(office.post(body, key=f"k{number}") for number, body in enumerate(bodies))
    )

    assert statuses(answers) == {201: 9, 422: 1}
    assert await office.rows() == (9, 9, 9)


async def test_a_command_that_postgresql_refuses_does_not_harm_those_beside_it(
    office: Office,
) -> None:
    """The group is undone, and each of its commands tried by itself."""
    await poison(office.pool)
    names = ["A"] * 9 + ["poison"]
    answers = await asyncio.gather(
        *(office.post({**RECEIPT, "applicant": name}, key=f"k{n}") for n, name in enumerate(names))
    )

    assert statuses(answers) == {201: 9, 500: 1}
    assert await office.rows() == (9, 9, 9)


async def test_a_commit_that_fails_is_not_tried_again(office: Office) -> None:
    """It may have happened, for all that can be known; who sent a key may ask again."""
    await poison(office.pool, at_commit=True)
    async with spoken(office.pool) as said:
        answers = await asyncio.gather(
            *(office.post({**RECEIPT, "applicant": name}) for name in ["A"] * 9 + ["poison"])
        )

    accepted = statuses(answers)[201]
    assert statuses(answers) == Counter({201: accepted, 500: 10 - accepted})
    assert said.count("COMMIT;") <= 3
    assert await office.rows() == (accepted, accepted, 0)


async def test_one_key_in_two_processes_is_one_command(offices: tuple[Office, Office]) -> None:
    """Each key is sent to both at the same moment, in two orders."""
    keys = [f"k{number}" for number in range(40)]
    first, second = offices
    one, other = await asyncio.gather(
        asyncio.gather(*(first.post(key=key) for key in keys)),
        asyncio.gather(*(second.post(key=key) for key in reversed(keys))),
    )

    assert statuses([*one, *other]) == {201: 80}
    assert [answer.text for answer in one] == [answer.text for answer in reversed(other)]
    assert await first.rows() == (40, 40, 40)


async def test_steps_of_a_case_follow_each_other_in_two_processes(
    offices: tuple[Office, Office],
) -> None:
    """Each is decided over the one before: no version twice, none left out, all in order."""
    cases = [(await offices[0].post()).json()["id"] for _ in range(3)]
    answers = await asyncio.gather(
        *(
            offices[number % 2].post(
                {"reason": "r", "channel": channel},
                path=f"/cases/{case}/correction",
            )
            for case in cases
            for number, channel in enumerate(["post", "in_person", "online", "post"] * 5)
        )
    )

    assert set(statuses(answers)) == {200, 422}  # what was so already is refused
    versions = await told(offices[0].pool)
    assert len(versions) == 3 + statuses(answers)[200]
    for case in cases:
        sequences = [sequence for subject, sequence in versions if subject == case]
        assert sequences == list(range(1, len(sequences) + 1))
    stored = await offices[0].pool.fetch("SELECT id, sequence FROM cases")
    last = dict(versions)
    assert {str(row["id"]): row["sequence"] for row in stored} == last


async def test_first_versions_of_a_record_in_two_processes_are_one_and_a_refusal(
    offices: tuple[Office, Office],
) -> None:
    """Its id is known before it exists, and no row could be locked."""
    for month in range(1, 11):
        body = {**RETURN, "period_end": f"2023-{month:02}-20"}
        answers = await asyncio.gather(*(one.post(body, path="/returns") for one in offices))
        assert statuses(answers) == {201: 1, 409: 1}

    assert await offices[0].pool.fetchval("SELECT count(*) FROM outbox") == 10


async def test_a_command_that_waits_for_another_process_does_not_stop_the_others(
    office: Office,
) -> None:
    async with office.pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await conn.execute("INSERT INTO idempotency VALUES (E'vn\\nk1', 'x')")
        waiting = asyncio.create_task(office.post(key="k1"))

        async def waits() -> bool:
            return bool(await conn.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

        await wait_until(waits)
        assert (await office.post(key="k2")).status_code == 201
        assert not waiting.done()
        await transaction.rollback()

    assert (await waiting).status_code == 201


async def test_answers_kept_by_an_older_version_are_told_as_this_one_would(
    database: str, tmp_path: Path
) -> None:
    """It stored more than it answered, and a return under another name."""
    folder = tmp_path / "shared" / "migrations"
    folder.mkdir(parents=True)
    first = MIGRATIONS / "0001_outbox_and_idempotency.sql"
    (folder / first.name).write_text(first.read_text())
    pool = await create_pool(database, 2)
    await migrate(pool, [folder])
    kept = {
        "return": {"id": "1", "ward_return": {"unit": "u"}, "corrects": "c", "changed": ["x"]},
        "case": {"id": "2", "sequence": 1, "unit": "u"},
    }
    for key, answer in kept.items():
        await pool.execute("INSERT INTO idempotency VALUES ($1, '', $2)", key, json.dumps(answer))
    await migrate(pool, [MIGRATIONS])
    rows = await pool.fetch("SELECT key, answer FROM idempotency")
    await pool.close()

    assert {row["key"]: json.loads(row["answer"]) for row in rows} == {
        "return": {"id": "1", "return": {"unit": "u"}},
        "case": kept["case"],
    }
