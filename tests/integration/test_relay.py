"""The relay between a real PostgreSQL and a real Kafka: in order, and kept until acknowledged."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError
from faststream.kafka import KafkaBroker

import shared
from shared import outbox
from shared.broker import create_broker
from shared.database import Pool, create_pool, migrate
from shared.events.envelope import Event, encode, headers
from shared.outbox import Relay
from shared.settings import Settings
from tests.support.builders import DAY, a_case, a_correction, a_receipt
from tests.support.wait import wait_until

PARTITIONS = 3


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    opened = await create_pool(database, 6)
    await migrate(opened, [Path(shared.__file__).parent / "migrations"])
    yield opened
    await opened.close()


@pytest.fixture
async def topic(kafka: str) -> str:
    """Make a topic of the test's own."""
    name = f"relay-{secrets.token_hex(4)}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(name, PARTITIONS, 1)])
    await admin.close()
    return name


@pytest.fixture
async def broker(kafka: str) -> AsyncIterator[KafkaBroker]:
    settings = Settings(kafka=kafka, database="postgresql://nowhere", port=1)
    opened = create_broker(settings, "test")
    await opened.start()
    yield opened
    await opened.stop()


class Broker:
    """A stand-in whose acknowledgements are the test's to give."""

    def __init__(self, error: KafkaError | None = None) -> None:
        """Answer every record with a promise, or fail at once with `error`."""
        self.error = error
        self.published: list[bytes] = []
        self.promises: list[asyncio.Future[object]] = []

    async def publish(self, value: bytes, topic: str, **_: Any) -> asyncio.Future[object]:
        """Take a record and promise its acknowledgement."""
        del topic
        self.published.append(value)
        if self.error is not None:
            raise self.error
        self.promises.append(asyncio.get_running_loop().create_future())
        return self.promises[-1]


@asynccontextmanager
async def running(pool: Pool, broker: Any, topic: str) -> AsyncIterator[Relay]:
    relay = Relay(pool, broker, topic)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def another_pool(database: str) -> AsyncIterator[Pool]:
    """Give the connections of a process of its own; with its end they are gone."""
    opened = await create_pool(database, 2)
    try:
        yield opened
    finally:
        await opened.close()


def steps(cases: int, versions: int) -> list[Event]:
    """Return the steps of some cases, mixed: version after version, as a busy office would."""
    subjects = [UUID(int=number) for number in range(cases)]
    return [
        a_receipt(subject=subject)
        if sequence == 1
        else a_correction(a_case(), subject=subject, sequence=sequence)
        for sequence in range(1, versions + 1)
        for subject in subjects
    ]


async def store(pool: Pool, events: Sequence[Event]) -> None:
    async with pool.acquire() as conn, conn.transaction():
        await outbox.append(conn, events)


async def waiting(pool: Pool) -> int:
    return (await outbox.backlog(pool))[0]


async def until_asked(stand_in: Broker, times: int) -> None:
    """Wait until so many acknowledgements are owed by the stand-in."""

    async def asked() -> bool:
        return len(stand_in.promises) == times

    await wait_until(asked)


async def until_empty(pool: Pool) -> None:
    async def empty() -> bool:
        return await waiting(pool) == 0

    await wait_until(empty, seconds=20)


async def read(kafka: str, topic: str, count: int) -> list[Any]:
    """Return the first `count` records of a topic, and see that there are no more."""
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=kafka, group_id=None, auto_offset_reset="earliest"
    ) as consumer:
        found = [await asyncio.wait_for(consumer.getone(), 20) for _ in range(count)]
        ends = await consumer.end_offsets(consumer.assignment())
    assert count == sum(ends.values())
    return found


