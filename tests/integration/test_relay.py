"""The relay between a real PostgreSQL and a real Kafka: in order, and kept until acknowledged."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaConnectionError, KafkaError

import shared
from deploy.embedded.kafka import Kafka
from shared import outbox
from shared.broker import create_producer
from shared.database import Pool, migrate
from shared.events.envelope import Event, encode, headers
from shared.outbox import Step
from shared.own_log import Marks
from shared.publisher import Publisher
from shared.relay import BATCH, Relay
from shared.settings import Settings
from shared.topics import PARTITIONS, TOPICS, create_topics, partition_of
from tests.support.builders import DAY, a_case, a_correction, a_receipt
from tests.support.servers import free_ports, open_pool
from tests.support.wait import wait_until

ENDED = """
SELECT pg_terminate_backend(pid) FROM pg_locks
 WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
"""Ends the session of the relay that leads, and says so; nothing where none leads yet."""


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with open_pool(database, 6) as opened:
        await migrate(opened, [Path(shared.__file__).parent / "migrations"])
        yield opened


@pytest.fixture
async def topic(kafka: str) -> str:
    """Make a topic of the test's own."""
    name = f"relay-{secrets.token_hex(4)}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(name, PARTITIONS, 1)])
    await admin.close()
    return name


type Create = Callable[[], Any]
"""What makes a producer."""


@pytest.fixture
def producer(kafka: str) -> Create:
    """Give what makes a producer as departments have it."""
    settings = Settings(kafka=kafka, database="postgresql://nowhere", port=1)
    return lambda: create_producer(settings, "test")


ACKNOWLEDGED = SimpleNamespace(offset=-1)
"""What Kafka says of a batch whose place it does not know."""


async def unmarked(_: Pool) -> Marks:
    """See nothing wrong with a topic of which nothing is known."""
    return {}


class Batch:
    """A stand-in that takes two records."""

    def __init__(self) -> None:
        """Be empty."""
        self.values: list[bytes] = []

    def append(self, *, value: bytes, **_: Any) -> object | None:
        """Take a record, or return None."""
        if len(self.values) == 2:
            return None
        self.values.append(value)
        return self

    def close(self) -> None:
        """Take no more."""


class Producer:
    """A stand-in whose acknowledgements are the test's to give, batch by batch."""

    def __init__(self, error: KafkaError | None = None) -> None:
        """Answer every batch with a promise, or fail at once with `error`."""
        self.error = error
        self.sent: list[tuple[int, list[bytes]]] = []
        self.promises: list[asyncio.Future[object]] = []

    async def start(self) -> None:
        """Be connected."""

    async def stop(self) -> None:
        """Be disconnected."""

    def create_batch(self) -> Batch:
        """Return an empty batch."""
        return Batch()

    async def send_batch(
        self, batch: Batch, topic: str, *, partition: int
    ) -> asyncio.Future[object]:
        """Take a batch and promise its acknowledgement."""
        del topic
        self.sent.append((partition, batch.values))
        if self.error is not None:
            raise self.error
        self.promises.append(asyncio.get_running_loop().create_future())
        return self.promises[-1]

    def sent_to(self, partition: int) -> list[list[bytes]]:
        """Return the batches that were sent to a partition."""
        return [values for number, values in self.sent if number == partition]


@asynccontextmanager
async def running(pool: Pool, create: Create, topic: str) -> AsyncIterator[Relay]:
    relay = Relay(pool, Publisher(create, topic), unmarked)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


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


def two_partitions() -> list[Event]:
    """Return the receipts of two cases that go to partitions of their own."""
    receipts = {
        partition_of(str(event.subject).encode()): event for event in steps(cases=10, versions=1)
    }
    return list(receipts.values())[:2]


async def store(pool: Pool, events: Sequence[Event]) -> None:
    async with pool.acquire() as conn, conn.transaction():
        await outbox.append(conn, [Step(event) for event in events])


