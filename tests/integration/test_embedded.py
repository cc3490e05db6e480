"""The promises of deploy/embedded, on the real servers."""

import asyncio
import signal
import socket
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from deploy.databases import create_databases
from deploy.embedded.child import Child
from deploy.embedded.errors import PortTaken, StartFailed
from deploy.embedded.kafka import Kafka
from deploy.embedded.ports import HOST
from deploy.embedded.postgres import Postgres
from tests.support.servers import free_ports, running_postgres
from tests.support.wait import wait_until

PARENT = """
import asyncio, sys
from pathlib import Path
from deploy.embedded.child import Child

async def main():
    log = Path(sys.argv[1])
    child = await Child.start("sleeper", "sh", "-c", "echo ready; exec sleep 600", log=log)

    async def ready():
        return "ready" in log.read_text()

    await child.until(ready)
    print(child.process.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_kafka_keeps_what_was_produced(kafka: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic("embedded", 2, 1)])
    await admin.close()

    async with AIOKafkaProducer(
        bootstrap_servers=kafka, enable_idempotence=True, compression_type="lz4"
    ) as producer:
        for number in range(10):
            await producer.send_and_wait("embedded", b"%d" % number, key=b"one case")
    async with AIOKafkaConsumer(
        "embedded", bootstrap_servers=kafka, group_id="readers", auto_offset_reset="earliest"
    ) as consumer:
        records = [await asyncio.wait_for(consumer.getone(), 60) for _ in range(10)]

    assert [b"%d" % number for number in range(10)] == [record.value for record in records]


async def test_kafka_makes_no_topic_that_nobody_declared(kafka: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka, request_timeout_ms=1000) as producer:
        with pytest.raises(KafkaError):
            await producer.send_and_wait("never-declared", b"")


async def test_postgres_keeps_its_data_over_a_restart(tmp_path: Path) -> None:
    async with running_postgres(tmp_path) as server:
        await _execute(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    async with running_postgres(tmp_path) as server:
        assert await _value(server.dsn, "SELECT answer FROM kept") == 42


async def test_postgres_commits_durably(postgres: str) -> None:
    """What promise 1 of the design rests on: no commit is answered before it is on the disk."""
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert await _value(postgres, f"SHOW {setting}") == "on"


async def test_postgres_lets_nobody_in_without_the_password(postgres: str) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.replace("of-a-test", "guessed"))


async def test_a_service_cannot_enter_the_database_of_another(postgres: str) -> None:
    passwords = {"first": "1'st", "second": "2nd"}
    await create_databases(postgres, passwords)
    await create_databases(postgres, passwords)  # as on every later start

    own = postgres.replace("postgres:of-a-test", "second:2nd")
    await _execute(own.replace("/postgres", "/second"), "CREATE TABLE mine (id int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(own.replace("/postgres", "/first"))


async def test_stopping_leaves_no_process(tmp_path: Path) -> None:
    before = _children()
    async with running_postgres(tmp_path):
        started = _children() - before
        assert len(started) > 1
    assert not [process for process in started if process.is_running()]


@pytest.mark.parametrize("kind", ["kafka", "postgres"])
async def test_a_taken_port_is_named_with_its_setting(tmp_path: Path, kind: str) -> None:
    port, log = free_ports(2), tmp_path / "log"
    server = (
        Kafka(tmp_path, port=port, log=log)
        if kind == "kafka"
        else Postgres(tmp_path, port=port, password="x", log=log)
    )
    setting = f"WARDBOOK_{kind.upper()}_PORT"
    with (
        socket.create_server((HOST, port)),
        pytest.raises(PortTaken, match=rf"port {port} .* {setting}"),
    ):
        await server.start()
    assert not list(tmp_path.iterdir())


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    async with running_postgres(tmp_path):
        pass
    (tmp_path / "postgres" / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(StartFailed, match='unrecognized configuration parameter "no_such_setting"'):
        async with running_postgres(tmp_path):
            pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
async def test_a_child_ends_with_its_parent_however_that_dies(tmp_path: Path) -> None:
    parent = subprocess.Popen(  # noqa: S603 - this file's own script
        [sys.executable, "-c", PARENT, tmp_path / "log"], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    with parent, parent.stdout:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()

    async def child_is_gone() -> bool:
        return not child.is_running() or child.status() == psutil.STATUS_ZOMBIE

    await wait_until(child_is_gone)


async def test_a_child_that_ignores_the_stop_signal_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    deaf = await Child.start(
        "deaf", "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done", log=log
    )

    async def ready() -> bool:
        return "ready" in log.read_text()

    await deaf.until(ready)
    async with asyncio.timeout(10):
        await deaf.stop(patience=0.3)
    assert deaf.process.returncode == -signal.SIGKILL
    assert await deaf.ended() == "deaf ended with signal SIGKILL"


def _children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement)
    await connection.close()


async def _value(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()
