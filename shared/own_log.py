"""Sees that a department's topic is what its database has published, before it publishes more.

Two losses would do harm unseen: a topic that was made anew, on which the next events would stand
alone, and a database restored to an earlier state, which would give the numbers of lost steps to
other ones. Marks tell how far the topic is known; a start reads only what stands above them.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from shared.database import Connection, Pool
from shared.log import Log, Offsets, open_log
from shared.lost_steps import LostStep, lost_steps
from shared.settings import KafkaSettings
from shared.topics import PARTITIONS

_MARKS = "SELECT partition, next_offset FROM log_marks"
_MARK = """
INSERT INTO log_marks AS mark (partition, next_offset)
SELECT * FROM unnest($1::integer[], $2::bigint[]) ORDER BY 1
    ON CONFLICT (partition) DO UPDATE SET next_offset = greatest(mark.next_offset,
                                                                 excluded.next_offset)
"""
_IS_REPUBLISHED = "SELECT EXISTS (SELECT FROM republishing)"

_SHOWN = 3

type Marks = Mapping[int, int]
"""By partition, the offset below which every step of the topic is in the database."""

log = structlog.get_logger()


class LogLost(Exception):
    """The topic lacks what was published; the message says what to do."""


class StepsLost(Exception):
    """The database lacks steps that it has published; the message says what to do."""


@dataclass(frozen=True, slots=True)
class OwnLog:
    """The topic of the department `name`, on the Kafka of these settings."""

    kafka: KafkaSettings
    name: str
    topic: str

    @property
    def partitions(self) -> list[TopicPartition]:
        """Every partition of the topic."""
        return [TopicPartition(self.topic, number) for number in range(PARTITIONS)]

    async def see(self, db: Pool, patience: float | None = None) -> Marks:
        """Return the marks once the topic and the database agree.

        Raises LogLost or StepsLost where they do not, KafkaError where Kafka is not there,
        TimeoutError where it does not answer in `patience` seconds.
        """
        if await db.fetchval(_IS_REPUBLISHED):
            raise LogLost(f"a republishing is not done: go on with wardbook republish {self.name}")
        since = {TopicPartition(self.topic, number): end for number, end in await self._marks(db)}
        async with asyncio.timeout(patience) as limit, open_log(self.kafka, self.name) as topics:
            if self.topic not in await topics.topics():
                if any(since.values()):
                    raise LogLost(self._lost("is not there"))
                return {}
            begins = await topics.begins(self.partitions)
            ends = await topics.ends(self.partitions)
            if short := [tp.partition for tp, mark in since.items() if ends[tp] < mark]:
                raise LogLost(self._lost(f"ends below what was published, at {short}"))
            limit.reschedule(None)
            since = {tp: max(begin, since.get(tp, 0)) for tp, begin in begins.items()}
            await self._see_steps(db, topics, since, ends)
        marks = {tp.partition: end for tp, end in ends.items()}
        await db.execute(_MARK, list(marks), list(marks.values()))
        return marks

    async def see_at_start(self, db: Pool, patience: float = 5) -> None:
        """Raise StepsLost, so that no command is taken; what Kafka lacks stops the relay alone."""
        with suppress(KafkaError, TimeoutError, LogLost):
            await self.see(db, patience)

    async def _marks(self, db: Connection | Pool) -> list[tuple[int, int]]:
        return [(row["partition"], row["next_offset"]) for row in await db.fetch(_MARKS)]

    async def _see_steps(self, db: Pool, topics: Log, since: Offsets, until: Offsets) -> None:
        lost: list[LostStep] = []
        foreign = 0
        async for records in topics.read(since, until):
            async for step in lost_steps(db, records):
                if step.endangers:
                    lost.append(step)
                else:
                    foreign += 1
        if lost:
            some = ", ".join(f"{one.event.id} at {one.place}" for one in lost[:_SHOWN])
            raise StepsLost(
                f"{self.topic} holds {len(lost)} steps that this database lacks ({some}): it was"
                f" restored to an earlier state. Run wardbook compare {self.name} (docs/backup.md)"
            )
        if foreign:
            log.warning("the topic holds subjects that are not known here", steps=foreign)

    def _lost(self, how: str) -> str:
        return (
            f"{self.topic} {how}: it was lost, or WARDBOOK_KAFKA names other servers. Events wait"
            f" in the outbox. Run wardbook republish {self.name} (docs/backup.md)"
        )