async def waiting(pool: Pool) -> int:
    return (await outbox.backlog(pool))[0]


async def until_asked(stand_in: Producer, times: int) -> None:
    """Wait until so many acknowledgements are owed by the stand-in."""

    async def asked() -> bool:
        return len(stand_in.promises) == times

    await wait_until(asked)


async def until_moved(relay: Relay) -> None:
    """Wait until the relay has moved a few times."""
    for _ in range(3):
        before = relay.moved_at

        async def moved(before: float = before) -> bool:
            return relay.moved_at > before

        await wait_until(moved)


async def until_empty(pool: Pool) -> None:
    async def empty() -> bool:
        return await waiting(pool) == 0

    await wait_until(empty)


async def read(kafka: str, topic: str, count: int) -> list[Any]:
    """Return the first `count` records of a topic, and see that there are no more."""
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=kafka, group_id=None, auto_offset_reset="earliest"
    ) as consumer:
        found = [await asyncio.wait_for(consumer.getone(), 60) for _ in range(count)]
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
    pool: Pool, producer: Create, kafka: str, topic: str
) -> None:
    """Under its case's key, hence in one partition, and with the headers of a CloudEvent."""
    events = steps(cases=20, versions=6)
    await store(pool, events)
    async with running(pool, producer, topic):
        await until_empty(pool)
    records = await read(kafka, topic, len(events))

    assert stored_by_key(events) == by_key(records)
    assert len({(record.key, record.partition) for record in records}) == 20
    sent = {name: value.encode() for name, value in headers().items()}
    assert all(sent.items() <= dict(record.headers).items() for record in records)


