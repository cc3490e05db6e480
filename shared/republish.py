"""Publishes a department's history anew, after its topic was lost: same bytes under same keys.

In the order of the outbox, hence of each case. Its progress stands in the database: it goes on
where it was cut short, and publishes a batch twice at most, which changes nothing for readers.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg
from aiokafka import TopicPartition

from shared.audit.trail import note, operator
from shared.broker import create_producer
from shared.database import Connection
from shared.log import open_log
from shared.publisher import Publisher
from shared.relay import LEAD
from shared.settings import KafkaSettings, Settings
from shared.topics import PARTITIONS, topic_of

_POSITION = "SELECT position FROM republishing"
_BEGIN = "INSERT INTO republishing (position) VALUES (0)"
_MARKS = "SELECT partition, next_offset FROM log_marks"
_FORGET_MARKS = "DELETE FROM log_marks"
_MOVE = "UPDATE republishing SET position = $1"
_MARK = """
INSERT INTO log_marks (partition, next_offset)
SELECT * FROM unnest($1::integer[], $2::bigint[])
    ON CONFLICT (partition) DO UPDATE SET next_offset = excluded.next_offset
"""
_END = "DELETE FROM republishing"
_STEPS = """
SELECT position, convert_to(subject::text, 'UTF8') AS key, value,
       convert_from(value, 'UTF8')::json ->> 'type' AS type, NULL::text AS traceparent
  FROM history WHERE position > $1 ORDER BY position
"""
_COUNT = "SELECT count(*) FROM history WHERE position > $1"
_TABLES = """
SELECT name FROM unnest(ARRAY['cases', 'records']) AS name WHERE to_regclass(name) IS NOT NULL
"""
_INCOMPLETE = {
    table: f"""
SELECT count(*) FROM {table} LEFT JOIN (
       SELECT subject, count(*) AS steps
         FROM (SELECT subject FROM history
                UNION ALL
               SELECT convert_from(key, 'UTF8')::uuid FROM outbox) AS step
        GROUP BY subject) AS told ON told.subject = id
 WHERE sequence > coalesce(steps, 0)
"""  # noqa: S608 - constants only
    for table in ("cases", "records")
}

BATCH = 2_000


class CannotRepublish(Exception):
    """It would do harm, or cannot be done; the message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What there is to publish; a `resumed` one goes on where it was cut short."""

    since: int
    events: int
    resumed: bool


class Republishing:
    """The history of a department's database onto `topic`, over two sessions without time limits.

    `reader` holds the lead until it ends; `writer` notes what Kafka has acknowledged.
    """

    def __init__(
        self,
        reader: Connection,
        writer: Connection,
        publisher: Publisher,
        kafka: KafkaSettings,
        topic: str,
    ) -> None:
        """Do nothing yet."""
        self._reader = reader
        self._writer = writer
        self._publisher = publisher
        self._kafka = kafka
        self._topic = topic

    async def begin(self, *, onto_events: bool, by: str | None = None) -> Work:
        """Take the lead, see that the topic is empty or ours to go on with, and say what is to do.

        Raises CannotRepublish where a relay publishes, where the topic is missing, and where it has
        events, unless told to publish behind them.
        """
        if not await self._reader.fetchval(LEAD):
            raise CannotRepublish("the department publishes: stop it first, all of its processes")
        events, ends = await self._log()
        since = await self._writer.fetchval(_POSITION)
        marks = {row["partition"]: row["next_offset"] for row in await self._writer.fetch(_MARKS)}
        if since is not None and all(ends[number] >= mark for number, mark in marks.items()):
            left = await self._writer.fetchval(_COUNT, since)
            return Work(since=since, events=left, resumed=True)
        if events and not onto_events:
            raise CannotRepublish(
                f"{self._topic} has {events} events: it was not lost, or was written to since."
                " Delete it and make it anew (wardbook topics --create), or say --onto-events"
            )
        async with self._writer.transaction():
            await self._writer.execute(_END)
            await self._writer.execute(_FORGET_MARKS)
            await self._writer.execute(_BEGIN)
            await note(self._writer, "republish", operator(by), self._topic)
        return Work(since=0, events=await self._writer.fetchval(_COUNT, 0), resumed=False)

    async def publish(self, work: Work) -> AsyncGenerator[int]:
        """Publish batch after batch, each noted when it is acknowledged; yield how many it had."""
        async with self._reader.transaction(readonly=True):
            # One cursor, because the history has no index by position: it is sorted once.
            steps = await self._reader.cursor(_STEPS, work.since)
            while rows := await steps.fetch(BATCH):
                until = await self._publisher.publish(rows)
                async with self._writer.transaction():
                    await self._writer.execute(_MOVE, rows[-1]["position"])
                    await self._writer.execute(_MARK, list(until), list(until.values()))
                yield len(rows)
        await self._writer.execute(_END)

    async def incomplete(self) -> int:
        """Return how many subjects have steps from before the history was kept, in no table."""
        tables = [row["name"] for row in await self._writer.fetch(_TABLES)]
        return sum([await self._writer.fetchval(_INCOMPLETE[table]) for table in tables])

    async def _log(self) -> tuple[int, dict[int, int]]:
        """Return how many events the topic has, and where each partition ends."""
        partitions = [TopicPartition(self._topic, number) for number in range(PARTITIONS)]
        async with open_log(self._kafka, "republish") as log:
            if self._topic not in await log.topics():
                raise CannotRepublish(f"{self._topic} is missing: wardbook topics --create")
            begins, ends = await log.begins(partitions), await log.ends(partitions)
        events = sum(ends[tp] - begins[tp] for tp in partitions)
        return events, {tp.partition: end for tp, end in ends.items()}


@asynccontextmanager
async def open_republishing(settings: Settings, department: str) -> AsyncIterator[Republishing]:
    """Give the republishing of a department, from its settings."""
    topic = topic_of(department)
    publisher = Publisher(lambda: create_producer(settings, "republish"), topic)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(publisher.close)
        sessions = []
        for _ in range(2):
            sessions.append(await asyncpg.connect(settings.database.get_secret_value()))
            stack.push_async_callback(sessions[-1].close)
        reader, writer = sessions
        yield Republishing(reader, writer, publisher, settings, topic)
