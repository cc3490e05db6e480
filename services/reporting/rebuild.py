"""Fold the whole log into new tables beside the live ones, then draw reports from the new ones.

python -m services.reporting.rebuild, with the environment of the service, which goes on meanwhile.
It may be stopped at any time and started again: it goes on where it was. Several at once share the
work.
"""

import asyncio
import signal
import sys

import structlog
import uvloop
from tqdm import tqdm

from services.reporting import projection
from services.reporting.app import MIGRATIONS, tune_garbage_collection
from services.reporting.positions import DATABASE_AWAY
from services.reporting.projection import Behind
from services.reporting.settings import ReportingSettings
from services.reporting.worker import Worker
from shared.broker import create_broker
from shared.database import Pool, create_pool, migrate
from shared.logs import configure_logs
from shared.settings import read_settings

_LOOK_SECONDS = 0.5
_LOOKS = 60

log = structlog.get_logger()


async def rebuild(settings: ReportingSettings) -> None:
    """Build a projection, or go on building one; return when it is live and services fold it."""
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    broker = create_broker(settings, "rebuild")
    pool = await create_pool(settings.database.get_secret_value(), settings.database_connections)
    try:
        await migrate(pool, [MIGRATIONS])
        new = await projection.begin(pool)
        await broker.start()
        worker = await Worker.start(new, settings, broker, failed.set_exception)
        tune_garbage_collection()
        try:
            await _catch_up(worker, failed)
            await worker.index_facts()
            while not await _switched(pool, worker):
                await _catch_up(worker, failed)
            print(f"Reports are drawn from projection {new.id} now.")
            await _hand_over(worker)
        finally:
            await worker.stop()
    finally:
        await broker.stop()
        await pool.close()


async def _catch_up(worker: Worker, failed: asyncio.Future[None]) -> None:
    """Return when no more than a batch is missing; raise what the fold fails with."""
    progress = tqdm(desc=f"Projection {worker.projection.id}", unit=" events", unit_scale=True)
    with progress:
        while True:
            folded, lag = await worker.consumer.folded(), await worker.consumer.lag()
            progress.total = folded + lag
            if progress.initial == progress.n == 0:
                progress.initial = progress.n = folded  # the rate is of this run alone
            progress.update(folded - progress.n)
            if worker.consumer.level:
                return
            done, _ = await asyncio.wait([failed], timeout=_LOOK_SECONDS)
            if done:
                failed.result()


async def _switched(pool: Pool, worker: Worker) -> bool:
    try:
        await projection.switch(pool, worker.projection)
    except (Behind, *DATABASE_AWAY) as cause:
        log.info("not switched yet", cause=str(cause))
        return False
    return True


async def _hand_over(worker: Worker) -> None:
    """Fold on until a service has joined; without one, the events wait on the topics."""
    for _ in range(_LOOKS):
        if worker.consumer.shares_its_work():
            return
        await asyncio.sleep(_LOOK_SECONDS)
    print("No service has taken over; events are folded when one runs.")


async def _main() -> None:
    settings = read_settings(ReportingSettings)
    configure_logs("rebuild", settings.log_level)
    work = asyncio.create_task(rebuild(settings))
    for asked_to_stop in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(asked_to_stop, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        sys.exit("Stopped. What is folded is kept: the same command goes on from there.")


if __name__ == "__main__":
    uvloop.run(_main())