async def test_more_than_a_batch_is_published(
    pool: Pool, producer: Create, kafka: str, topic: str
) -> None:
    events = steps(cases=3, versions=BATCH // 3 + 7)
    await store(pool, events)
    async with running(pool, producer, topic):
        await until_empty(pool)

    assert stored_by_key(events) == by_key(await read(kafka, topic, len(events)))


async def test_an_event_of_an_undone_transaction_is_never_published(
    pool: Pool, producer: Create, kafka: str, topic: str
) -> None:
    async with pool.acquire() as conn:
        undone = conn.transaction()
        await undone.start()
        await outbox.append(conn, [Step(a_receipt(subject=UUID(int=99)))])
        await undone.rollback()
    await store(pool, [a_receipt()])
    async with running(pool, producer, topic):
        await until_empty(pool)

    assert [encode(a_receipt())] == [record.value for record in await read(kafka, topic, 1)]


async def test_what_is_stored_while_it_runs_is_published_when_it_is_woken(
    pool: Pool, producer: Create, kafka: str, topic: str
) -> None:
    async with running(pool, producer, topic) as relay:
        for number in range(3):
            await store(pool, [a_receipt(subject=UUID(int=number))])
            relay.wake()
            await until_empty(pool)

    assert len(await read(kafka, topic, 3)) == 3


async def test_rows_stay_until_kafka_has_acknowledged_all_of_them(pool: Pool) -> None:
    stand_in = Producer()
    await store(pool, two_partitions())
    async with running(pool, lambda: stand_in, "any"):
        await until_asked(stand_in, 2)
        assert await waiting(pool) == 2
        stand_in.promises[1].set_result(ACKNOWLEDGED)
        await asyncio.wait(stand_in.promises[:1], timeout=0.2)
        assert await waiting(pool) == 2

        stand_in.promises[0].set_result(ACKNOWLEDGED)
        await until_empty(pool)


async def test_rows_stay_where_kafka_takes_nothing_and_it_is_tried_again(
    database: str, pool: Pool, producer: Create, kafka: str, topic: str
) -> None:
    stand_in = Producer(KafkaConnectionError("nobody there"))
    await store(pool, steps(cases=1, versions=2))
    async with open_pool(database, 2) as of_process, running(of_process, lambda: stand_in, topic):

        async def tried_again() -> bool:
            return len(stand_in.sent) >= 2

        await wait_until(tried_again)
        assert await waiting(pool) == 2
        assert stand_in.sent[0] == stand_in.sent[1]

    async with running(pool, producer, topic):
        await until_empty(pool)
    assert len(await read(kafka, topic, 2)) == 2


async def test_rows_stay_where_one_acknowledgement_fails(pool: Pool) -> None:
    """None of the turn is deleted, so none can be missing; readers know those that come twice.

    The producer of the failure is not used again: Kafka would take nothing more from it.
    """
    made = [Producer(), Producer()]
    producers = iter(made)
    await store(pool, two_partitions())
    async with running(pool, lambda: next(producers), "any"):
        await until_asked(made[0], 2)
        made[0].promises[0].set_result(ACKNOWLEDGED)
        made[0].promises[1].set_exception(KafkaError("not written"))
        await until_asked(made[1], 2)
        assert await waiting(pool) == 2
        assert made[0].sent == made[1].sent


async def test_nothing_overtakes_a_batch_that_failed(pool: Pool) -> None:
    """The next batch of a partition goes when the one before is acknowledged, and not without."""
    made = [Producer(), Producer()]
    producers = iter(made)
    events = steps(cases=1, versions=5)
    await store(pool, events)
    values = [encode(event) for event in events]
    partition = partition_of(str(events[0].subject).encode())
    async with running(pool, lambda: next(producers), "any"):
        await until_asked(made[0], 1)
        made[0].promises[0].set_result(ACKNOWLEDGED)
        await until_asked(made[0], 2)
        made[0].promises[1].set_exception(KafkaError("not written"))
        await until_asked(made[1], 1)
        for number in range(3):
            await until_asked(made[1], number + 1)
            made[1].promises[number].set_result(ACKNOWLEDGED)
        await until_empty(pool)

    assert made[0].sent_to(partition) == [values[:2], values[2:4]]
    assert made[1].sent_to(partition) == [values[:2], values[2:4], values[4:]]


async def test_kafka_may_be_away_for_any_time(pool: Pool, tmp_path: Path) -> None:
    """From the start or in between: the relay moves meanwhile, and goes on in the same order."""
    server = Kafka(tmp_path / "kafka", port=free_ports(2), log=tmp_path / "kafka.log")
    settings = Settings(kafka=server.bootstrap, database="postgresql://nowhere", port=1)
    topic = TOPICS[0].name
    events = steps(cases=4, versions=3)
    await store(pool, events[:4])
    async with running(pool, lambda: create_producer(settings, "test"), topic) as relay:
        await until_moved(relay)
        await server.start()
        await create_topics(server.bootstrap)
        await until_empty(pool)
        await server.stop()
        await store(pool, events[4:8])
        relay.wake()
        await until_moved(relay)
        await store(pool, events[8:])
        await server.start()
        await until_empty(pool)

    found = by_key(await read(server.bootstrap, topic, len(events)))
    await server.stop()
    assert stored_by_key(events) == found


async def test_a_crash_between_publishing_and_deleting_publishes_again(
    database: str, pool: Pool, producer: Create, kafka: str, topic: str
) -> None:
    """Nothing is lost, the order of a case holds, and the same steps have the same bytes."""
    events = steps(cases=3, versions=4)
    await store(pool, events)
    await pool.execute(
        "CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'power cut'; END$$"
    )
    await pool.execute("CREATE TRIGGER crash BEFORE DELETE ON outbox EXECUTE FUNCTION crash()")
    async with open_pool(database, 2) as of_process:
        with pytest.raises(asyncpg.RaiseError, match="power cut"):
            await asyncio.wait_for(
                Relay(of_process, Publisher(producer, topic), unmarked).run(), 60
            )
    assert len(events) == await waiting(pool)
    await pool.execute("DROP TRIGGER crash ON outbox")
    async with running(pool, producer, topic):
        await until_empty(pool)

    twice = {key: values * 2 for key, values in stored_by_key(events).items()}
    assert twice == by_key(await read(kafka, topic, 2 * len(events)))


async def test_a_relay_that_lost_its_session_ends_and_leaves_no_producer(
    database: str, pool: Pool, producer: Create, topic: str
) -> None:
    """Its process ends with it, and is started again by whoever watches it."""
    publisher = Publisher(producer, topic)
    async with open_pool(database, 2) as own:
        task = asyncio.create_task(Relay(own, publisher, unmarked).run())
        await wait_until(lambda: pool.fetchval(ENDED))
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
            await task

    assert publisher._producer is None


async def test_one_of_two_relays_publishes_and_the_other_takes_over(
    database: str, pool: Pool, producer: Create, kafka: str, topic: str
) -> None:
    """As of two processes of one service: no event is published twice."""
    async with AsyncExitStack() as of_first, open_pool(database, 2) as second:
        first = await of_first.enter_async_context(open_pool(database, 2))
        task = asyncio.create_task(Relay(first, Publisher(producer, topic), unmarked).run())
        await store(pool, steps(cases=5, versions=1))
        await until_empty(pool)
        async with running(second, producer, topic):
            await store(pool, steps(cases=5, versions=2)[5:])
            await until_empty(pool)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await of_first.aclose()
            await store(pool, steps(cases=5, versions=3)[10:])
            await until_empty(pool)

    assert stored_by_key(steps(cases=5, versions=3)) == by_key(await read(kafka, topic, 15))


async def test_a_relay_that_ends_lets_one_of_another_process_lead(
    database: str, pool: Pool
) -> None:
    first, second = Producer(), Producer()
    async with running(pool, lambda: first, "any"):
        await store(pool, [a_receipt()])
        await until_asked(first, 1)
    async with open_pool(database, 2) as of_process, running(of_process, lambda: second, "any"):
        await until_asked(second, 1)


async def test_a_producer_that_failed_for_good_is_replaced(
    pool: Pool, producer: Create, kafka: str, topic: str
) -> None:
    """Kafka refuses a batch, and with it all that its producer sends later."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()

    async def take_at_most(size: int) -> None:
        limit = {"max.message.bytes": str(size)}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, limit)])

    await take_at_most(100)
    events = steps(cases=1, versions=3)
    await store(pool, events)
    made = []

    def create() -> Any:
        made.append(producer())
        return made[-1]

    async def tried_again() -> bool:
        return len(made) >= 2

    async with running(pool, create, topic):
        await wait_until(tried_again)
        await take_at_most(1_000_000)
        await until_empty(pool)
    await admin.close()

    assert stored_by_key(events) == by_key(await read(kafka, topic, len(events)))


async def test_a_turn_takes_two_statements_however_many_events_it_brings(
    pool: Pool, producer: Create, topic: str
) -> None:
    said: list[str] = []
    async with pool.acquire() as conn:
        relay = Relay(pool, Publisher(producer, topic), unmarked)
        for count in (1, 1_000):
            await store(pool, steps(cases=count, versions=1))
            relay.wake()
            with conn.query_logger(lambda query: said.append(query.query)):
                await relay._turn(conn)
            assert await waiting(pool) == 0
        await relay._publisher.close()

    of_outbox = [query for query in said if "outbox" in query and "count(*)" not in query]
    assert len(of_outbox) == 4  # beside what asyncpg asks once, and the metric once a second


async def test_the_backlog_tells_how_many_wait_and_how_long(pool: Pool) -> None:
    assert await outbox.backlog(pool) == (0, 0.0)
    await store(pool, [a_receipt(occurred_on=DAY)])
    await pool.execute("UPDATE outbox SET appended_at = clock_timestamp() - interval '1 hour'")
    count, age = await outbox.backlog(pool)

    assert count == 1
    assert 3600 <= age < 3660
