"""The relay: publishes the outbox in order; what Kafka has acknowledged becomes history."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from aiokafka.errors import KafkaError

from shared import outbox
from shared.database import Connection, Pool, is_lost
from shared.metrics import OUTBOX_OLDEST, OUTBOX_WAITING
from shared.own_log import LogLost, Marks
from shared.publisher import Publisher

LEAD = "SELECT pg_try_advisory_lock(4242)"
"""Says whether this session now has the lead: whoever has it is the one that publishes."""

_RESIGN = "SELECT pg_advisory_unlock(4242)"

BATCH = 2_000
"""Events published before they become history: a crash republishes at most this many."""

_IDLE_SECONDS = 0.5
_GATHER_SECONDS = 0.05
"""Pause after a turn that left nothing, so that the next one takes what many groups commit."""
_MEASURE_SECONDS = 1.0
_BACK_OFF_SECONDS = 1.0

log = structlog.get_logger()

type See = Callable[[Pool], Awaitable[Marks]]
"""Returns the marks of a topic that is ours (OwnLog.see), else raises."""


class Relay:
    """Publishes the outbox (acks=all, idempotent), in the order of each case.

    The steps of a case have one key, hence one partition, and are read in the order of their
    commits. A crash between publishing and archiving publishes again: readers know a step by
    subject and sequence. One relay leads per database; another waits for its lock.
    """

    def __init__(self, pool: Pool, publisher: Publisher, see: See) -> None:
        """Prepare a relay from the database of `pool`; `run` does the work.

        `see` is asked before anything is published, and again where the topic was made anew.
        """
        self._pool = pool
        self._publisher = publisher
        self._see = see
        self._marks: dict[int, int] = {}
        self.wrong: str | None = None
        self._wake = asyncio.Event()
        self._measured_at = 0.0
        self.moved_at = time.monotonic()

    def wake(self) -> None:
        """Say that something was committed, so that it is published at once."""
        self._wake.set()

    async def run(self) -> None:
        """Publish until cancelled.

        Kafka's failures are retried for ever, and a topic that was lost is waited for; any other
        failure is raised, StepsLost among them. It may be run again then.
        """
        self.moved_at = time.monotonic()
        async with self._pool.acquire() as conn:
            try:
                await self._until_it_leads(conn)
                await self._until_the_log_is_ours(conn)
                while True:
                    await self._turn(conn)
            finally:
                if not is_lost(conn):
                    await conn.execute(_RESIGN)
                await self._publisher.close()

    async def _until_it_leads(self, conn: Connection) -> None:
        """Connect, so that a process that only follows is ready too, and wait for the lead."""
        while await self._done(conn, self._publisher.connect()) is None:
            pass
        while not await conn.fetchval(LEAD):
            self.moved_at = time.monotonic()
            await asyncio.sleep(_IDLE_SECONDS)

    async def _until_the_log_is_ours(self, conn: Connection) -> None:
        """Wait until the topic is what this database has published."""
        while True:
            try:
                marks = await self._done(conn, self._see(self._pool))
            except LogLost as lost:
                if self.wrong is None:
                    log.critical("nothing is published", cause=str(lost))
                self.wrong = str(lost)
                await asyncio.sleep(_BACK_OFF_SECONDS)
                continue
            if marks is not None:
                self.wrong, self._marks = None, dict(marks)
                return

    async def _turn(self, conn: Connection) -> None:
        """Publish the oldest rows and archive them, in two statements however many they are."""
        self._wake.clear()
        rows = await outbox.oldest(conn, BATCH)
        until = await self._done(conn, self._publisher.publish(rows))
        if until is None:
            return
        if any(end <= self._marks.get(partition, 0) for partition, end in until.items()):
            # Acknowledged where other steps were before: the topic was made anew. The rows stay.
            await self._until_the_log_is_ours(conn)
            return
        if rows:
            self._marks |= until
            await outbox.archive(conn, rows, until)
        if len(rows) < BATCH:
            await asyncio.sleep(_GATHER_SECONDS)
            await self._sleep_until_woken()

    async def _done[T](self, conn: Connection, work: Awaitable[T]) -> T | None:
        """Return what came of Kafka's part; None, after a pause, where it did not do it."""
        try:
            return await self._moving(conn, work)
        except KafkaError as error:
            log.warning("Kafka failed, trying again", error=repr(error))
            await asyncio.sleep(_BACK_OFF_SECONDS)
            return None

    async def _moving[T](self, conn: Connection, work: Awaitable[T]) -> T:
        """Wait for `work` however long Kafka is away, and go on telling how much waits."""
        task = asyncio.ensure_future(work)
        try:
            while True:
                self.moved_at = time.monotonic()
                if self.moved_at - self._measured_at >= _MEASURE_SECONDS:
                    self._measured_at = self.moved_at
                    await _measure(conn)
                if (await asyncio.wait({task}, timeout=_MEASURE_SECONDS))[0]:
                    break
            return await task
        finally:
            task.cancel()

    async def _sleep_until_woken(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), _IDLE_SECONDS)
        except TimeoutError:
            return


async def _measure(conn: Connection) -> None:
    waiting, age = await outbox.backlog(conn)
    OUTBOX_WAITING.set(waiting)
    OUTBOX_OLDEST.set(age)
