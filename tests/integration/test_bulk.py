"""Files of cases on a real PostgreSQL: checked whole, taken once, gone on with after any kill."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.permits import app as permits
from services.petitions import app as petitions
from services.registry import app as registry
from services.registry.model import REGISTRY
from shared.casework.api import case_routes
from shared.casework.files import work as pauses
from shared.casework.files.api import file_routes
from shared.casework.files.work import CHUNK, FileWork
from shared.database import Pool, migrate
from shared.department import CASEWORK_MIGRATIONS, MIGRATIONS, _read_reference_data
from shared.desk import Desk
from shared.problems import install_problems
from tests.support.office import NOW, TOKEN
from tests.support.people import EVERYTHING, bearing, everybody, let_in, settings
from tests.support.registers import Line, a_line, a_register, as_csv, as_xlsx, events_of
from tests.support.servers import free_ports, open_pool
from tests.support.wait import wait_until

BUSY = {"checking", "taking"}


@dataclass
class Process:
    """One process of the registry: its connections, its interface, its work on files."""

    pool: Pool
    client: httpx.AsyncClient
    work: asyncio.Task[None]

    async def send(
        self, lines: Sequence[Line] | bytes, query: str = "", **headers: str
    ) -> httpx.Response:
        """Send lines as a CSV file, or a file as it is."""
        data = lines if isinstance(lines, bytes) else as_csv(lines)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(f"/cases/files{query}", content=data, headers=named)

    async def done(self, answer: httpx.Response) -> Any:
        """Return what a file that was sent has come to."""
        assert answer.status_code == 202, answer.text
        told: Any = answer.json()
        while told["state"] in BUSY:
            assert not self.work.done(), self.work.exception()
            await asyncio.sleep(0.02)
            told = (await self.client.get(answer.headers["location"])).json()
        return told

    async def kill(self) -> None:
        """End as a process that is killed: nothing more reaches the database."""
        self.work.cancel()
        self.pool.terminate()
        await asyncio.gather(self.work, return_exceptions=True)


@asynccontextmanager
async def a_process(database: str) -> AsyncIterator[Process]:
    async with open_pool(database, 6) as pool:
        await migrate(pool, [MIGRATIONS, CASEWORK_MIGRATIONS])
        await asyncio.to_thread(_read_reference_data)  # else in the first transaction
        app = FastAPI()
        install_problems(app)
        desk = Desk(pool, lambda: NOW, lambda: None)
        app.include_router(file_routes(REGISTRY, desk, pool))
        app.include_router(case_routes(REGISTRY, desk, pool))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"accept-language": "en", **bearing(EVERYTHING)}
        with TemporaryDirectory() as folder:
            let_in(app, Path(folder), everybody(), "registry")
            async with httpx.AsyncClient(
                transport=transport, base_url="http://ward", headers=headers
            ) as client:
                work = asyncio.create_task(FileWork(REGISTRY, desk, pool).run())
                yield Process(pool, client, work)
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)


@pytest.fixture(autouse=True)
def _no_idle_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the work look for files, and try them again, without the pauses that spare a server."""
    monkeypatch.setattr(pauses, "_IDLE_SECONDS", 0.02)


@pytest.fixture
async def process(database: str) -> AsyncIterator[Process]:
    async with a_process(database) as opened:
        yield opened


async def rows(pool: Pool) -> tuple[int, int, int]:
    """Return how many cases, events and keys are stored."""
    row = await pool.fetchrow(
        "SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM outbox),"
        " (SELECT count(*) FROM idempotency)"
    )
    assert row is not None
    return tuple(row)


STATUSES = {
    "Đang giải quyết": "open",
    "Đã giải quyết": "resolved",
    "resolved": "resolved",
    "Từ chối": "refused",
    "Rút hồ sơ": "withdrawn",
}


async def check(pool: Pool, lines: Sequence[Line]) -> None:
    """Compare the tables with lines: each is one case, with as many events as steps."""
    held = await pool.fetch("SELECT applicant, status, sequence FROM cases ORDER BY applicant")
    expected = sorted(
        (line["applicant"], STATUSES[line["status"]], events_of([line])) for line in lines
    )
    assert sorted(tuple(row) for row in held) == expected
    steps = events_of(lines)
    assert await rows(pool) == (len(lines), steps, steps)


