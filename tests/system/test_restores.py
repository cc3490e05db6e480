"""Drills: each part is lost once, brought back as docs/backup.md says, and nothing differs after.

One installation of its own lives through all of them, in their order.
"""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from deploy.embedded.errors import StartFailed
from deploy.embedded.kafka import Kafka
from deploy.embedded.postgres import PROGRAMS, Postgres
from shared.people import Role
from shared.topics import PARTITIONS, create_topics
from tests.support.servers import running_kafka, running_postgres
from tests.support.wait import wait_until
from tests.support.wardbook import DEPARTMENTS, SERVICES, Wardbook, running_wardbook
from tests.system.recount import assert_tallies_equal_a_recount
from tests.system.test_issuing import a_case, correct, drawn, files, issued, told

BACKUP = Path(__file__).parents[2] / "deploy" / "backup"
PERIOD = (date(2023, 1, 1), date(2023, 6, 30))
ARCHIVING = (
    "ALTER SYSTEM SET archive_mode = on",
    "ALTER SYSTEM SET archive_command = '{script} %p {folder}/wal/%f'",
)


@dataclass
class Installation:
    """A Kafka and a PostgreSQL that archives its log, with the five services on them."""

    kafka: Kafka
    postgres: Postgres
    wardbook: Wardbook
    folder: Path

    @property
    def backups(self) -> Path:
        """The folder of base backups and of the archived log."""
        return self.folder / "backups"

    async def run(self, *command: str | Path) -> tuple[int | None, str]:
        """Run a program as an operator would; return its exit code and what it said."""
        process = await asyncio.create_subprocess_exec(
            *map(str, command),
            env=self._environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, wrong = await process.communicate()
        return process.returncode, said.decode() or wrong.decode()

    async def done(self, *command: str | Path) -> str:
        """Run a program that succeeds."""
        code, said = await self.run(*command)
        assert code == 0, said
        return said

    async def asked(self, *command: str, code: int = 0) -> Any:
        """Return what `wardbook` answers in JSON, with this exit code."""
        found, said = await self.run(sys.executable, "-m", "deploy.cli", *command, "--json")
        assert found == code, said
        return json.loads(said)

    def _environment(self) -> Mapping[str, str]:
        server = urlsplit(self.postgres.dsn)
        databases = {
            f"WARDBOOK_{name.upper()}_DATABASE": self.wardbook.dsn(name) for name in SERVICES
        }
        return {
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "PGHOST": str(server.hostname),
            "PGPORT": str(server.port),
            "PGUSER": str(server.username),
            "PGPASSWORD": str(server.password),
            "WARDBOOK_KAFKA": self.kafka.bootstrap,
            **databases,
        }

    async def stop(self, *names: str) -> None:
        """End services in order."""
        await asyncio.gather(*map(self.wardbook.stop, names))

    async def start(self, *names: str) -> None:
        """Start services at once."""
        async with asyncio.TaskGroup() as group:
            for name in names:
                group.create_task(self.wardbook.start(name))

    async def lose_database(self, name: str) -> None:
        """Lose a service's database; an empty one takes its place."""
        database = urlsplit(self.wardbook.dsn(name)).path[1:]
        await self.execute(f"DROP DATABASE {database} WITH (FORCE)", f"CREATE DATABASE {database}")

    async def execute(self, *statements: str) -> None:
        """Run statements as the superuser, each in a transaction of its own."""
        server = await asyncpg.connect(self.postgres.dsn)
        try:
            for statement in statements:
                await server.execute(statement)
        finally:
            await server.close()

    async def seen(self) -> tuple[Any, Any]:
        """Return what the ward's report says, and its evidence."""
        unit = self.wardbook.issuing_unit
        report = await self.wardbook.report(unit, *PERIOD)
        return report["figures"], report["checks"]

    async def moment(self) -> datetime:
        """Return the present moment of the server, behind all that was answered."""
        found: datetime = await self.asks("SELECT clock_timestamp()")
        return found

    async def archived(self) -> None:
        """Return when all that was committed is in the archive."""
        last: str = await self.asks("SELECT pg_walfile_name(pg_switch_wal())")

        async def is_there() -> bool:
            return (self.backups / "wal" / last).exists()

        await wait_until(is_there)

    async def recovered(self) -> bool:
        """Say whether the server has replayed its log, and takes writes."""
        found: bool = await self.asks("SELECT NOT pg_is_in_recovery()")
        return found

    async def asks(self, query: str) -> Any:
        """Return the answer to a question of the superuser."""
        server = await asyncpg.connect(self.postgres.dsn)
        try:
            return await server.fetchval(query)
        finally:
            await server.close()

    async def sequences(self, name: str, *cases: str) -> dict[str, int]:
        """Return how far each of these cases is that a department has."""
        database = await asyncpg.connect(self.wardbook.dsn(name))
        try:
            rows = await database.fetch("SELECT id, sequence FROM cases WHERE id = ANY($1)", cases)
        finally:
            await database.close()
        return {str(row["id"]): row["sequence"] for row in rows}

    async def ready(self, name: str) -> str:
        """Return what a service says of itself."""
        answer = await self.wardbook.client.get(f"{self.wardbook.url(name)}/ready")
        status: str = answer.json()["status"]
        return status


@pytest.fixture(scope="module")
async def one(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    folder = tmp_path_factory.mktemp("restores")
    async with running_kafka(folder) as kafka, running_postgres(folder) as postgres:
        await create_topics(kafka.bootstrap)
        await archive(postgres, folder)
        async with running_wardbook(kafka.bootstrap, postgres.dsn, folder) as wardbook:
            yield Installation(kafka, postgres, wardbook, folder)


async def archive(postgres: Postgres, folder: Path) -> None:
    """Let the server archive its log, from its next start on."""
    data, backups = folder / "postgres" / "data", folder / "backups"
    for made in (backups, backups / "wal"):
        made.mkdir()
    shutil.chown(backups / "wal", data.owner(), data.group())
    server = await asyncpg.connect(postgres.dsn)
    for statement in ARCHIVING:
        await server.execute(statement.format(script=BACKUP / "archive.sh", folder=backups))
    await server.close()
    await postgres.stop()
    await postgres.start()


async def test_reporting_s_database_is_lost(one: Installation) -> None:
    """The log gives back the figures; only the documents are in no log, and come from a backup."""
    wardbook = one.wardbook
    case = await a_case(wardbook, 2023, 1)
    await wardbook.settled()
    document = await issued(wardbook, await drawn(wardbook, 2023))
    await correct(wardbook, case, closed_on="2023-02-22")
    await wardbook.settled()
    before, printed = await one.seen(), await files(wardbook, document)
    dump, dsn = one.folder / "documents.dump", wardbook.dsn("reporting")
    but = "--exclude-schema=projection_*"
    await one.done("pg_dump", "--format=custom", but, f"--file={dump}", dsn)

    await one.stop("reporting")
    await one.lose_database("reporting")
    await one.done("pg_restore", "--single-transaction", f"--dbname={dsn}", str(dump))
    await one.start("reporting")
    await wardbook.settled()

    assert await one.seen() == before
    assert await files(wardbook, document) == printed
    assert await one.asked("recount") == {"equal": True, "differences": []}
    assert await one.asked("recount", "--document", document["id"]) == {
        "equal": True,
        "differences": [],
    }


async def test_kafka_s_log_is_lost(one: Installation) -> None:
    """Departments publish nothing onto a topic made anew; their history brings the log back."""
    wardbook, unit = one.wardbook, one.wardbook.new_unit()
    body = {"unit": unit, "procedure": "permits.land_file", "channel": "post"}
    body |= {"received_on": "2023-03-01"}
    case = await wardbook.told("permits", "/cases", body)
    await wardbook.settled()
    before = await one.seen()
    await one.kafka.stop()
    shutil.rmtree(one.folder / "kafka")
    await one.kafka.start()
    await create_topics(one.kafka.bootstrap)
    await wardbook.told("permits", f"/cases/{case['id']}/withdrawal", {"closed_on": "2023-03-02"})

    async def noticed() -> bool:
        return "it was lost" in await one.ready("permits")

    await wait_until(noticed)
    code, said = await one.run(sys.executable, "-m", "deploy.cli", "republish", "permits")
    assert (code, "stop it first" in said) == (1, True), said
    await one.stop(*DEPARTMENTS)
    code, said = await one.run(sys.executable, "-m", "deploy.cli", "republish", "permits")
    assert (code, "has 1 events" in said) == (1, True), said
    admin = AIOKafkaAdminClient(bootstrap_servers=one.kafka.bootstrap)
    await admin.start()
    await admin.delete_topics(["permits.events"])
    await admin.close()
    await wait_until(partial(_made, one.kafka.bootstrap))

    # Other software was quicker: steps come to other places than they had.
    async with AIOKafkaProducer(bootstrap_servers=one.kafka.bootstrap) as producer:
        for partition in range(PARTITIONS):
            await producer.send_and_wait("permits.events", b"no event", partition=partition)
            wardbook.poison.add(("permits.events", partition, 0))

    done = {
        name: await one.asked("republish", name, *(["--onto-events"] if name == "permits" else []))
        for name in DEPARTMENTS
    }
    assert {name: row["complete"] for name, row in done.items()} == dict.fromkeys(DEPARTMENTS, True)
    await one.start(*DEPARTMENTS)
    await one.done(sys.executable, "-m", "deploy.cli", "rebuild", "--new-log")
    await wardbook.settled()

    assert await one.seen() == before
    figures = await wardbook.figures(unit, *PERIOD)
    assert figures["permits.applications_withdrawn"] == 1
    assert (await one.asked("recount"))["equal"]
    await assert_tallies_equal_a_recount(wardbook)
    [document] = await told(wardbook, Role.DRAFTER, "GET", "")
    recount = (sys.executable, "-m", "deploy.cli", "recount", "--document", document["id"])
    code, said = await one.run(*recount)
    assert (code, "a log that was lost" in said) == (3, True), said


async def _made(bootstrap: str) -> bool:
    """Make the topics, once those that were deleted are gone."""
    try:
        await create_topics(bootstrap)
    except RuntimeError:
        return False
    return True


async def test_a_department_s_database_is_lost(one: Installation) -> None:
    """It takes no command until it has the steps that its topic has, so that no number is twice."""
    wardbook = one.wardbook
    case = await a_case(wardbook, 2023, 5)
    await wardbook.settled()
    dump, dsn = one.folder / "permits.dump", wardbook.dsn("permits")
    await one.done("pg_dump", "--format=custom", f"--file={dump}", dsn)
    await correct(wardbook, case, closed_on="2023-02-23")
    later = await a_case(wardbook, 2023, 6)
    await wardbook.settled()
    before = await one.seen()

    await one.stop("permits")
    await one.lose_database("permits")
    await one.done("pg_restore", "--single-transaction", f"--dbname={dsn}", str(dump))
    with pytest.raises(StartFailed, match="permits ended with"):
        await wardbook.start("permits")
    assert "wardbook compare permits" in (one.folder / "permits.log").read_text()

    found = await one.asked("compare", "permits", code=1)
    lost = [(row["difference"], row["event"]) for row in found["differences"]]
    assert sorted(lost) == [
        ("lost", f"{case}.00000003"),
        ("unknown", f"{later}.00000001"),
        ("unknown", f"{later}.00000002"),
    ]
    applied = await one.asked("compare", "permits", "--apply")
    assert (applied["equal"], len(applied["applied"])) == (True, 3)
    receipt = next(row for row in applied["applied"] if row["event"] == f"{later}.00000001")
    assert "applicant" in receipt["missing"][0]
    assert await one.asked("compare", "permits") == {
        "equal": True,
        "differences": [],
        "applied": [],
    }

    await one.start("permits")
    await wardbook.settled()
    assert await one.seen() == before
    await correct(wardbook, case, closed_on="2023-02-22")
    await correct(wardbook, later, closed_on="2023-02-22")
    history = await wardbook.client.get(f"{wardbook.url('permits')}/cases/{case}/history")
    assert [step["id"][-2:] for step in history.json()["steps"]] == ["01", "02", "03", "04"]
    await wardbook.settled()
    await assert_tallies_equal_a_recount(wardbook)


async def test_the_data_folder_is_lost(one: Installation) -> None:
    """A base backup and the archived log bring back what was answered before a moment, no more."""
    wardbook, backups = one.wardbook, one.backups
    data = one.folder / "postgres" / "data"
    await one.done(BACKUP / "base.sh", backups)
    kept = await a_case(wardbook, 2023, 7)
    await wardbook.settled()
    moment, before = await one.moment(), await one.seen()
    gone = await a_case(wardbook, 2023, 8)
    await wardbook.settled()
    after = await one.seen()
    await one.archived()

    for name in SERVICES:
        await wardbook.kill(name)
    await one.postgres.stop()
    shutil.rmtree(data)
    await one.done(BACKUP / "recover.sh", backups, data, str(moment))
    await one.postgres.start()
    await wait_until(one.recovered)

    # Reporting is as it was then, and folds on from there; permits lacks what its topic has.
    assert await one.sequences("permits", kept, gone) == {kept: 2}
    found = await one.asked("compare", "permits", code=1)
    assert {row["event"][:-9] for row in found["differences"]} == {gone}
    assert (await one.asked("compare", "permits", "--apply"))["equal"]
    await one.start(*SERVICES)
    await wardbook.settled()
    assert before != after
    assert await one.seen() == after
    await assert_tallies_equal_a_recount(wardbook)
