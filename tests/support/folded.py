"""Folds what is on the topics, as a fold worker of reporting does, until nothing waits."""

from services.reporting import projection
from services.reporting.app import MIGRATIONS
from services.reporting.settings import ReportingSettings
from services.reporting.worker import Worker
from shared.broker import create_broker
from shared.database import migrate
from shared.tracing import close_spans, open_spans
from tests.support.servers import open_pool
from tests.support.wait import wait_until


async def fold_all(settings: ReportingSettings) -> None:
    """Fold until nothing waits."""
    spans = open_spans(settings.traces, "reporting")
    broker = create_broker(settings, "test")
    await broker.start()
    async with open_pool(settings.database.get_secret_value(), 4) as pool:
        await migrate(pool, [MIGRATIONS])
        live = await projection.live(pool)
        failed: list[Exception] = []
        worker = await Worker.start(live, settings, broker, failed.append, spans)

        async def level() -> bool:
            return worker.consumer.assigned and await worker.consumer.lag() == 0

        await wait_until(level)
        await worker.stop()
        await broker.stop()
        await close_spans(spans)
        assert not failed
