"""Reads the log anew: every topic from its beginning up to given positions, and nothing beyond."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.reporting.batch import Record
from services.reporting.positions import Positions
from services.reporting.settings import ReportingSettings
from shared.kafka import client_arguments

_AT_ONCE = 5_000
"""Records that are in hand at a time."""
_WAIT_MS = 500
_FETCH_BYTES = 1 << 20


class CannotRecount(Exception):
    """The recount cannot be done; the message says why, and what to do."""


class Log:
    """The topics, as one who reads only what was published for good."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        """Take a consumer of no group that has started."""
        self._kafka: Any = consumer

    async def see_that_it_holds(self, until: Positions) -> None:
        """Raise CannotRecount unless every partition goes from offset 0 to `until` at least."""
        known = await self._kafka.topics()
        if missing := {tp.topic for tp in until} - known:
            raise CannotRecount(
                f"not on this Kafka: {', '.join(sorted(missing))}. See that WARDBOOK_KAFKA names"
                " the servers that reporting folds from."
            )
        begins = await self._kafka.beginning_offsets(list(until))
        ends = await self._kafka.end_offsets(list(until))
        if faults := list(_faults(until, begins, ends)):
            raise CannotRecount("\n".join(faults))

    async def ends(self, partitions: Iterable[TopicPartition]) -> Positions:
        """Return the offset behind the last record of each partition."""
        found: Positions = await self._kafka.end_offsets(list(partitions))
        return found

    async def read(self, since: Positions, until: Positions) -> AsyncIterator[Sequence[Record]]:
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
async def open_log(settings: ReportingSettings) -> AsyncIterator[Log]:
    """Give the log on the servers that reporting folds from."""
    consumer = AIOKafkaConsumer(
        **client_arguments(settings),
        client_id="wardbook-recount",
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


def _faults(until: Positions, begins: Positions, ends: Positions) -> Iterator[str]:
    for tp, position in sorted(until.items()):
        where = f"{tp.topic}/{tp.partition}"
        if begins[tp] > 0:
            yield (
                f"{where}: the log begins at offset {begins[tp]}, what stood before is gone. Put"
                " the archived records back at their offsets (decision 0011) and recount again."
            )
        if ends[tp] < position:
            yield (
                f"{where}: folded to offset {position}, but the log ends at {ends[tp]}. It was"
                " made anew or is another one: see that WARDBOOK_KAFKA names the servers that"
                " reporting folds from, or restore the topic from its archive."
            )