def told(file: Any) -> tuple[Any, ...]:
    return tuple(file[name] for name in ("state", "rows", "taken", "repeated", "broken"))


def places(file: Any) -> list[tuple[str, str, str]]:
    return [(one["cell"], one["field"], one["rule"]) for one in file["faults"]]


@pytest.mark.parametrize(("write", "count"), [(as_csv, 2_000), (as_xlsx, 600)])
async def test_every_line_of_a_register_becomes_a_case_with_its_steps(
    process: Process, write: Any, count: int
) -> None:
    lines = a_register(count)
    file = await process.done(await process.send(write(lines)))

    assert told(file) == ("taken", count, count, 0, 0)
    assert (file["faults"], file["unused_columns"], file["seconds_left"]) == ([], [], 0)
    assert file["rows_per_second"] > 0
    await check(process.pool, lines)
    assert await process.pool.fetchval("SELECT count(*) FROM case_file_parts") == 0


BROKEN = [
    ({"received_on": "31/02/2023"}, "E", "received_on", "not_a_day"),
    ({"received_on": "45231"}, "E", "received_on", "not_a_day"),
    ({"received_on": "15/11/2023"}, "E", "received_on", "in_the_future"),
    ({"received_on": ""}, "E", "received_on", "missing"),
    ({"row_key": ""}, "A", "row_key", "missing"),
    ({"row_key": "x" * 101}, "A", "row_key", "string_too_long"),
    ({"row_key": "a\0b"}, "A", "row_key", "nul"),
    ({"row_key": "H31-0"}, "A", "row_key", "row_key_twice"),
    ({"unit": "99999"}, "B", "unit", "unknown_unit"),
    ({"unit": "2025-10525"}, "B", "unit", "unit_not_in_force"),
    ({"procedure": "Cấp giấy phép xây dựng"}, "C", "procedure", "value_not_listed"),
    ({"channel": "fax"}, "D", "channel", "value_not_listed"),
    ({"due_on": "31/10/2023"}, "F", "due_on", "before_received"),
    ({"applicant": "x" * 201}, "G", "applicant", "string_too_long"),
    ({"status": "cancelled"}, "H", "status", "value_not_listed"),
    ({"status": "Đã giải quyết"}, "I", "closed_on", "missing"),
    ({"closed_on": "02/11/2023"}, "I", "closed_on", "cell_not_of_status"),
    ({"status": "Rút hồ sơ", "closed_on": "31/10/2023"}, "I", "closed_on", "before_received"),
    ({"status": "Từ chối", "closed_on": "02/11/2023"}, "L", "reason", "missing"),
    (
        {"procedure": "Đăng ký khai sinh", "status": "resolved", "closed_on": "02/11/2023"},
        "J",
        "born_on",
        "field_required_here",
    ),
    (
        {"status": "resolved", "closed_on": "02/11/2023", "died_on": "01/11/2023"},
        "K",
        "died_on",
        "field_not_of_this",
    ),
]
"""What is wrong with a line, and the column, field and rule by which it is told."""

A_BROKEN_REGISTER = [a_line(0), *(a_line(at, **told) for at, (told, *_) in enumerate(BROKEN, 1))]
FAULTS = [(f"{column}{row}", field, rule) for row, (_, column, field, rule) in enumerate(BROKEN, 3)]


async def test_a_dry_run_lists_every_broken_cell_and_changes_nothing(process: Process) -> None:
    file = await process.done(await process.send(A_BROKEN_REGISTER, "?dry_run=true"))

    assert told(file) == ("checked", 22, 0, 0, 21)
    assert places(file) == FAULTS
    assert await rows(process.pool) == (0, 0, 0)


async def test_a_broken_row_keeps_the_whole_file_out(process: Process) -> None:
    lines = [*a_register(600), a_line(600, channel="fax")]
    file = await process.done(await process.send(lines))

    assert told(file) == ("refused", 601, 0, 0, 1)
    assert places(file) == [("D602", "channel", "value_not_listed")]
    assert await rows(process.pool) == (0, 0, 0)
    assert await process.pool.fetchval("SELECT count(*) FROM case_file_parts") == 0


