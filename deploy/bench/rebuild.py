"""How fast reporting's tables are rebuilt from the topics beside the live ones."""

import time
from dataclasses import replace

from deploy.bench.bench import Bench
from deploy.bench.fold import loaded
from deploy.bench.result import Section
from deploy.bench.rig import Rig


async def rebuild(bench: Bench) -> Section:
    """Rebuild the whole log while the live worker runs."""
    section = Section("The whole log rebuilt beside the live tables, by one process.")
    async with loaded(bench) as (_, dsn):
        for _ in range(bench.options.runs):
            events, began = await bench.rig.log_end(), time.monotonic()
            await rebuild_once(bench.rig, dsn)
            section.add("1 process", events_per_s=events / (time.monotonic() - began))
    return section


async def rebuild_once(rig: Rig, dsn: str) -> None:
    """Run one rebuild to its end: the only place that knows how it is started."""
    service = rig.service("reporting-rebuild", dsn)
    child = await replace(service, module="services.reporting.rebuild").start()
    await child.succeeded()
