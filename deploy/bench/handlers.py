"""The programs that the fold is held against, each run in a process of its own.

The two handlers are written as a user of FastStream would write them: pydantic, upserts, offsets
committed after the transaction. They count each event once by unit, type and day; they undo
nothing when a case is corrected or cancelled, so they do less than the fold does.
"""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from secrets import token_hex
from typing import Any, cast

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.message import StreamMessage

from services.reporting.decode import Fact, decode
from shared.events.cases import CaseData
from shared.events.envelope import Event
from shared.topics import TOPICS

LONGEST_BATCH = 500

_SCHEMA = """
CREATE TABLE seen (id text PRIMARY KEY);
CREATE TABLE counts (
    unit   text NOT NULL,
    type   text NOT NULL,
    day    date NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (unit, type, day)
);
"""
_COUNT = """
WITH first AS (INSERT INTO seen (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id)
INSERT INTO counts (unit, type, day, amount)
SELECT $2, $3, $4, 1 FROM first
    ON CONFLICT (unit, type, day) DO UPDATE SET amount = counts.amount + 1
"""
_NAMES = [topic.name for topic in TOPICS]

type Pool = asyncpg.Pool[asyncpg.Record]
type Told = Callable[[int], None]
"""Is told after each commit how many events it held."""


class CaseEvent(Event):
    """Any event about a case."""

    data: CaseData


@dataclass(frozen=True, slots=True)
class Done:
    """How many events were handled between two moments of the machine's clock, and CPU-seconds."""

    events: int
    began: float
    ended: float
    cpu: float


class _Watch:
    """Counts from the first commit, so that the start of the program is not in the time."""

    def __init__(self, events: int) -> None:
        self._left = events
        self._done: Done | None = None
        self._events = 0
        self._began = self._cpu = 0.0
        self.enough = asyncio.Event()

    def told(self, events: int) -> None:
        if not self._began:
            self._began, self._cpu = time.monotonic(), time.process_time()
        else:
            self._events += events
        self._left -= events
        if self._left <= 0 and not self._done:
            cpu = time.process_time() - self._cpu
            self._done = Done(self._events, self._began, time.monotonic(), cpu)
            self.enough.set()

    def done(self) -> Done:
        assert self._done
        return self._done


def one_by_one(kafka: str, dsn: str, events: int) -> Done:
    """Handle messages singly, each in a transaction of its own."""

    def subscribe(broker: KafkaBroker, pool: Pool, told: Told) -> None:
        @broker.subscriber(
            *_NAMES,
            group_id=f"one-{token_hex(4)}",
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            decoder=_object,
        )
        async def handle(event: CaseEvent) -> None:
            async with pool.acquire() as conn, conn.transaction():
                await conn.execute(_COUNT, *_row(event))
            told(1)

    return asyncio.run(_until(events, kafka, dsn, subscribe))


def in_batches(kafka: str, dsn: str, events: int) -> Done:
    """Handle batches, each in one transaction."""

    def subscribe(broker: KafkaBroker, pool: Pool, told: Told) -> None:
        @broker.subscriber(
            *_NAMES,
            group_id=f"batches-{token_hex(4)}",
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            batch=True,
            max_records=LONGEST_BATCH,
            decoder=_objects,
        )
        async def handle(batch: list[CaseEvent]) -> None:
            async with pool.acquire() as conn, conn.transaction():
                await conn.executemany(_COUNT, [_row(event) for event in batch])
            told(len(batch))

    return asyncio.run(_until(events, kafka, dsn, subscribe))


async def _until(
    events: int, kafka: str, dsn: str, subscribe: Callable[[KafkaBroker, Pool, Told], None]
) -> Done:
    watch = _Watch(events)
    broker = KafkaBroker(kafka, logger=None)
    async with asyncpg.create_pool(dsn) as pool:
        await pool.execute(_SCHEMA)
        subscribe(broker, pool, watch.told)
        await broker.start()
        await watch.enough.wait()
        await broker.stop()
    return watch.done()


def _row(event: CaseEvent) -> tuple[str, str, str, date]:
    return event.id, event.data.case.unit, event.type, event.occurred_on


async def _object(message: StreamMessage[Any]) -> Any:
    return json.loads(message.body)


async def _objects(message: StreamMessage[Any]) -> Any:
    return [json.loads(value) for value in cast("list[bytes]", message.body)]


def consume(kafka: str, places: Sequence[tuple[str, int]], decoded: bool) -> Done:  # noqa: FBT001
    """Read partitions to their ends with aiokafka, decoding as reporting does, or not at all."""
    return asyncio.run(_consume(kafka, [TopicPartition(*place) for place in places], decoded))


async def _consume(kafka: str, places: Sequence[TopicPartition], decoded: bool) -> Done:  # noqa: FBT001
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    consumer.assign(places)
    await consumer.start()
    try:
        watch = _Watch(sum((await consumer.end_offsets(places)).values()))
        while not watch.enough.is_set():
            found = await consumer.getmany(timeout_ms=200, max_records=5_000)
            for records in found.values():
                if decoded:
                    for record in records:
                        assert isinstance(decode(record.topic, record.key, record.value), Fact)
                watch.told(len(records))
    finally:
        await consumer.stop()
    return watch.done()