async def test_the_good_rows_are_taken_where_that_is_asked_for(process: Process) -> None:
    """The broken ones are put right, the whole file is sent again, and nothing comes twice."""
    good = a_register(1_000)
    broken = {17, 250, 499, 998}
    lines = [line | {"unit": "99999"} if at in broken else line for at, line in enumerate(good)]
    file = await process.done(await process.send(lines, "?take=good"))

    assert told(file) == ("taken", 1_000, 996, 0, 4)
    assert [one["row"] for one in file["faults"]] == [at + 2 for at in sorted(broken)]
    await check(process.pool, [line for at, line in enumerate(good) if at not in broken])

    assert told(await process.done(await process.send(good))) == ("taken", 1_000, 4, 996, 0)
    await check(process.pool, good)


async def test_the_same_file_sent_twice_is_taken_once(process: Process) -> None:
    """Whatever its form, its order, and the spelling of its words."""
    lines = a_register(700)
    first, second = await process.send(lines), await process.send(as_xlsx(lines[::-1]))

    assert told(await process.done(first)) == ("taken", 700, 700, 0, 0)
    assert told(await process.done(second)) == ("taken", 700, 0, 700, 0)
    again = [line | {"channel": line["channel"].upper(), "unit": " 10525 "} for line in lines]
    assert told(await process.done(await process.send(again))) == ("taken", 700, 0, 700, 0)
    await check(process.pool, lines)
    latest = (await process.client.get("/cases/files")).json()
    assert [one["repeated"] for one in latest] == [700, 700, 0]


async def test_a_row_goes_on_where_its_case_stands(process: Process) -> None:
    """A line that was open is closed by a later file; one that was changed is refused as such."""
    opened = a_line(1, procedure="Đăng ký khai sinh")
    closed = opened | {"status": "resolved", "closed_on": "02/11/2023", "born_on": "2023-10-30"}
    for lines, expected in (
        ([opened], ("taken", 1, 1, 0, 0)),
        ([closed], ("taken", 1, 1, 0, 0)),
        ([opened], ("taken", 1, 0, 1, 0)),
        ([closed], ("taken", 1, 0, 1, 0)),
    ):
        assert told(await process.done(await process.send(lines))) == expected
    await check(process.pool, [closed])
    for change, cell, field in (
        ({"applicant": "Trần Thị Hoa"}, "A2", "row_key"),
        ({"received_on": "31/10/2023"}, "A2", "row_key"),
        ({"born_on": "2023-10-29"}, "H2", "status"),
        ({"status": "Rút hồ sơ", "born_on": ""}, "H2", "status"),
    ):
        for query in ("?dry_run=true", "", "?take=good"):
            file = await process.done(await process.send([closed | change], query))
            assert places(file) == [(cell, field, "row_changed")]
    await check(process.pool, [closed])


async def test_a_row_of_a_case_that_a_clerk_closed_is_refused(process: Process) -> None:
    opened = a_line(1)
    await process.done(await process.send([opened]))
    case = await process.pool.fetchval("SELECT id FROM cases")
    await process.client.post(f"/cases/{case}/withdrawal", json={})
    closed = opened | {"status": "resolved", "closed_on": "02/11/2023"}
    file = await process.done(await process.send([closed]))

    assert (told(file), places(file)) == (
        ("refused", 1, 0, 0, 1),
        [("H2", "status", "case_closed")],
    )
    assert await rows(process.pool) == (1, 2, 1)


async def test_two_files_at_once_in_two_processes_take_no_row_twice(database: str) -> None:
    lines = a_register(1_500)
    async with a_process(database) as one, a_process(database) as other:
        sent = await one.send(lines[:1_000]), await other.send(lines[500:])
        files = [await one.done(sent[0]), await other.done(sent[1])]

        assert {file["state"] for file in files} == {"taken"}
        assert sum(file["taken"] for file in files) == 1_500
        await check(one.pool, lines)


