"""The audit trail on a real PostgreSQL: it stays whole, and whatever is done to it is found."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from click.testing import CliRunner

from deploy.cli.main import wardbook
from deploy.cli.places import DEPARTMENTS
from services.registry.app import REGISTRY_MIGRATIONS
from services.reporting import measures, projection
from services.reporting.app import MIGRATIONS as OF_REPORTING
from services.reporting.trail import RECOUNTS, STEPS
from shared import outbox
from shared.audit.chain import NOTHING, Head
from shared.audit.refusals import MOST, Refusals
from shared.audit.sources import HISTORY, READINGS, RETENTIONS, Source
from shared.audit.trail import head, note, session_of
from shared.audit.verify import Verified, verify
from shared.casework.retention import RULES, empty
from shared.clock import system_clock
from shared.database import Pool, create_pool, migrate
from shared.department import CASEWORK_MIGRATIONS, MIGRATIONS
from shared.outbox import Step
from shared.people import Role
from shared.readings import Reader
from tests.support.builders import DAY, UNIT, a_case, a_correction, a_receipt, subject_of
from tests.support.office import an_office
from tests.support.people import a_person, people_file, token_of
from tests.support.servers import open_pool

SOURCES = (HISTORY, READINGS, RETENTIONS)
OFFICIAL = "Nguyễn Văn An"
CASE = subject_of(1)
READER = Reader(a_person(Role.PERSONAL_DATA_READER, name="Lê Thị Ba"), "Trả lời đơn khiếu nại")


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with open_pool(database, 8) as opened:
        await migrate(opened, [MIGRATIONS, CASEWORK_MIGRATIONS])
        yield opened


async def store(pool: Pool, number: int, steps: int = 1, reason: str | None = None) -> None:
    """Commit the steps of a case; the later ones have a reason."""
    subject = subject_of(number)
    told = [Step(a_receipt(subject=subject), OFFICIAL)]
    for sequence in range(2, steps + 1):
        event = a_correction(a_case(), subject=subject, sequence=sequence)
        told.append(Step(event, OFFICIAL, reason))
    async with pool.acquire() as conn, conn.transaction():
        await outbox.append(conn, told)


async def publish(pool: Pool, most: int = 1_000) -> int:
    """Do what the relay does once Kafka has acknowledged everything; return how many rows."""
    async with pool.acquire() as conn:
        rows = await outbox.oldest(conn, most)
        await outbox.archive(conn, rows, {})
    return len(rows)


async def read(pool: Pool) -> None:
    await READER.note(pool, "case", CASE, UNIT, ["applicant", "reason"])


async def verified(pool: Pool, *since: Head, sources: Sequence[Source] = SOURCES) -> Verified:
    async with pool.acquire() as conn:
        return await verify(conn, sources, since)


async def test_every_act_is_in_the_trail_with_who_did_it(pool: Pool) -> None:
    await store(pool, 1, steps=2, reason="Sai tên")
    before = await verified(pool)
    await publish(pool)
    await read(pool)
    rows = await pool.fetch("SELECT actor, act, subject, unit FROM audit ORDER BY number")
    after = await verified(pool)

    assert (before.head, before.waiting, after.waiting) == (NOTHING, 2, 0)
    assert [tuple(row) for row in rows] == [
        (OFFICIAL, "case.received", str(CASE), UNIT),
        (OFFICIAL, "case.corrected", str(CASE), UNIT),
        ("Lê Thị Ba", "reading", str(CASE), UNIT),
    ]
    assert (after.told, after.emptied, after.head) == ([], 0, await head(pool))
    assert after.head.number == 3


async def test_it_only_grows(pool: Pool) -> None:
    await read(pool)
    for change in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only grows"):
            await pool.execute(change)


async def relays(pool: Pool, chance: random.Random) -> None:
    for number in range(100, 120):
        await store(pool, number, steps=chance.randint(1, 9), reason="Sai")
        await publish(pool, most=7)


async def reads(pool: Pool) -> None:
    for _ in range(20):
        await read(pool)


async def gives_up(database: str) -> None:
    """Add to the trail in transactions that are undone, or whose sessions end."""
    for number in range(20):
        conn = await asyncpg.connect(database)
        change = conn.transaction()
        await change.start()
        await note(conn, "undone", None, str(number))
        if number % 2:
            await change.rollback()
            await conn.close()
        else:
            conn.terminate()


async def is_refused(pool: Pool) -> None:
    refusals = Refusals(pool, system_clock)
    for number in range(20):
        await refusals.note("GET /cases", None, f"/cases/{number}")


async def test_the_chain_stays_whole_whoever_writes_at_once(database: str, pool: Pool) -> None:
    """Relays, readings and refusals; some transactions are undone, some sessions end."""
    await asyncio.gather(
        *(relays(pool, random.Random(30)), reads(pool), reads(pool), is_refused(pool)),
        *(gives_up(database), gives_up(database)),
    )
    while await publish(pool):
        pass
    found = await verified(pool)

    steps = await pool.fetchval("SELECT count(*) FROM history")
    assert found.told == []
    assert found.head.number == steps + 60
    assert await pool.fetchval("SELECT count(*) FROM audit WHERE act = 'undone'") == 0


async def test_it_goes_on_after_a_restart_and_nothing_is_told_twice(
    database: str, pool: Pool
) -> None:
    """A crash between publishing and archiving publishes again; a row goes to history once."""
    await store(pool, 1, steps=3)
    async with pool.acquire() as conn:
        rows = await outbox.oldest(conn, 10)
        undone = conn.transaction()
        await undone.start()
        await outbox.archive(conn, rows, {})
        await undone.rollback()
    assert await head(pool) == NOTHING
    async with open_pool(database, 2) as after_it:
        await migrate(after_it, [MIGRATIONS, CASEWORK_MIGRATIONS])
        assert await publish(after_it) == 3
        async with after_it.acquire() as conn:
            await outbox.archive(conn, rows, {})
        await read(after_it)
        found = await verified(after_it)

    assert (found.told, found.head.number) == ([], 4)


async def test_any_text_is_hashed_as_the_database_hashes_it(pool: Pool) -> None:
    every = "".join(map(chr, [*range(1, 0x250), 0x2028, 0x1EA0, 0xFFFD, 0x1F600]))
    await note(pool, every, every, '"\\', unit=None, told=every[::-1])
    await note(pool, "", "", "", unit="", told="")
    assert (await verified(pool)).told == []


async def test_retention_empties_reasons_and_breaks_nothing(database: str) -> None:
    """It stands in the trail itself, with the operator; what was emptied is counted."""
    session = session_of("Bà vận hành")
    pool = await create_pool(database, 2, **session)
    await migrate(pool, [MIGRATIONS, CASEWORK_MIGRATIONS, REGISTRY_MIGRATIONS])
    await pool.execute(
        "INSERT INTO cases (id, sequence, unit, procedure, channel, received_on, due_on, status,"
        " closed_on, recorded_at, applicant)"
        " VALUES ($1, 2, $2, 'registry.copy_certification', 'online',"
        " '2001-01-02', '2001-01-05', 'resolved', '2001-01-04', '2001-01-04', 'Hoa')",
        CASE,
        UNIT,
    )
    await store(pool, 1, steps=3, reason="Bệnh")
    await publish(pool)
    rules = [rule for rule in RULES if "reason" in rule.columns]
    for rule in rules:
        await empty(pool, rule, date(2099, 1, 1))
    left = await pool.fetchval("SELECT count(reason) + count(salt) FROM history WHERE position > 1")
    found = await verified(pool)
    last = await pool.fetchrow("SELECT actor, act, subject FROM audit ORDER BY number DESC LIMIT 1")
    await pool.close()

    assert (left, found.told, found.emptied) == (0, [], 2)
    assert last is not None
    assert (last["actor"], last["act"]) == ("Bà vận hành", "retention")
    assert last["subject"] in {rule.code for rule in rules}


TAMPERED = {
    "a row is changed": (
        "UPDATE audit SET actor = 'Không ai' WHERE number = 3",
        ["row 3 is not as it was written"],
    ),
    "a row is missing": (
        "DELETE FROM audit WHERE number = 3",
        ["row 3 is missing", f"history {CASE}/3 is not in the trail"],
    ),
    "rows are missing": (
        "DELETE FROM audit WHERE number IN (2, 3)",
        [
            "rows 2 to 3 are missing",
            f"history {CASE}/2 is not in the trail",
            f"history {CASE}/3 is not in the trail",
        ],
    ),
    "two change places": (
        (
            "UPDATE audit SET number = CASE number WHEN 2 THEN -3 ELSE -2 END"
            " WHERE number IN (2, 3);"
            " UPDATE audit SET number = -number WHERE number < 0"
        ),
        [f"row {number} is not as it was written" for number in (2, 3, 4)],
    ),
    "an act has no row": (
        (
            "INSERT INTO history (subject, position, value) SELECT subject, 99, value FROM history"
            " WHERE position = 1"
        ),
        [f"history {CASE}/99 is not in the trail"],
    ),
    "an act is gone": (
        "DELETE FROM history WHERE position = 2",
        [f"row 2 tells of history {CASE}/2, which is gone"],
    ),
    "an event is changed": (
        "UPDATE history SET value = value || ' '::bytea WHERE position = 2",
        [f"history {CASE}/2 was changed: it is not what row 2 tells of"],
    ),
    "somebody else did it": (
        "UPDATE history SET actor = 'Không ai' WHERE position = 2",
        [f"history {CASE}/2 was changed: it is not what row 2 tells of"],
    ),
    "a reason is changed": (
        "UPDATE history SET reason = 'Khác' WHERE position = 2",
        [f"the reason of history {CASE}/2 was changed since row 2"],
    ),
    "a reason is added": (
        "UPDATE history SET reason = 'Khác' WHERE position = 1",
        [f"the reason of history {CASE}/1 was changed since row 1"],
    ),
    "a reading is changed": (
        "UPDATE readings SET purpose = 'Không có gì'",
        [f"readings {CASE}/1 was changed: it is not what row 4 tells of"],
    ),
    "a reading is gone": (
        "DELETE FROM readings",
        [f"row 4 tells of readings {CASE}/1, which is gone"],
    ),
    "a whole table is gone": (
        "DROP TABLE readings CASCADE",
        [f"row 4 tells of readings {CASE}/1, which is gone"],
    ),
    "an act is told twice": (
        (
            "INSERT INTO audit SELECT number + 3, at, actor, act, subject, unit, told, source,"
            " place, digest, reason, hash FROM audit WHERE number = 2"
        ),
        ["row 5 is not as it was written", f"row 5 tells of history {CASE}/2 once more"],
    ),
    "an act is told of a table of one's own": (
        (
            "SELECT audit_add(ARRAY[ROW(NULL, 'a', 's', NULL, NULL, 'mine', 1, '\\x00', NULL)"
            "::audit_entry])"
        ),
        ["row 5 tells of a table mine, which is unknown"],
    ),
}


@pytest.mark.parametrize("kind", TAMPERED)
async def test_whatever_is_done_to_it_is_found(database: str, pool: Pool, kind: str) -> None:
    """By somebody whom no trigger stops; and nothing else is told."""
    change, expected = TAMPERED[kind]
    await store(pool, 1, steps=3, reason="Sai tên")
    await publish(pool)
    await read(pool)
    whole = await verified(pool)
    owner = await asyncpg.connect(database)
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("ALTER TABLE audit DROP CONSTRAINT audit_number_check")
    await owner.execute(change)
    await owner.close()

    assert whole.told == []
    assert (await verified(pool)).told == expected


async def test_a_trail_cut_at_its_end_is_told_by_an_earlier_head(database: str, pool: Pool) -> None:
    """And so is one that was written anew, with hashes that are all right."""
    await note(pool, "a", None, "s")
    first = await head(pool)
    await note(pool, "b", None, "s")
    second = await head(pool)
    owner = await asyncpg.connect(database)
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("DELETE FROM audit WHERE number = 2")

    assert (await verified(pool, first)).told == []
    cut = await verified(pool, first, second)
    assert cut.told == [f"{second} is not in the trail, which ends at row 1"]
    await note(pool, "c", None, "s")
    [anew] = (await verified(pool, first, second)).told
    await owner.close()
    assert anew.startswith("row 2 is another one than that of 2:")


async def test_what_was_there_before_the_trail_gets_its_rows_once_and_in_order(
    database: str, tmp_path: Path
) -> None:
    folder = tmp_path / "shared" / "migrations"
    folder.mkdir(parents=True)
    for file in MIGRATIONS.glob("*.sql"):
        if file.name < "0006" or file.name == "0007_log_marks.sql":
            (folder / file.name).write_text(file.read_text())
    async with open_pool(database, 4) as pool:
        await migrate(pool, [folder])
        for number in range(1, 4):
            await store(pool, number, steps=2_000, reason="Sai")
        while await publish(pool):
            pass
        await read(pool)
        for _ in range(2):
            await migrate(pool, [MIGRATIONS, CASEWORK_MIGRATIONS])
        await store(pool, 4)
        await publish(pool)
        found = await verified(pool)
        places = await pool.fetch(
            "SELECT place FROM audit WHERE source = 'history' ORDER BY number"
        )

    assert (found.told, found.head.number) == ([], 6_002)
    assert [row["place"] for row in places] == list(range(1, 6_002))


async def test_refusals_beyond_the_pace_are_counted_and_told_with_the_next(pool: Pool) -> None:
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    refusals = Refusals(pool, lambda: moment)
    for number in range(MOST + 20):
        await refusals.note("GET /cases", None, f"/cases/{number}\x00\ud800", UNIT)
    moment += timedelta(minutes=1)
    await refusals.note("GET /cases", None, "/cases", UNIT)

    rows = await pool.fetch("SELECT act, subject, unit, told FROM audit ORDER BY number")
    assert len(rows) == MOST + 1
    assert tuple(rows[2]) == ("GET /cases", "/cases/2??", UNIT, None)
    assert rows[-1]["told"] == "20 more were refused and not noted"


async def test_a_refusal_is_answered_though_the_database_is_away(pool: Pool) -> None:
    refusals = Refusals(pool, system_clock)
    await pool.execute("ALTER TABLE audit RENAME TO away")
    await refusals.note("GET /cases", None, "/cases")
    await pool.execute("ALTER TABLE away RENAME TO audit")
    await refusals.note("GET /cases", None, "/cases")
    assert await pool.fetchval("SELECT told FROM audit") == "1 more were refused and not noted"


@pytest.fixture
async def reporting(database: str) -> AsyncIterator[Pool]:
    async with open_pool(database, 4) as opened:
        await migrate(opened, [OF_REPORTING])
        yield opened


async def test_steps_of_documents_recounts_and_projections_are_in_the_trail(
    database: str, reporting: Pool
) -> None:
    document = UUID(int=7)
    await reporting.execute(
        "INSERT INTO documents (id, unit, kind, subject, starts, ends, as_of, content, positions,"
        " broken, state, notation) VALUES ($1, $2, 'report', 'b', $3, $3, $3, '', '{}', '{}',"
        " 'draft', 'BC')",
        document,
        UNIT,
        DAY,
    )
    for step, capacity in ((1, None), (2, "TM")):
        await reporting.execute(
            "INSERT INTO document_steps (document, step, action, person, role, at, state, reason,"
            " check_id, capacity) VALUES ($1, $2, 'sign', $3, 'signer', $4, 's', 'vì', '', $5)",
            *(document, step, OFFICIAL, datetime(2026, 1, 2, tzinfo=UTC), capacity),
        )
    await projection.live(reporting)
    async with reporting.acquire() as conn:
        await projection.read_live(conn, after_it_too=True)  # not in the schema of the trail
        await measures.keep_recount(conn, 3)
        await conn.execute("RESET search_path")
    rows = await reporting.fetch("SELECT act, actor, subject, unit FROM audit ORDER BY number")
    own = (STEPS, RECOUNTS)
    whole = await verified(reporting, sources=own)
    owner = await asyncpg.connect(database)
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("UPDATE document_steps SET reason = '' WHERE step = 2")
    await owner.execute("DELETE FROM recounts")
    await owner.close()
    found = await verified(reporting, sources=own)

    assert [tuple(row) for row in rows] == [
        ("document.sign", OFFICIAL, str(document), UNIT),
        ("document.sign", OFFICIAL, str(document), UNIT),
        ("projection.live", None, "1", None),
        ("recount", None, "reporting", None),
    ]
    assert whole.told == []
    assert found.told == [
        f"document_steps {document}/2 was changed: it is not what row 2 tells of",
        "row 4 tells of recounts reporting/1, which is gone",
    ]


async def test_an_auditor_reads_the_trail_of_the_own_unit(pool: Pool) -> None:
    await store(pool, 1, steps=2)
    await publish(pool)
    await note(pool, "a", None, "s", unit="2004-10528")
    await note(pool, "b", None, "s")
    async with an_office(pool, people=people_file(UNIT)) as office:

        async def asked(role: Role, **asked: str) -> Any:
            headers = {"authorization": f"Bearer {token_of(role)}"}
            return await office.client.get("/audit", headers=headers, params=asked)

        rows = (await asked(Role.AUDITOR)).json()
        older = (await asked(Role.AUDITOR, before="2", subject=str(CASE))).json()
        others = (await asked(Role.AUDITOR, subject=str(subject_of(2)))).json()
        later = (await asked(Role.AUDITOR, **{"from": "2999-01-01"})).json()
        refused = await asked(Role.OFFICER)

    assert [(row["number"], row["act"], row["actor"]) for row in rows] == [
        (2, "case.corrected", OFFICIAL),
        (1, "case.received", OFFICIAL),
    ]
    assert (older, others, later, refused.status_code) == (rows[1:], [], [], 403)


async def test_the_command_tells_heads_and_whether_all_is_whole(
    database: str, pool: Pool, tmp_path: Path
) -> None:
    """The other departments' database is the same one here; reporting has none yet."""
    (tmp_path / "reporting.env").write_text("WARDBOOK_DATABASE='postgresql://127.0.0.1:1/n'\n")
    for name in DEPARTMENTS:
        (tmp_path / f"{name}.env").write_text(f"WARDBOOK_DATABASE='{database}'\n")

    async def said(*arguments: str) -> tuple[int, str]:
        told = await asyncio.to_thread(
            CliRunner().invoke, wardbook, ["--env", str(tmp_path), "verify-audit", *arguments]
        )
        return told.exit_code, told.output

    own = ("--service", "registry")
    await read(pool)
    code, text = await said(*own, "--json")
    [whole] = json.loads(text[text.index("[") :])
    await read(pool)
    since = ("--since", whole["head"])
    again = await said(*own, *since)
    every = await said(*(word for name in DEPARTMENTS for word in ("--service", name)))
    owner = await asyncpg.connect(database)
    await owner.execute("SET session_replication_role = replica; DELETE FROM audit")
    await owner.close()
    cut = await said(*own, *since)

    assert (code, whole["rows"], whole["faults"], whole["told"]) == (0, 1, 0, [])
    assert whole["head"].startswith("registry:1:")
    assert (again[0], again[1].count("registry:2:"), every[0]) == (0, 1, 0)
    assert cut[0] == 1
    lost = f"{whole['head'].removeprefix('registry:')} is not in the trail, which ends at row 0"
    assert f"registry: {lost}" in cut[1]
    assert f"registry: readings {CASE}/2 is not in the trail" in cut[1]
    assert (await said("--since", "registry:1:00"))[0] == 2
    assert (await said(*own, "--since", whole["head"].replace("registry", "permits")))[0] == 2
    assert (await said())[0] == 3


async def test_adding_somebody_to_the_people_is_in_reportings_trail(
    database: str, reporting: Pool, tmp_path: Path
) -> None:
    """Before the file: where the trail cannot be reached, nobody is added."""
    (tmp_path / "reporting.env").write_text(f"WARDBOOK_DATABASE='{database}'\n")
    file = tmp_path / "people.toml"
    words = ["users", "add", "--file", str(file), "--name", OFFICIAL, "--role", "auditor"]
    words += ["--subject", "t8"]

    async def add(by: str) -> int:
        arguments = ["--env", str(tmp_path), *words, "--unit", "2025-10525", "--by", by]
        return (await asyncio.to_thread(CliRunner().invoke, wardbook, arguments)).exit_code

    await reporting.execute("ALTER TABLE audit RENAME TO away")
    assert (await add("Tám"), file.exists(), len(list(tmp_path.iterdir()))) == (3, False, 1)
    await reporting.execute("ALTER TABLE away RENAME TO audit")
    assert (await add("Tám"), file.exists()) == (0, True)
    row = await reporting.fetchrow("SELECT act, actor, subject, unit, told FROM audit")
    assert row is not None
    assert tuple(row) == ("users.add", "Tám", OFFICIAL, "2025-10525", "auditor")
