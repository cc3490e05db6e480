"""What others would reach on the same topics in the same call, to hold the fold against."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

from deploy.bench import handlers
from deploy.bench.bench import Bench
from deploy.bench.handlers import Done
from deploy.bench.result import Section
from deploy.bench.rig import PLACES, cpu_seconds
from deploy.databases import fresh_database

ONE, BATCHES = "FastStream, one message a call", "FastStream, batches of 500"
READ, DECODED, DECODED_TWICE = (
    "read only, 1 process",
    "read and decode, 1 process",
    "read and decode, 2 processes",
)
_BATCHED_TIMES = 10
_MILLION = 1_000_000


async def baselines(bench: Bench) -> Section:
    """Read the log without storing anything, and handle a part of it in two usual ways."""
    plain = bench.options.plain_events
    section = Section(
        "The same topics, read by aiokafka alone and read and decoded as reporting does, and"
        f" handled as a user of FastStream would: pydantic models and upserts, one message a call"
        f" ({plain:,} events of the log) or batches of 500 with executemany"
        f" ({plain * _BATCHED_TIMES:,} events). The handlers count events and apply no correction."
    )
    with ProcessPoolExecutor(
        2,
        mp_context=get_context("spawn"),
        initializer=import_module,
        initargs=(handlers.__name__,),
    ) as processes:
        for _ in range(bench.options.runs):
            for name, number, decoded in (
                (READ, 1, False),
                (DECODED, 1, True),
                (DECODED_TWICE, 2, True),
            ):
                await _read(bench, section, processes, name, number, decoded=decoded)
            await _handle(bench, section, processes, ONE, handlers.one_by_one, plain)
            await _handle(
                bench, section, processes, BATCHES, handlers.in_batches, plain * _BATCHED_TIMES
            )
    return section


async def _read(
    bench: Bench,
    section: Section,
    processes: ProcessPoolExecutor,
    name: str,
    number: int,
    *,
    decoded: bool,
) -> None:
    loop = asyncio.get_running_loop()
    parts = [[(tp.topic, tp.partition) for tp in PLACES[n::number]] for n in range(number)]
    done = await asyncio.gather(
        *(
            loop.run_in_executor(processes, handlers.consume, bench.rig.kafka, part, decoded)
            for part in parts
        )
    )
    events = sum(each.events for each in done)
    seconds = max(each.ended for each in done) - min(each.began for each in done)
    cpu = sum(each.cpu for each in done)
    section.add(name, events_per_s=events / seconds, cpu_s_per_million=cpu / events * _MILLION)


async def _handle(
    bench: Bench,
    section: Section,
    processes: ProcessPoolExecutor,
    name: str,
    handler: Callable[[str, str, int], Done],
    events: int,
) -> None:
    loop, rig = asyncio.get_running_loop(), bench.rig
    async with fresh_database(rig.postgres) as dsn:
        postgres = cpu_seconds(rig.postgres_process)
        done = await loop.run_in_executor(
            processes, handler, rig.kafka, dsn, min(events, bench.end)
        )
        postgres = cpu_seconds(rig.postgres_process) - postgres
    section.add(
        name,
        events_per_s=done.events / (done.ended - done.began),
        cpu_s_per_million=done.cpu / done.events * _MILLION,
        postgresql_cpu_s_per_million=postgres / done.events * _MILLION,
    )