WAITS = """
CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END$$;
CREATE TRIGGER wait BEFORE {} EXECUTE FUNCTION wait();
"""
MOMENTS = {
    "while rows are received": "INSERT ON cases FOR EACH ROW"
    " WHEN (NEW.applicant = 'Nguyễn Văn 600')",
    "while cases are closed": "UPDATE ON cases FOR EACH ROW"
    " WHEN (NEW.applicant = 'Nguyễn Văn 600')",
    "after a chunk, before it is noted": "UPDATE ON case_files FOR EACH ROW"
    " WHEN (NEW.state = 'taking' AND NEW.rows_read = 750)",
    "while it is checked": "UPDATE ON case_files FOR EACH ROW"
    " WHEN (NEW.state = 'checking' AND NEW.rows_read = 750)",
    "between checking and taking": "UPDATE ON case_files FOR EACH ROW"
    " WHEN (NEW.state = 'taking' AND OLD.state = 'checking')",
}
ON_LOCK = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
async def test_a_file_goes_on_by_itself_after_a_kill(database: str, moment: str) -> None:
    """Wherever the kill strikes; what was taken is not taken again."""
    lines = a_register(1_200)
    lines[600] = a_line(600, status="Rút hồ sơ", closed_on="02/11/2023")
    async with open_pool(database, 2) as pool, pool.acquire() as conn:
        async with a_process(database) as killed:
            await conn.execute(WAITS.format(moment))
            await conn.execute("SELECT pg_advisory_lock(1)")
            sent = await killed.send(lines)
            await wait_until(lambda: pool.fetchval(ON_LOCK))
            await killed.kill()
        await conn.execute("SELECT pg_advisory_unlock(1)")
        async with a_process(database) as process:
            file = await process.done(sent)

            assert (file["state"], file["broken"]) == ("taken", 0)
            assert file["taken"] + file["repeated"] == 1_200
            assert file["repeated"] <= CHUNK
            await check(process.pool, lines)


async def test_a_session_that_the_server_ends_costs_nothing(database: str) -> None:
    """The service lives on, and the file goes on in another session."""
    lines = a_register(1_200)
    async with (
        open_pool(database, 2) as pool,
        pool.acquire() as conn,
        a_process(database) as process,
    ):
        await conn.execute(WAITS.format(MOMENTS["after a chunk, before it is noted"]))
        await conn.execute("SELECT pg_advisory_lock(1)")
        sent = await process.send(lines)
        await wait_until(lambda: pool.fetchval(ON_LOCK))
        await conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE locktype = 'advisory' AND NOT granted"
        )
        await conn.execute("SELECT pg_advisory_unlock(1)")
        file = await process.done(sent)

        assert (file["state"], file["taken"] + file["repeated"]) == ("taken", 1_200)
        await check(process.pool, lines)


async def test_a_file_that_cannot_be_taken_fails_and_lets_others_pass(process: Process) -> None:
    """What the database does not take is no refusal; it is tried some times, not for ever."""
    await process.pool.execute("ALTER TABLE cases ADD CHECK (applicant <> 'Nguyễn Văn 9')")
    bad, good = a_register(10), [a_line(11)]
    sent = await process.send(bad), await process.send(good)

    assert told(await process.done(sent[0]))[0] == "failed"
    assert told(await process.done(sent[1])) == ("taken", 1, 1, 0, 0)
    await process.pool.execute("ALTER TABLE cases DROP CONSTRAINT cases_applicant_check")
    assert (await process.done(await process.send(bad)))["state"] == "taken"
    await check(process.pool, [*bad, *good])


async def test_what_is_no_file_of_cases_is_refused_at_once(process: Process) -> None:
    heading = as_csv([])
    for data, status, rule in (
        (b"", 422, "not_a_sheet"),
        (b"a;b\n1;2\n", 422, "no_heading_row"),
        (heading.replace("Đơn vị".encode(), b"Phuong"), 422, "column_missing"),
        (heading.replace("Đơn vị".encode(), "Số hồ sơ".encode()), 422, "column_twice"),
        (b"0" * 50_000_001, 413, "file_too_large"),
    ):
        answer = await process.send(data)
        assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (status, rule)
    misspelt = await process.send([a_line(1)], "?dryrun=true")
    assert misspelt.json()["errors"][0]["rule"] == "unknown_parameter"
    assert await process.pool.fetchval("SELECT count(*) FROM case_files") == 0


