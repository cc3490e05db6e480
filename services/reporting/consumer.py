"""Brings batches from Kafka to the fold.

The only module that knows FastStream's and aiokafka's traps.

Kafka's own group offsets stay unused: positions are in PostgreSQL (decision 0004). aiokafka may
hand out records before `on_partitions_assigned` has sought (aio-libs/aiokafka#738), swallows what
that listener raises, and FastStream swallows what a handler raises. Hence: pause first, no
automatic reset of offsets, and every failure is dealt with in here.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any, cast

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER
from faststream.kafka.message import KafkaMessage as Message

from services.reporting import positions
from services.reporting.batch import Record
from services.reporting.fold import Folder, OffsetGap
from services.reporting.lag import Lag
from services.reporting.positions import DATABASE_AWAY, PositionMoved
from shared.database import Pool
from shared.metrics import BATCHES_REFUSED, FOLD_EVENTS, FOLD_SECONDS, REBALANCES
from shared.topics import TOPICS

LONGEST_BATCH = 20_000
"""Records of one transaction while there is much to read; otherwise a batch is what has come."""

_FETCH_BYTES = 1 << 20
"""Bytes asked of a partition at once: a quarter of it leaves the fold waiting (half the rate), four
times as much only takes memory."""

_EVERYTHING = [TopicPartition(topic.name, p) for topic in TOPICS for p in range(topic.partitions)]

_BACK_OFF_SECONDS = 1.0
log = structlog.get_logger()


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc]
    """One fold worker of the group: any number of them may run, in one process or many.

    `fail` is called with what cannot be dealt with here; the worker folds nothing after that.
    """

    def __init__(
        self,
        broker: KafkaBroker,
        group: str,
        pool: Pool,
        folder: Folder,
        fail: Callable[[Exception], None],
    ) -> None:
        """Subscribe to every topic as a member of `group`; reading begins with `start`."""
        self._pool = pool
        self._folder = folder
        self._fail = fail
        self._failed = False
        self._folding = asyncio.Lock()
        self._gaps: dict[TopicPartition, int] = {}
        self.assigned = False
        self.behind = False
        self.level = False
        self.lost: list[TopicPartition] = []
        self._lag = Lag()
        self.moved_at = time.monotonic()
        self._subscriber = broker.subscriber(
            *(topic.name for topic in TOPICS),
            group_id=group,
            batch=True,
            max_records=LONGEST_BATCH,
            auto_offset_reset="none",
            isolation_level="read_committed",  # what a producer took back was never published
            # The same partitions of every topic: they hold the same subjects.
            partition_assignment_strategy=(RangePartitionAssignor,),
            max_partition_fetch_bytes=_FETCH_BYTES,
            ack_policy=AckPolicy.MANUAL,
            listener=self,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=500,  # at the next one a worker learns that another has come
            max_poll_interval_ms=120_000,
            parser=_unparsed,
            decoder=_undecoded,
        )
        self._subscriber(self._handle)

    async def start(self) -> None:
        """Join the group and fold until stopped. The broker has started."""
        await self._subscriber.start()

    async def stop(self) -> None:
        """Leave the group, once the batch in hand is folded."""
        await self._subscriber.stop()
        self.assigned = False

    @property
    def _kafka(self) -> Any:
        """The aiokafka consumer, which exists once the broker has started."""
        return self._subscriber.consumer

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Go on from the stored positions. Nothing may be fetched before, so pause comes first.

        A position without meaning comes with it, before anything is waited for: a partition that
        has none when aiokafka has asked for the group's offset, and has found none, is an error,
        upon which FastStream stands still for five seconds.
        """
        mine = list(assigned)
        self._kafka.pause(*mine)
        for tp in mine:
            self._kafka.seek(tp, 0)
        REBALANCES.inc()
        try:
            if mine:
                await positions.seed(self._pool, await self._kafka.beginning_offsets(mine))
            await self._go_on(mine)
        except Exception as error:  # noqa: BLE001 - aiokafka would swallow it
            self._give_up(error)
            return
        self.assigned = True
        log.info("partitions assigned", partitions=len(mine))

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Let the batch in hand end, so that whoever takes over goes on after it."""
        del revoked
        async with self._folding:
            self.assigned = False

    async def _handle(self, body) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - FastStream would decode an annotated body, and suspend to find any other argument (`_passed`)
        if self._failed:
            return
        records = cast("tuple[Record, ...]", body)
        began = time.perf_counter()
        async with self._folding:
            try:
                await self._folder.fold(records, self._gaps)
            except OffsetGap as gap:
                self._gaps[gap.partition] = gap.first
                await self._read_again("gap", gap, 0)
            except PositionMoved as moved:
                await self._read_again("stale", moved, 0)
            except DATABASE_AWAY as error:
                await self._read_again("failed", error, _BACK_OFF_SECONDS)
            except Exception as error:  # noqa: BLE001 - FastStream would swallow it
                self._give_up(error)
            else:
                FOLD_EVENTS.observe(len(records))
                FOLD_SECONDS.observe(time.perf_counter() - began)
                self.moved_at = time.monotonic()

    async def _read_again(self, cause: str, error: Exception, pause: float) -> None:
        """Go back to the stored positions, as soon as the database tells them."""
        BATCHES_REFUSED.labels(cause).inc()
        log.warning("batch not applied, reading again", cause=cause, error=repr(error))
        while True:
            await asyncio.sleep(pause)
            try:
                await positions.end_frozen(self._pool)
                await self._go_on(self._kafka.assignment())
            except DATABASE_AWAY as away:
                log.warning("the database does not answer", error=repr(away))
                pause = _BACK_OFF_SECONDS
            else:
                return

    async def _go_on(self, mine: Iterable[TopicPartition]) -> None:
        stored = await positions.read(self._pool)
        for tp in mine:
            try:
                self._kafka.seek(tp, stored[tp])
                self._kafka.resume(tp)
            except IllegalStateError:  # taken away meanwhile
                continue

    def _give_up(self, error: Exception) -> None:
        self._failed = True
        log.critical("the fold stops", error=repr(error), exc_info=error)
        self._fail(error)

    def shares_its_work(self) -> bool:
        """Say whether the group has other members, who have taken over partitions."""
        return self.assigned and len(self._kafka.assignment()) < len(_EVERYTHING)

    async def folded(self) -> int:
        """Return how many records of the topics are folded."""
        begins = await self._kafka.beginning_offsets(_EVERYTHING)
        stored = await positions.read(self._pool)
        return sum(offset - begins[tp] for tp, offset in stored.items())

    async def lag(self) -> int:
        """Return how many records are not folded yet; set the metrics of each partition.

        `level` says since then whether they are no more than a batch, `behind` whether some of them
        are this worker's to fold, `lost` which partitions' logs end below their positions.

        Raises KafkaError while Kafka does not answer.
        """
        ends = await self._kafka.end_offsets(_EVERYTHING)
        stored = await positions.read(self._pool)
        found = self._lag.tell(ends, stored, await self._passed(ends))
        self.lost = [tp for tp, one in found.items() if one.is_beyond]
        mine = self._kafka.assignment() if self.assigned else found.keys()
        self.behind = any(one.events for tp, one in found.items() if tp in mine)
        if not self.behind:
            self.moved_at = time.monotonic()
        total = sum(one.events for one in found.values())
        self.level = self.assigned and total < LONGEST_BATCH
        return total

    async def _passed(self, ends: positions.Positions) -> set[TopicPartition]:
        """Return partitions that were read up to their end, and of which nothing is in hand.

        The loop runs nothing else in between reading a batch and taking the lock for folding it.
        """
        if self._folding.locked() or self._failed or not self.assigned:
            return set()
        mine = self._kafka.assignment() - self._kafka.paused()
        passed = {tp for tp in mine if await self._kafka.position(tp) >= ends[tp]}
        # A batch may have been read while positions were asked.
        return set() if self._folding.locked() else passed

    async def measure(self) -> None:
        """Set the lag metrics, where Kafka answers."""
        try:
            await self.lag()
        except KafkaError as error:
            log.warning("the lag could not be measured", error=repr(error))


async def _unparsed(batch: Any) -> Message:
    """Hand a batch on as it is: FastStream would read the headers of every record of it."""
    return Message(body=b"", raw_message=batch, consumer=FAKE_CONSUMER)


async def _undecoded(message: Message) -> Any:
    """Leave decoding to the fold: one undecodable value would otherwise lose the whole batch.

    FastStream would run a function that is not a coroutine in a thread, and `_passed` be wrong.
    """
    return message.raw_message
