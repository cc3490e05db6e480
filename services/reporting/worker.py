"""A fold worker: one projection, its pool, its place in the group of those who fold it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faststream.kafka import KafkaBroker

from services.reporting import store
from services.reporting.consumer import Consumer
from services.reporting.fold import Folder
from services.reporting.projection import Projection
from services.reporting.settings import ReportingSettings
from shared.database import Pool
from shared.metrics import watch_pool

if TYPE_CHECKING:
    from shared.spans import Spans

_CONNECTIONS = 3
"""For the fold, for names and positions beside it, and for the lag."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Folds `projection` until stopped."""

    projection: Projection
    consumer: Consumer
    _pool: Pool
    _settings: ReportingSettings

    @classmethod
    async def start(
        cls,
        projection: Projection,
        settings: ReportingSettings,
        broker: KafkaBroker,
        fail: Callable[[Exception], None],
        spans: "Spans | None" = None,
    ) -> "Worker":
        """Make the projection's tables if need be, and begin to fold. The broker has started."""
        pool = await projection.open(settings.database.get_secret_value(), _CONNECTIONS)
        watch_pool("fold", pool)
        folder = Folder(pool, settings.longest_dead_letter_run, spans)
        consumer = Consumer(broker, projection.group, pool, folder, fail)
        await consumer.start()
        return cls(projection, consumer, pool, settings)

    async def join_parts(self) -> None:
        """Join parts of tallies that have become many, so that a report reads few."""
        await store.join_parts(self._pool)

    async def index_facts(self) -> bool:
        """Index the facts by unit, if they are level with the log; say whether they are indexed."""
        if not self.consumer.level:
            return False
        return await self.projection.index_facts(self._settings.database.get_secret_value())

    async def stop(self) -> None:
        """Fold the batch in hand, leave the group, close the pool."""
        await self.consumer.stop()
        await self._pool.close()