async def test_a_file_that_breaks_off_is_refused_whole(process: Process) -> None:
    """Also where the good rows are asked for: nobody knows what its end says."""
    data = as_csv(a_register(1_000)) + b"\xff\xff;x\n"
    file = await process.done(await process.send(data, "?take=good"))

    assert (file["state"], file["broken"]) == ("refused", 1)
    assert [(one["row"], one["rule"]) for one in file["faults"]] == [(0, "not_a_sheet")]
    assert await rows(process.pool) == (0, 0, 0)


async def test_faults_are_told_in_the_language_that_is_asked_for(process: Process) -> None:
    sent = await process.send(as_xlsx([a_line(1, channel="fax"), a_line(2, status="")]))
    file = await process.done(sent)
    place = sent.headers["location"]
    vi = (await process.client.get(place, headers={"accept-language": "vi"})).json()["faults"]
    later = (await process.client.get(f"{place}?from_row=4")).json()["faults"]

    assert file["faults"][0] == {
        "row": 3,
        "sheet": "Sổ",
        "cell": "D3",
        "field": "channel",
        "rule": "value_not_listed",
        "message": "must be one of Trực tuyến (online); Trực tiếp (in_person); Bưu chính (post)",
    }
    assert vi[0]["message"].startswith("phải là một trong: Trực tuyến (online)")
    assert [one["cell"] for one in later] == ["H4"]


async def test_columns_that_mean_nothing_here_are_named(process: Process) -> None:
    data = as_csv([a_line(1)]).replace("Ngày chết".encode(), "Ghi chú".encode())
    assert (await process.send(data)).json()["unused_columns"] == ["Ghi chú"]


async def test_a_migration_states_the_recording_day_of_a_file(process: Process) -> None:
    lines = [a_line(1, received_on="01/06/2022"), a_line(2, received_on="02/07/2022")]
    refused = await process.send(lines, recorded_on="2022-06-30")
    assert refused.status_code == 403

    sent = await process.send(
        lines, "?take=good", recorded_on="2022-06-30", authorization=f"Bearer {TOKEN}"
    )
    file = await process.done(sent)
    assert places(file) == [("E3", "received_on", "in_the_future")]
    recorded = await process.pool.fetchval("SELECT recorded_at::date FROM cases")
    assert recorded.isoformat() == "2022-06-30"


@pytest.mark.parametrize(
    ("build", "line"),
    [
        (registry.build, a_line(1)),
        (permits.build, a_line(1, procedure="Định vị mốc giới")),
        (
            petitions.build,
            a_line(
                1,
                procedure="Hoà giải tranh chấp đất đai",
                status="resolved",
                closed_on="02/11/2023",
            ),
        ),
    ],
    ids=["registry", "permits", "petitions"],
)
async def test_a_department_takes_files_for_as_long_as_it_runs(
    database: str, build: Any, line: Line, tmp_path: Path
) -> None:
    """As a whole, with its own procedures; a mediation has an outcome, which the register lacks."""
    told = {"kafka": f"127.0.0.1:{free_ports()}", "database": database, "port": 1}
    app = build(settings(tmp_path, **told), lambda: NOW)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://ward",
            headers=bearing(EVERYTHING, NOW),
        ) as client,
    ):
        sent = await client.post("/cases/files", content=as_csv([line]))
        template = await client.get("/cases/files/template")
        place = sent.headers["location"]

        async def is_done() -> bool:
            return (await client.get(place)).json()["state"] not in BUSY

        await wait_until(is_done)
        file = (await client.get(place)).json()
        assert places(file) == (
            [] if file["state"] == "taken" else [("H2", "outcome", "field_required_here")]
        )
        assert file["state"] == ("refused" if build is petitions.build else "taken")
    assert template.content.startswith(b"PK")


async def test_no_file_of_another_id_is_found(process: Process) -> None:
    answer = await process.client.get("/cases/files/00000000-0000-7000-8000-000000000000")
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (404, "unknown_file")
