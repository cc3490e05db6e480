"""Reads topics anew: from given offsets up to given ends, and nothing beyond. It joins no group."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.kafka import client_arguments
from shared.settings import KafkaSettings

type Record = ConsumerRecord[bytes, bytes]
type Offsets = Mapping[TopicPartition, int]

_AT_ONCE = 5_000
"""Records that are in hand at a time."""
_WAIT_MS = 500
_FETCH_BYTES = 1 << 20


class Log:
    """The topics, as one who reads only what was published for good."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        """Take a consumer of no group that has started."""
        self._kafka: Any = consumer

    async def topics(self) -> set[str]:
        """Return the names of all topics that are there."""
        found: set[str] = await self._kafka.topics()
        return found

    async def begins(self, partitions: Iterable[TopicPartition]) -> Offsets:
        """Return the offset of the first record of each partition."""
        found: Offsets = await self._kafka.beginning_offsets(list(partitions))
        return found

    async def ends(self, partitions: Iterable[TopicPartition]) -> Offsets:
        """Return the offset behind the last record of each partition."""
        found: Offsets = await self._kafka.end_offsets(list(partitions))
        return found

    async def read(self, since: Offsets, until: Offsets) -> AsyncIterator[Sequence[Record]]:
        """Yield the records from `since`, or the beginning, to `until`, some at a time.

        Those of one partition come in their order.
        """
        behind = {tp for tp, end in until.items() if since.get(tp, 0) < end}
        if not behind:
            return
        self._kafka.assign(list(behind))
        for tp in behind:
            self._kafka.seek(tp, since.get(tp, 0))
        while behind:
            found = await self._kafka.getmany(*behind, timeout_ms=_WAIT_MS, max_records=_AT_ONCE)
            yield [one for tp, some in found.items() for one in some if one.offset < until[tp]]
            behind = {tp for tp in behind if await self._kafka.position(tp) < until[tp]}


@asynccontextmanager
async def open_log(settings: KafkaSettings, name: str) -> AsyncIterator[Log]:
    """Give the log on the servers of these settings, to the client `wardbook-<name>`."""
    consumer = AIOKafkaConsumer(
        **client_arguments(settings),
        client_id=f"wardbook-{name}",
        enable_auto_commit=False,
        auto_offset_reset="none",  # what was removed meanwhile is an error, not a gap
        isolation_level="read_committed",
        max_partition_fetch_bytes=_FETCH_BYTES,
    )
    try:
        await consumer.start()
        yield Log(consumer)
    finally:
        await consumer.stop()
