"""A department and its topic: what is published anew, and what keeps it from publishing."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID, uuid5

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pydantic import BaseModel

import shared
from shared import outbox, republish
from shared.broker import create_producer
from shared.casework import store as cases
from shared.database import Pool, migrate
from shared.department import CASEWORK_MIGRATIONS
from shared.events.envelope import Event, encode
from shared.outbox import Step
from shared.own_log import LogLost, OwnLog, StepsLost
from shared.publisher import Publisher
from shared.relay import Relay
from shared.republish import CannotRepublish, Republishing, Work
from shared.settings import KafkaSettings, Settings
from shared.topics import PARTITIONS
from tests.support.builders import a_case, a_correction, a_receipt
from tests.support.servers import open_pool
from tests.support.wait import wait_until

KNOWN, OTHER = UUID(int=1), UUID(int=2)
NAMED = uuid5(KNOWN, "a return of a ward")


class Nothing(BaseModel):
    """A command that says nothing beside its event."""


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with open_pool(database, 6) as opened:
        await migrate(opened, [Path(shared.__file__).parent / "migrations", CASEWORK_MIGRATIONS])
        yield opened


@pytest.fixture
async def own(kafka: str) -> OwnLog:
    """Make a topic of the test's own."""
    log = OwnLog(KafkaSettings(kafka=kafka), "registry", f"own-{secrets.token_hex(4)}")
    await make(log)
    return log


async def make(own: OwnLog) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=own.kafka.kafka)
    await admin.start()
    response = await admin.create_topics([NewTopic(own.topic, PARTITIONS, 1)])
    await admin.close()
    assert not any(code for _, code, _ in response.topic_errors)


async def make_anew(own: OwnLog) -> None:
    """Lose what is on the topic."""
    admin = AIOKafkaAdminClient(bootstrap_servers=own.kafka.kafka)
    await admin.start()
    await admin.delete_topics([own.topic])
    await admin.close()

    async def made() -> bool:
        try:
            await make(own)
        except AssertionError:
            return False
        return True

    await wait_until(made)


def publisher(own: OwnLog) -> Publisher:
    settings = Settings(kafka=own.kafka.kafka, database="postgresql://nowhere", port=1)
    return Publisher(lambda: create_producer(settings, "test"), own.topic)


@asynccontextmanager
async def running(pool: Pool, own: OwnLog) -> AsyncIterator[Relay]:
    relay = Relay(pool, publisher(own), own.see)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def store(pool: Pool, *events: Event) -> None:
    """Store the events as their commands do."""
    for event in events:
        async with pool.acquire() as conn, conn.transaction():
            await cases.save(conn, [(event, Nothing())])
            await outbox.append(conn, [Step(event)])


async def until_published(pool: Pool) -> None:
    async def empty() -> bool:
        return (await outbox.backlog(pool))[0] == 0

    await wait_until(empty)


async def put(own: OwnLog, *values: tuple[UUID, bytes]) -> None:
    """Put records on the topic past the department."""
    async with AIOKafkaProducer(bootstrap_servers=own.kafka.kafka) as producer:
        for subject, value in values:
            await producer.send_and_wait(own.topic, value, key=str(subject).encode())


async def on_topic(own: OwnLog) -> dict[bytes, list[bytes]]:
    """Return what is on the topic by key, in order."""
    found: dict[bytes, list[bytes]] = {}
    async with AIOKafkaConsumer(bootstrap_servers=own.kafka.kafka) as consumer:
        consumer.assign(own.partitions)
        await consumer.seek_to_beginning()
        left = sum((await consumer.end_offsets(own.partitions)).values())
        while left:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                left -= len(records)
                for one in records:
                    found.setdefault(one.key, []).append(one.value)
    return found


def second(subject: UUID, neighbourhood: str | None = None) -> Event:
    return a_correction(a_case(neighbourhood=neighbourhood), subject=subject, sequence=2)


async def test_what_is_published_is_known_whoever_put_it_there_again(
    pool: Pool, own: OwnLog
) -> None:
    await store(pool, a_receipt(subject=KNOWN), second(KNOWN))
    async with running(pool, own):
        await until_published(pool)
    copy, foreign = encode(second(KNOWN)), a_receipt(subject=OTHER)
    await put(own, (KNOWN, copy), (KNOWN, b"no event"), (OTHER, encode(foreign)))

    marks = await own.see(pool)

    assert sum(marks.values()) == 5
    told = await pool.fetch("SELECT partition, next_offset FROM log_marks")
    assert {row["partition"]: row["next_offset"] for row in told} == marks


@pytest.mark.parametrize(
    "event",
    [
        a_correction(a_case(), subject=KNOWN, sequence=3),
        second(KNOWN, "tdp-3"),
        a_receipt(subject=NAMED),
    ],
    ids=["of a known case", "another of a known number", "of a name that comes again"],
)
async def test_a_database_that_lacks_a_step_of_its_topic_is_not_served(
    pool: Pool, own: OwnLog, event: Event
) -> None:
    await store(pool, a_receipt(subject=KNOWN), second(KNOWN))
    async with running(pool, own):
        await until_published(pool)
    await put(own, (event.subject, encode(event)))

    with pytest.raises(StepsLost, match=rf"{event.id} at .*wardbook compare registry"):
        await own.see_at_start(pool)
    with pytest.raises(StepsLost):
        await Relay(pool, publisher(own), own.see).run()


async def test_nothing_goes_onto_a_topic_that_was_made_anew_until_it_is_published_anew(
    pool: Pool, own: OwnLog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A running relay notices by where Kafka puts a batch; a republishing cut short goes on."""
    steps = [
        a_receipt(subject=KNOWN),
        *(a_correction(a_case(), subject=KNOWN, sequence=n) for n in (2, 3)),
    ]
    await store(pool, *steps)
    async with running(pool, own) as relay:
        await until_published(pool)
        await make_anew(own)
        last = a_correction(a_case(), subject=KNOWN, sequence=4)
        await store(pool, last)

        async def noticed() -> bool:
            return relay.wrong is not None

        await wait_until(noticed)
        assert (await outbox.backlog(pool))[0] == 1
        with pytest.raises(CannotRepublish, match="stop it first"):
            await republished(database, own)
    with pytest.raises(LogLost, match="wardbook republish registry"):
        await own.see(pool)
    with pytest.raises(CannotRepublish, match="has 1 events"):
        await republished(database, own)
    await make_anew(own)

    monkeypatch.setattr(republish, "BATCH", 2)
    assert await republished(database, own, batches=1) == (
        Work(since=0, events=3, resumed=False),
        [2],
    )
    with pytest.raises(LogLost, match="go on with wardbook republish registry"):
        await own.see(pool)
    work, published = await republished(database, own)
    assert (work.events, work.resumed, published) == (1, True, [1])
    async with running(pool, own):
        await until_published(pool)
    assert await on_topic(own) == {str(KNOWN).encode(): [encode(one) for one in [*steps, last]]}


async def republished(
    database: str, own: OwnLog, batches: int | None = None
) -> tuple[Work, Sequence[int]]:
    """Republish, all or some batches; return what there was to do, and what was done."""
    reader, writer = await asyncpg.connect(database), await asyncpg.connect(database)
    publishing = publisher(own)
    try:
        work = Republishing(reader, writer, publishing, own.kafka, own.topic)
        todo, done = await work.begin(onto_events=False), []
        publication = work.publish(todo)
        async for some in publication:
            done.append(some)
            if len(done) == batches:
                break
        await publication.aclose()
        return todo, done
    finally:
        await publishing.close()
        await reader.close()
        await writer.close()
