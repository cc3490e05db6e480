"""How fast the real reporting service folds the topics into a fresh database, and at what cost.

After every run the tallies are held against a recount: a number of a wrong fold is no number.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg
from tqdm import tqdm

from deploy.bench import tables
from deploy.bench.bench import Bench
from deploy.bench.result import Section
from deploy.bench.rig import Rig, cpu_seconds, peak_memory, running
from deploy.databases import fresh_database
from deploy.embedded.child import Child
from deploy.embedded.errors import DeployError

WORKERS = (1, 2)
KILLED_AT = 0.4

_POLL_SECONDS = 0.05
_COMMIT_SECONDS = 0.3
_STANDSTILL_SECONDS = 120.0
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Moment:
    """How far the fold was at a time, and the CPU-seconds spent up to then."""

    at: float
    folded: int
    workers: float
    postgres: float
    kafka: float


async def fold(bench: Bench) -> Section:
    """Fold the whole log with one worker, then with two."""
    section = Section(
        "The whole log folded by the reporting service into an empty database, by one worker"
        " process and by two, from the first position that moved to the last. Each run ended in"
        " tallies equal to an independent recount of the topics."
    )
    for workers in WORKERS:
        for _ in range(bench.options.runs):
            async with fresh_database(bench.rig.postgres) as dsn:
                await _one_run(bench, section, dsn, workers)
    return section


async def _one_run(bench: Bench, section: Section, dsn: str, workers: int) -> None:
    rig = bench.rig
    async with connected(dsn) as conn:
        await conn.execute("CHECKPOINT")  # each run pays for its own full-page images
        size, written = await tables.size(conn), await tables.written(conn)
        async with AsyncExitStack() as stack:
            children = []
            for number in range(workers):
                child = await rig.service(f"reporting-{number}", dsn).start()
                stack.push_async_callback(child.stop)
                children.append(child)
            seen = [moment async for moment in moments(rig, conn, children, bench.end)]
            memory = max(peak_memory(child.process.pid) for child in children)
        size, written = await tables.size(conn) - size, await tables.written(conn) - written
        first, last = seen[0], seen[-1]
        events = last.folded - first.folded
        if not events:
            raise DeployError(f"{bench.end} events are folded too soon to be timed: take more")
        section.add(
            "1 worker" if workers == 1 else f"{workers} workers",
            events_per_s=events / (last.at - first.at),
            worker_cpu_s_per_million=(last.workers - first.workers) / events * _MILLION,
            postgresql_cpu_s_per_million=(last.postgres - first.postgres) / events * _MILLION,
            kafka_cpu_s_per_million=(last.kafka - first.kafka) / events * _MILLION,
            peak_mib_per_worker=memory / 1024**2,
            database_bytes_per_event=size / bench.end,
            wal_bytes_per_event=written / bench.end,
            facts=await tables.facts(conn),
            cells=await bench.recount.check(conn),
        )


async def kill(bench: Bench) -> Section:
    """Kill the only worker when 40 % is folded, start it again, and see that nothing is wrong."""
    section = Section(
        "The only worker is killed (SIGKILL) when 40 % of the log is folded, and started again at"
        " once: seconds until positions move again. Kafka gives the dead worker's partitions away"
        " when its session of 10 s has ended. The tallies then equal the recount."
    )
    for _ in range(bench.options.runs):
        async with fresh_database(bench.rig.postgres) as dsn, connected(dsn) as conn:
            service = bench.rig.service("reporting-killed", dsn)
            child = await service.start()
            try:
                async for moment in moments(bench.rig, conn, [child], bench.end):
                    if moment.folded >= KILLED_AT * bench.end:
                        child.process.kill()
                        await child.process.wait()
                        break
                killed = time.monotonic()
                child = await service.start()
                await asyncio.sleep(_COMMIT_SECONDS)  # the killed one's last batch may still end
                before = await tables.folded(conn)
                first, *_ = [
                    moment async for moment in moments(bench.rig, conn, [child], bench.end, before)
                ]
            finally:
                await child.stop()
            cells = await bench.recount.check(conn)
            section.add("1 worker", seconds_until_folding=first.at - killed, cells=cells)
    return section


async def curve(bench: Bench) -> Section:
    """Tell what an event costs as facts grow, for each step of the log."""
    step = min(_MILLION, bench.end // 5)
    section = Section(
        "One worker folds the whole log into an empty database: rate and processor time of each"
        f" step of {step:,} events, as facts and tallies grow."
    )
    async with fresh_database(bench.rig.postgres) as dsn, connected(dsn) as conn:
        child = await bench.rig.service("reporting-curve", dsn).start()
        try:
            since: Moment | None = None
            async for moment in moments(bench.rig, conn, [child], bench.end):
                if since is None:
                    since = moment
                elif moment.folded // step > since.folded // step:
                    _add_step(section, since, moment, step)
                    since = moment
        finally:
            await child.stop()
        await bench.recount.check(conn)
    return section


def _add_step(section: Section, since: Moment, until: Moment, step: int) -> None:
    events = until.folded - since.folded
    section.add(
        f"to {until.folded // step * step:,}",
        events_per_s=events / (until.at - since.at),
        worker_cpu_s_per_million=(until.workers - since.workers) / events * _MILLION,
        postgresql_cpu_s_per_million=(until.postgres - since.postgres) / events * _MILLION,
    )


async def moments(
    rig: Rig, conn: tables.Connection, workers: Sequence[Child], end: int, start: int = 0
) -> AsyncIterator[Moment]:
    """Yield a moment each time the positions are seen to have moved from `start`, until the end.

    Raises DeployError where a worker has ended, or nothing moves for two minutes.
    """
    folded, moved_at = start, time.monotonic()
    numbers = [worker.process.pid for worker in workers]
    with tqdm(total=end, initial=start, desc="folding", unit=" events", disable=None) as bar:
        while folded < end:
            await asyncio.sleep(_POLL_SECONDS)
            now = await tables.folded(conn)
            at = time.monotonic()
            if now > folded:
                bar.update(now - folded)
                folded, moved_at = now, at
                yield Moment(
                    at,
                    folded,
                    cpu_seconds(*numbers),
                    cpu_seconds(rig.postgres_process),
                    cpu_seconds(rig.kafka_process),
                )
            for worker in workers:
                if not worker.is_running:
                    raise DeployError(worker.account(await worker.ended()))
            if at - moved_at > _STANDSTILL_SECONDS:
                raise DeployError(f"nothing is folded after {folded} of {end} events")


@asynccontextmanager
async def loaded(bench: Bench) -> AsyncIterator[tuple[str, str]]:
    """Run reporting with all of the log folded; give its URL and the DSN of its database."""
    async with fresh_database(bench.rig.postgres) as dsn, connected(dsn) as conn:
        service = bench.rig.service("reporting", dsn)
        async with running(service) as child:
            async for _ in moments(bench.rig, conn, [child], await bench.rig.log_end()):
                pass
            yield service.url, dsn


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[tables.Connection]:
    """Give a connection of one's own, for looking on."""
    conn = await asyncpg.connect(dsn)
    try:
        yield conn
    finally:
        await conn.close()
