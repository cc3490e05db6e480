"""`wardbook` beside a real Kafka and PostgreSQL: its answers, its exit codes, letters replayed."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from click.testing import CliRunner

import shared
from deploy.cli.main import wardbook
from deploy.cli.places import DEPARTMENTS
from services.reporting.settings import ReportingSettings
from shared import outbox
from shared.audit.trail import operator
from shared.database import migrate
from shared.events.cases import Status
from shared.events.envelope import Event, encode, event_id
from shared.outbox import Step
from shared.topics import topic_of
from tests.support.builders import DAY, a_birth, a_case, a_receipt, subject_of
from tests.support.folded import fold_all
from tests.support.servers import free_ports, fresh_database, open_pool, running_kafka
from tests.support.tables import live_tables

FIRST, SECOND = subject_of(1), subject_of(2)


@dataclass(frozen=True)
class Installation:
    """A Kafka, reporting's database, a department's, and the folder that `make run` would leave."""

    kafka: str
    reporting: str
    folder: Path

    async def wardbook(self, *arguments: str) -> tuple[int, str]:
        """Run the command, in a thread of its own; return its exit code and what it said."""
        told = await asyncio.to_thread(
            CliRunner().invoke, wardbook, ["--env", str(self.folder), *arguments]
        )
        assert told.exception is None or isinstance(told.exception, SystemExit), told.exc_info
        return told.exit_code, told.output if told.exit_code else told.stdout

    async def answer(self, *arguments: str, code: int = 0) -> Any:
        """Return what the command answers in JSON, with this exit code."""
        found, said = await self.wardbook(*arguments, "--json")
        assert found == code, said
        return json.loads(said[said.index("[" if said.lstrip().startswith("[") else "{") :])

    async def publish(self, values: Sequence[Event | bytes]) -> None:
        """Publish in order, as departments do."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka, acks="all")
        await producer.start()
        for value in values:
            if isinstance(value, Event):
                topic = topic_of(value.source.rpartition("/")[2])
                await producer.send_and_wait(topic, encode(value), key=str(value.subject).encode())
            else:
                await producer.send_and_wait("registry.events", value, partition=0)
        await producer.stop()

    async def fold(self) -> None:
        """Fold until nothing waits."""
        told = {"kafka": self.kafka, "database": self.reporting, "port": 1}
        await fold_all(ReportingSettings.model_validate(told))


@pytest.fixture
async def installation(postgres: str, tmp_path: Path) -> AsyncIterator[Installation]:
    async with (
        running_kafka(tmp_path) as kafka,
        fresh_database(postgres) as reporting,
        fresh_database(postgres) as department,
    ):
        folder = tmp_path / "var"
        folder.mkdir()
        for name in (*DEPARTMENTS, "reporting"):
            dsn = reporting if name == "reporting" else department
            (folder / f"{name}.env").write_text(
                f"WARDBOOK_KAFKA={kafka.bootstrap}\nWARDBOOK_DATABASE='{dsn}'\nWARDBOOK_PORT=1\n"
            )
        async with open_pool(department, 2) as pool:
            await migrate(pool, [Path(shared.__file__).parent / "migrations"])
            async with pool.acquire() as conn, conn.transaction():
                await outbox.append(conn, [Step(a_receipt())])
        yield Installation(kafka.bootstrap, reporting, folder)


