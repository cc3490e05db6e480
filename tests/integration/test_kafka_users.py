"""A Kafka that knows its users, as deploy/kafka sets it up: who may do what, and who may not."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)
from aiokafka.protocol.admin import CreateAclsRequest
from click.testing import CliRunner

from deploy.cli.main import wardbook
from deploy.kafka.rights import open_cluster
from services.registry.app import build as registry
from services.reporting.settings import ReportingSettings
from shared.broker import create_producer
from shared.events import PUBLISHED
from shared.kafka import wrong_with_kafka
from shared.kafka_users import ADMIN, OPERATOR, RIGHTS, USERS
from shared.log import open_log
from shared.topics import PARTITIONS, READERS, TOPICS, create_topics, topic_of
from tests.support.folded import fold_all
from tests.support.office import RECEIPT
from tests.support.people import EVERYTHING, bearing
from tests.support.people import settings as known
from tests.support.secured_kafka import SecuredKafka, password_of, running_secured_kafka
from tests.support.servers import fresh_database
from tests.support.tables import live_tables
from tests.support.wait import wait_until

OTHERS = [service for service in PUBLISHED if service != "registry"]
FOREIGN = {"registry": "permits.events", "reporting": "registry.events", OPERATOR: "returns.events"}


@pytest.fixture(scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecuredKafka]:
    async with running_secured_kafka(tmp_path_factory.mktemp("secured")) as kafka:
        await create_topics(**kafka.told(OPERATOR))
        yield kafka


@pytest.fixture
async def reporting(postgres: str) -> AsyncIterator[str]:
    """DSN of reporting's empty database."""
    async with fresh_database(postgres) as dsn:
        yield dsn


def told_of(secured: SecuredKafka, user: str, database: str) -> Mapping[str, Any]:
    """Return the settings of a service."""
    return {**secured.settings(user).model_dump(), "database": database, "port": 1}


async def test_services_do_their_work(
    secured: SecuredKafka, database: str, reporting: str, tmp_path: Path
) -> None:
    """From a command to the fold and the recount's reader, by the services' own clients."""
    app = registry(known(tmp_path, **told_of(secured, "registry", database)))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport, base_url="http://ward", headers=bearing(EVERYTHING)
        ) as client,
    ):
        answer = await client.post("/cases", json=RECEIPT, headers={"idempotency-key": "k"})
        assert answer.status_code == 201

        async def published() -> bool:
            return bool((await client.get("/outbox")).json()["waiting"] == 0)

        await wait_until(published)
        assert (await client.get("/ready")).json() == {"status": "ok"}
    for service in OTHERS:
        async with create_producer(secured.settings(service), service) as producer:
            await producer.send_and_wait(topic_of(service), b"no event")

    settings = ReportingSettings.model_validate(told_of(secured, "reporting", reporting))
    await fold_all(settings)
    async with live_tables(reporting) as conn:
        assert await conn.fetchval("SELECT count(*) FROM facts") == 1
        assert await conn.fetchval("SELECT count(*) FROM dead_letters") == len(OTHERS)
    async with open_log(settings, "test") as log:
        ends = await log.ends(TopicPartition("registry.events", p) for p in range(PARTITIONS))
        assert sum(ends.values()) == 1


@pytest.mark.parametrize("user", FOREIGN)
async def test_nobody_writes_to_a_topic_that_is_not_their_own(
    secured: SecuredKafka, user: str
) -> None:
    async with AIOKafkaProducer(**secured.told(user)) as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(FOREIGN[user], b"forged")


async def read_one(told: Mapping[str, Any], group: str | None) -> None:
    """Read an event of the registry, as a member of a group or of none."""
    consumer = AIOKafkaConsumer(
        "registry.events", group_id=group, auto_offset_reset="earliest", **told
    )
    try:
        await consumer.start()
        await asyncio.wait_for(consumer.getone(), 60)
    finally:
        await consumer.stop()


@pytest.mark.parametrize("user", ["permits", OPERATOR])
async def test_a_department_reads_its_own_topic_alone(secured: SecuredKafka, user: str) -> None:
    """And as a member of no group, least of all of reporting's."""
    await read_one(secured.told("registry"), None)
    for group in (None, f"{READERS}1"):
        with pytest.raises((TopicAuthorizationFailedError, GroupAuthorizationFailedError)):
            await read_one(secured.told(user), group)
    with pytest.raises(GroupAuthorizationFailedError):
        await read_one(secured.told("registry"), f"{READERS}1")


async def test_reporting_joins_no_group_but_its_own(secured: SecuredKafka) -> None:
    await read_one(secured.told("reporting"), f"{READERS}test")
    with pytest.raises(GroupAuthorizationFailedError):
        await read_one(secured.told("reporting"), "another")


@pytest.mark.parametrize("user", USERS)
async def test_no_user_makes_another_topic_or_gives_rights(
    secured: SecuredKafka, user: str
) -> None:
    admin = AIOKafkaAdminClient(**secured.told(user))
    await admin.start()
    [(_, code, _)] = (await admin.create_topics([NewTopic("another", 1, 1)])).topic_errors
    await admin.close()
    assert code == TopicAuthorizationFailedError.errno
    async with open_cluster(secured.told(user)) as cluster:
        with pytest.raises(ClusterAuthorizationFailedError):
            await cluster.set_rights()
        with pytest.raises(ClusterAuthorizationFailedError):
            await cluster.give_passwords({ADMIN: "mine"})