def by_key(records: Sequence[Any]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for record in records:
        found.setdefault(record.key, []).append(record.value)
    return found


def stored_by_key(events: Sequence[Event]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for event in events:
        found.setdefault(str(event.subject).encode(), []).append(encode(event))
    return found


async def test_every_event_is_published_in_the_order_of_its_case(
    pool: Pool, broker: KafkaBroker, kafka: str, topic: str
) -> None:
    """Under its case's key, hence in one partition, and with the headers of a CloudEvent."""
    events = steps(cases=20, versions=6)
    await store(pool, events)
    async with running(pool, broker, topic):
        await until_empty(pool)
    records = await read(kafka, topic, len(events))

    assert stored_by_key(events) == by_key(records)
    assert len({(record.key, record.partition) for record in records}) == 20
    sent = {name: value.encode() for name, value in headers().items()}
    assert all(sent.items() <= dict(record.headers).items() for record in records)


async def test_more_than_a_batch_is_published(
    pool: Pool, broker: KafkaBroker, kafka: str, topic: str
) -> None:
    events = steps(cases=3, versions=outbox.BATCH // 3 + 7)
    await store(pool, events)
    async with running(pool, broker, topic):
        await until_empty(pool)

    assert stored_by_key(events) == by_key(await read(kafka, topic, len(events)))


async def test_an_event_of_an_undone_transaction_is_never_published(
    pool: Pool, broker: KafkaBroker, kafka: str, topic: str
) -> None:
    async with pool.acquire() as conn:
        undone = conn.transaction()
        await undone.start()
        await outbox.append(conn, [a_receipt(subject=UUID(int=99))])
        await undone.rollback()
    await store(pool, [a_receipt()])
    async with running(pool, broker, topic):
        await until_empty(pool)

    assert [encode(a_receipt())] == [record.value for record in await read(kafka, topic, 1)]


async def test_what_is_stored_while_it_runs_is_published_when_it_is_woken(
    pool: Pool, broker: KafkaBroker, kafka: str, topic: str
) -> None:
    async with running(pool, broker, topic) as relay:
        for number in range(3):
            await store(pool, [a_receipt(subject=UUID(int=number))])
            relay.wake()
            await until_empty(pool)

    assert len(await read(kafka, topic, 3)) == 3


async def test_rows_stay_until_kafka_has_acknowledged_all_of_them(pool: Pool) -> None:
    stand_in = Broker()
    await store(pool, steps(cases=2, versions=1))
    async with running(pool, stand_in, "any"):
        await until_asked(stand_in, 2)
        assert await waiting(pool) == 2
        stand_in.promises[1].set_result(None)
        await asyncio.wait(stand_in.promises[:1], timeout=0.2)
        assert await waiting(pool) == 2

        stand_in.promises[0].set_result(None)
        await until_empty(pool)


async def test_rows_stay_where_kafka_takes_nothing_and_it_is_tried_again(
    database: str, pool: Pool, broker: KafkaBroker, kafka: str, topic: str
) -> None:
    stand_in = Broker(KafkaConnectionError("nobody there"))
    await store(pool, steps(cases=2, versions=1))
    async with another_pool(database) as of_process, running(of_process, stand_in, topic):

        async def tried_again() -> bool:
            return len(stand_in.published) >= 2

        await wait_until(tried_again, seconds=10)
        assert await waiting(pool) == 2
        assert len(set(stand_in.published)) == 1  # the first comes first, however often

    async with running(pool, broker, topic):
        await until_empty(pool)
    assert len(await read(kafka, topic, 2)) == 2


async def test_rows_stay_where_one_acknowledgement_fails(pool: Pool) -> None:
    """None of the batch is deleted, so none can be missing; readers know those that come twice."""
    stand_in = Broker()
    await store(pool, steps(cases=2, versions=1))
    async with running(pool, stand_in, "any"):
        await until_asked(stand_in, 2)
        stand_in.promises[0].set_result(None)
        stand_in.promises[1].set_exception(KafkaError("not written"))

        async def asked_again() -> bool:
            return len(stand_in.promises) == 4

        await wait_until(asked_again, seconds=10)
        assert await waiting(pool) == 2
        assert stand_in.published[:2] == stand_in.published[2:]


async def test_a_crash_between_publishing_and_deleting_publishes_again(
    database: str, pool: Pool, broker: KafkaBroker, kafka: str, topic: str
) -> None:
    """Nothing is lost, the order of a case holds, and the same steps have the same bytes."""
    events = steps(cases=3, versions=4)
    await store(pool, events)
    await pool.execute(
        "CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'power cut'; END$$"
    )
    await pool.execute("CREATE TRIGGER crash BEFORE DELETE ON outbox EXECUTE FUNCTION crash()")
    async with another_pool(database) as of_process:
        with pytest.raises(asyncpg.RaiseError, match="power cut"):
            await asyncio.wait_for(Relay(of_process, broker, topic).run(), 20)
    assert len(events) == await waiting(pool)
    await pool.execute("DROP TRIGGER crash ON outbox")
    async with running(pool, broker, topic):
        await until_empty(pool)

    twice = {key: values * 2 for key, values in stored_by_key(events).items()}
    assert twice == by_key(await read(kafka, topic, 2 * len(events)))


async def test_one_of_two_relays_publishes_and_the_other_takes_over(
    database: str, pool: Pool, broker: KafkaBroker, kafka: str, topic: str
) -> None:
    """As of two processes of one service: no event is published twice."""
    first, second = await create_pool(database, 2), await create_pool(database, 2)
    task = asyncio.create_task(Relay(first, broker, topic).run())
    await store(pool, steps(cases=5, versions=1))
    await until_empty(pool)
    async with running(second, broker, topic):
        await store(pool, steps(cases=5, versions=2)[5:])
        await until_empty(pool)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await first.close()
        await store(pool, steps(cases=5, versions=3)[10:])
        await until_empty(pool)
    await second.close()

    assert stored_by_key(steps(cases=5, versions=3)) == by_key(await read(kafka, topic, 15))


async def test_a_relay_that_ends_lets_one_of_another_process_lead(
    database: str, pool: Pool
) -> None:
    stand_in = Broker()
    async with running(pool, Broker(), "any"):
        await store(pool, [a_receipt()])

        async def leads() -> bool:
            return bool(await pool.fetchval("SELECT count(*) FROM pg_locks WHERE objid = 4242"))

        await wait_until(leads)
    async with another_pool(database) as of_process, running(of_process, stand_in, "any"):

        async def asked() -> bool:
            return bool(stand_in.published)

        await wait_until(asked, seconds=3)


async def test_the_backlog_tells_how_many_wait_and_how_long(pool: Pool) -> None:
    assert await outbox.backlog(pool) == (0, 0.0)
    await store(pool, [a_receipt(occurred_on=DAY)])
    await pool.execute("UPDATE outbox SET appended_at = clock_timestamp() - interval '1 hour'")
    count, age = await outbox.backlog(pool)

    assert count == 1
    assert 3600 <= age < 3660
