"""The outbox.

Events stored with the change they tell of, and the relay that brings them to Kafka.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import cast

import asyncpg
import structlog
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from shared.database import Connection, Pool
from shared.events.envelope import Event, encode, headers
from shared.metrics import EVENTS_PUBLISHED, OUTBOX_OLDEST, OUTBOX_WAITING

_APPEND = """
INSERT INTO outbox (key, value, type)
SELECT key, value, type
  FROM unnest($1::bytea[], $2::bytea[], $3::text[]) WITH ORDINALITY AS one (key, value, type, place)
 ORDER BY place
"""
_OLDEST = "SELECT position, key, value, type FROM outbox ORDER BY position LIMIT $1"
_DELETE = "DELETE FROM outbox WHERE position = ANY($1::bigint[])"
_BACKLOG = """
SELECT count(*) AS waiting,
       coalesce(extract(epoch FROM clock_timestamp() - min(appended_at)), 0)::float8 AS age
  FROM outbox
"""
_LEAD = "SELECT pg_try_advisory_lock(4242)"
_RESIGN = "SELECT pg_advisory_unlock(4242)"

BATCH = 2_000
"""Events published before their rows are deleted: a crash republishes at most this many."""

_IDLE_SECONDS = 0.5
_BACK_OFF_SECONDS = 1.0

log = structlog.get_logger()


async def append(conn: Connection, events: Sequence[Event]) -> None:
    """Store `events`, in their order, inside the caller's transaction.

    They are published if, and only if, that commits.
    """
    keys = [str(event.subject).encode() for event in events]
    await conn.execute(_APPEND, keys, list(map(encode, events)), [event.type for event in events])


async def backlog(pool: Pool) -> tuple[int, float]:
    """Return how many events wait and the age of the oldest in seconds (0 where none waits)."""
    row = await pool.fetchrow(_BACKLOG)
    assert row is not None
    return row["waiting"], row["age"]


class Relay:
    """Publishes the outbox in order and deletes what Kafka has acknowledged (acks=all, idempotent).

    Order holds for each case: its steps have one key, hence one partition, and are read in the
    order of their commits. A crash between publishing and deleting publishes again: readers know a
    step by subject and sequence. One relay leads per database; another waits for its lock.
    """

    def __init__(self, pool: Pool, broker: KafkaBroker, topic: str) -> None:
        """Prepare a relay from the database of `pool` to `topic`; `run` does the work."""
        self._pool = pool
        self._broker = broker
        self._topic = topic
        self._wake = asyncio.Event()
        self.moved_at = time.monotonic()

    def wake(self) -> None:
        """Say that something was committed, so that it is published at once."""
        self._wake.set()

    async def run(self) -> None:
        """Publish until cancelled.

        Kafka's failures are retried for ever; any other one is raised.
        """
        async with self._pool.acquire() as conn:
            while not await conn.fetchval(_LEAD):
                self.moved_at = time.monotonic()
                await asyncio.sleep(_IDLE_SECONDS)
            try:
                while True:
                    await self._turn(conn)
            finally:
                if not conn.is_closed():
                    await conn.execute(_RESIGN)

    async def _turn(self, conn: Connection) -> None:
        self.moved_at = time.monotonic()
        self._wake.clear()
        rows = await conn.fetch(_OLDEST, BATCH)
        try:
            await self._publish(rows)
        except KafkaError as error:
            log.warning("publishing failed, trying again", error=repr(error), events=len(rows))
            await asyncio.sleep(_BACK_OFF_SECONDS)
            return
        if rows:
            await conn.execute(_DELETE, [row["position"] for row in rows])
        await self._measure(conn)
        if len(rows) < BATCH:
            await self._sleep_until_woken()

    async def _publish(self, rows: Sequence[asyncpg.Record]) -> None:
        """Publish `rows` in order and return when all are acknowledged; raise the first failure."""
        acknowledgements = [
            cast(
                "asyncio.Future[object]",
                await self._broker.publish(
                    row["value"],
                    self._topic,
                    key=row["key"],
                    headers=dict(headers()),
                    no_confirm=True,
                ),
            )
            for row in rows
        ]
        results = await asyncio.gather(*acknowledgements, return_exceptions=True)
        for failure in results:
            if isinstance(failure, BaseException):
                raise failure
        for row in rows:
            EVENTS_PUBLISHED.labels(row["type"]).inc()

    async def _measure(self, conn: Connection) -> None:
        row = await conn.fetchrow(_BACKLOG)
        assert row is not None
        OUTBOX_WAITING.set(row["waiting"])
        OUTBOX_OLDEST.set(row["age"])

    async def _sleep_until_woken(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), _IDLE_SECONDS)
        except TimeoutError:
            return
