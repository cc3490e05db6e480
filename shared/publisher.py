"""Brings rows of the outbox to a topic: in batches, one after the other in each partition.

Kafka acknowledges a whole batch, so that its price is paid once for hundreds of events.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.events.envelope import headers
from shared.metrics import EVENTS_PUBLISHED
from shared.topics import partition_of
from shared.tracing import HEADER

if TYPE_CHECKING:
    from shared.spans import Spans

type Headers = Sequence[tuple[str, bytes]]

_HEADERS: Headers = [(name, value.encode()) for name, value in headers().items()]


class Publisher:
    """Publishes to one topic by an idempotent producer that is replaced after a failure.

    aiokafka repeats what may be repeated for as long as it takes. A batch that failed for good
    leaves a gap in the producer's numbering that Kafka never forgives: only a new producer helps.
    `refused` is why the last rows were not acknowledged, or None.
    """

    def __init__(
        self,
        create_producer: Callable[[], AIOKafkaProducer],
        topic: str,
        spans: "Spans | None" = None,
    ) -> None:
        """Prepare for `topic`; nothing is connected before the first `publish` or `connect`."""
        self._create_producer = create_producer
        self._spans = spans
        self._topic = topic
        self._producer: AIOKafkaProducer | None = None
        self.refused: BaseException | None = None

    async def connect(self) -> AIOKafkaProducer:
        """Return the connected producer. Raises KafkaError where Kafka is not there."""
        if self._producer is None:
            producer = self._create_producer()
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def answers(self, seconds: float) -> bool:
        """Say whether Kafka answers in time; no before the first connection."""
        if self._producer is None:
            return False
        try:
            await asyncio.wait_for(self._producer.client.fetch_all_metadata(), seconds)
        except (KafkaError, TimeoutError):
            return False
        return True

    async def publish(self, rows: Sequence[asyncpg.Record]) -> None:
        """Publish `rows` and return when all are acknowledged.

        Raises KafkaError where one is not, and then no later row of that one's partition was sent:
        whoever starts again from the oldest row keeps the order of every case.
        """
        began = time.time_ns()
        producer = await self.connect()
        partitions: dict[int, list[asyncpg.Record]] = defaultdict(list)
        for row in rows:
            partitions[partition_of(row["key"])].append(row)
        results = await asyncio.gather(
            *(self._publish(producer, *one) for one in partitions.items()), return_exceptions=True
        )
        for failure in results:
            if failure is not None:
                self.refused = failure
                await self.close()
                raise failure
        self.refused = None
        for name, count in Counter(row["type"] for row in rows).items():
            EVENTS_PUBLISHED.labels(name).inc(count)
        if self._spans is not None:
            self._spans.published(self._topic, rows, began)

    async def _publish(
        self, producer: AIOKafkaProducer, partition: int, rows: Sequence[asyncpg.Record]
    ) -> None:
        headers_of = _untraced if self._spans is None else _traced
        for batch in _batches(producer, rows, headers_of):
            acknowledged = await producer.send_batch(batch, self._topic, partition=partition)
            await acknowledged

    async def close(self, patience: float = 5) -> None:
        """Disconnect; what Kafka does not take within `patience` seconds stays in the outbox."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await asyncio.wait({asyncio.ensure_future(producer.stop())}, timeout=patience)


def _untraced(_: asyncpg.Record) -> Headers:
    return _HEADERS


def _traced(row: asyncpg.Record) -> Headers:
    """Return the headers of an event that tells which trace stored it."""
    traceparent = row["traceparent"]
    return _HEADERS if traceparent is None else [*_HEADERS, (HEADER, traceparent.encode())]


def _batches(
    producer: AIOKafkaProducer,
    rows: Sequence[asyncpg.Record],
    headers_of: Callable[[asyncpg.Record], Headers],
) -> Iterator[Any]:
    """Pack rows into as few batches as they fit in, in their order."""
    now = time.time_ns() // 1_000_000
    batch = producer.create_batch()
    for row in rows:
        told = {
            "timestamp": now,
            "key": row["key"],
            "value": row["value"],
            "headers": headers_of(row),
        }
        if batch.append(**told) is None:
            yield batch
            batch = producer.create_batch()
            batch.append(**told)
    batch.close()  # a batch that takes no more is sent without lingering
    yield batch