async def test_who_is_not_known_is_not_let_in(secured: SecuredKafka) -> None:
    """A wrong password, a user that is none, no TLS, TLS without a user; each is told why."""
    for user in ("registry", "somebody"):
        wrong = await wrong_with_kafka(secured.settings(user, "guessed"))
        assert wrong is not None
        assert "SaslAuthenticationFailed" in wrong
    authority = {"security_protocol": "SSL", "ssl_context": secured.told(ADMIN)["ssl_context"]}
    for told in ({}, authority):
        client = AIOKafkaClient(bootstrap_servers=secured.bootstrap, **told)
        with pytest.raises(KafkaConnectionError):
            await client.bootstrap()
        await client.close()


async def test_a_kafka_of_another_authority_gets_no_password(
    secured: SecuredKafka, tmp_path: Path
) -> None:
    other = SecuredKafka(tmp_path).certificates / "authority.pem"
    settings = secured.settings("registry").model_copy(update={"kafka_ca": other})
    wrong = await wrong_with_kafka(settings)
    assert wrong is not None
    assert "CERTIFICATE_VERIFY_FAILED" in wrong


async def test_a_node_is_known_by_a_certificate_only(secured: SecuredKafka) -> None:
    """The doors of nodes, behind the clients' one, want Kafka's own certificate."""
    host, _, port = secured.bootstrap.partition(":")
    context = secured.told(ADMIN)["ssl_context"]
    for behind in (1, 2):
        reader, writer = await asyncio.open_connection(host, int(port) + behind, ssl=context)
        try:
            with pytest.raises(OSError, match="CERTIFICATE_REQUIRED"):
                await asyncio.wait_for(reader.read(1), 10)
        finally:
            writer.close()


async def test_a_department_with_a_wrong_password_says_so(
    secured: SecuredKafka, database: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """In its log and at /ready; it takes commands meanwhile."""
    told = {**told_of(secured, "registry", database), "kafka_password": "guessed"}
    app = registry(known(tmp_path, **told))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://ward",
            headers=bearing(EVERYTHING),
        ) as client,
    ):
        answer = await client.post("/cases", json=RECEIPT, headers={"idempotency-key": "k"})
        ready = await client.get("/ready")

        async def logged() -> bool:
            return "SaslAuthenticationFailed" in caplog.text

        await wait_until(logged)

    assert (answer.status_code, ready.status_code) == (201, 503)
    assert ready.json()["status"].startswith("Kafka does not answer: ")
    assert "SaslAuthenticationFailed" in ready.json()["status"]
    assert "guessed" not in caplog.text


async def test_a_department_without_its_right_says_so(
    secured: SecuredKafka, database: str, tmp_path: Path
) -> None:
    """Such as one that was given another department's user."""
    app = registry(known(tmp_path, **told_of(secured, "permits", database)))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://ward",
            headers=bearing(EVERYTHING),
        ) as client,
    ):
        await client.post("/cases", json=RECEIPT, headers={"idempotency-key": "k"})

        async def told() -> bool:
            ready = (await client.get("/ready")).json()["status"]
            return "TopicAuthorizationFailedError" in ready

        await wait_until(told)


async def test_a_reader_with_a_wrong_password_says_so(
    secured: SecuredKafka, caplog: pytest.LogCaptureFixture
) -> None:
    told = {**told_of(secured, "reporting", "postgresql://nowhere"), "kafka_password": "guessed"}
    with pytest.raises(KafkaConnectionError):
        async with open_log(ReportingSettings.model_validate(told), "test"):
            pass
    assert "SaslAuthenticationFailed" in caplog.text


async def test_rights_are_shown_and_made_as_they_are_to_be(
    secured: SecuredKafka, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By the command, with secrets from files; a right too much is taken away."""
    (tmp_path / "wardbook_admin_kafka_password").write_text(f"{password_of(ADMIN)}\n")
    for user in USERS:
        (tmp_path / f"wardbook_{user}_kafka_password").write_text(password_of(user))
    monkeypatch.setenv("WARDBOOK_SECRETS", str(tmp_path))
    monkeypatch.setenv("WARDBOOK_KAFKA", secured.bootstrap)
    monkeypatch.setenv("WARDBOOK_KAFKA_CA", str(secured.certificates / "authority.pem"))

    def run(*words: str) -> tuple[int, Any]:
        told = CliRunner().invoke(wardbook, ["--env", str(tmp_path), *words, "--json"])
        assert told.exit_code in {0, 1}, told.output
        return told.exit_code, json.loads(told.stdout)

    code, rows = await asyncio.to_thread(run, "kafka-users")
    assert (code, len(rows)) == (0, len(RIGHTS))
    async with open_cluster(secured.told(ADMIN)) as cluster:
        surplus = CreateAclsRequest(2, "permits.events", 3, "User:registry", "*", 4, 3)
        await cluster._send(surplus)

        async def shown() -> bool:
            return await cluster.rights() > RIGHTS

        await wait_until(shown)
    code, rows = await asyncio.to_thread(run, "kafka-users")
    [wrong] = [row for row in rows if row["wrong"]]
    assert (code, wrong["user"], wrong["right"]) == (1, "registry", "write topic permits.events")
    await asyncio.to_thread(run, "kafka-users", "--apply")
    code, rows = await asyncio.to_thread(run, "kafka-users")
    assert (code, [row for row in rows if row["wrong"]]) == (0, [])

    code, topics = await asyncio.to_thread(run, "topics")
    assert (code, [row["topic"] for row in topics]) == (0, [topic.name for topic in TOPICS])