async def test_an_installation_is_operated(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = installation

    # Nothing is there yet: a difference, and what cannot be done.
    missing = await one.answer("topics", code=1)
    assert [topic["wrong"] for topic in missing] == [["it is missing: --create"]] * 4
    code, said = await one.wardbook("positions")
    assert (code, "start reporting first" in said) == (3, True), said
    made = await one.answer("topics", "--create")
    assert {topic["partitions"] for topic in made} == {6}
    assert {topic["retention_ms"] for topic in made} == {"-1"}

    # A release that lacks a procedure makes dead letters of its cases.
    with monkeypatch.context() as old_release:
        old_release.setattr("services.reporting.decode.PROCEDURES", {})
        await one.publish([a_receipt(subject=FIRST), a_receipt(subject=SECOND)])
        await one.fold()
    birth = a_birth(a_case(Status.RESOLVED), subject=FIRST, recorded_on=DAY)
    await one.publish([birth, a_receipt(subject=SECOND), b"no \x00 event"])
    await one.fold()

    listed = await one.answer("dead-letters", "list")
    assert sorted(row["reason"] for row in listed) == ["not_json", *["unknown_procedure"] * 2]
    page = await one.answer("dead-letters", "list", "--limit", "1", "--after", listed[0]["place"])
    assert page == [listed[1]]
    known = await one.answer("dead-letters", "list", "--reason", "not_json")
    [shown] = [await one.answer("dead-letters", "show", row["place"]) for row in known]
    assert (shown["reason"], shown["value"]) == ("not_json", "no \\x00 event")
    assert "publish it anew" in shown["remedy"]
    _, said = await one.wardbook("dead-letters", "show", known[0]["place"], "--hex")
    assert "value: 6e 6f 20 00" in said

    differs = await one.answer("recount", code=1)
    assert any(event_id(FIRST, 1) in line for line in differs["differences"])

    # After the fix: what can be read is folded, what cannot stays, and a recount is equal.
    told = await one.answer("dead-letters", "replay", "--all", "--by", "Tám", code=1)
    assert (told["folded"], told["new"]) == (2, 1)
    assert told["left"] == [{"place": known[0]["place"], "reason": "not_json"}]
    assert await one.answer("recount") == {"equal": True, "differences": []}
    async with live_tables(one.reporting) as conn:
        assert await conn.fetchval("SELECT count(*) FROM facts") == 3
        assert await conn.fetchval("SELECT count(*) FROM dead_letters") == 3

    async with live_tables(one.reporting) as conn:
        acts = await conn.fetch("SELECT act, actor, told FROM public.audit ORDER BY number")
    assert [tuple(row)[:2] for row in acts] == [
        ("projection.live", None),
        ("recount", operator()),
        ("dead_letters.replay", "Tám"),
        ("recount", operator()),
    ]
    assert acts[2]["told"].startswith("1 new of registry.events/")

    again = await one.answer("dead-letters", "replay", "--reason", "unknown_procedure")
    assert again == {"folded": 0, "new": 0, "left": []}
    assert len(await one.answer("dead-letters", "list")) == 1
    assert len(await one.answer("dead-letters", "list", "--all")) == 3

    rows = await one.answer("positions")
    assert len(rows) == 24
    assert sum(row["position"] for row in rows) == sum(row["end"] for row in rows) == 5
    assert {row["lag"] for row in rows} == {0}
    waiting = await one.answer("outbox")
    assert [(row["department"], row["waiting"]) for row in waiting] == [
        (department, 1) for department in DEPARTMENTS
    ]


async def test_what_is_not_reachable_is_told_in_a_line(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OUTBOX", "REPORTING", "REGISTRY"):
        monkeypatch.setenv(
            f"WARDBOOK_{name}_DATABASE", f"postgresql://n@127.0.0.1:{free_ports()}/n"
        )
    for command in (["outbox"], ["positions"], ["dead-letters", "list"], ["recount"]):
        code, said = await installation.wardbook(*command)
        assert code == 3, said
        assert said.startswith("Error: ")
        assert "Traceback" not in said


async def test_a_report_is_written_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str | None]] = []

    class Reporting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["authorization"]))
            refused = "unit=1&" in self.path
            self.send_response(422 if refused else 200)
            self.end_headers()
            self.wfile.write(b'{"detail": "no such unit"}' if refused else b"%PDF")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Reporting)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("WARDBOOK_REPORTING_URL", f"http://127.0.0.1:{server.server_port}/")
    token, out = tmp_path / "token", tmp_path / "report.pdf"
    token.write_text("secret\n")
    term = ["--from", "2021-06-01", "--to", "2023-11-30", "--out", str(out)]
    one = Installation("", "", tmp_path)

    own = ["--token-file", str(token)]
    code, said = await one.wardbook("report", "--unit", "1", *term, *own)
    assert (code, said, out.exists()) == (1, "Error: no such unit\n", False)
    code, said = await one.wardbook("report", "--unit", "10525", *term, *own)
    server.shutdown()
    server.server_close()

    assert (code, said, out.read_bytes()) == (0, f"wrote {out}\n", b"%PDF")
    wanted = "/reports/term?unit=10525&format=pdf&from=2021-06-01&to=2023-11-30"
    assert asked[1:] == [(wanted, "Bearer secret")]
