"""Run the benchmarks: python -m deploy.bench [--only fold,baselines] [--events 1000000] ...

The order of the sections is theirs in the table below: those that add to the log come last.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from deploy.bench import baselines, city, fold, freshness, rebuild, report, term
from deploy.bench.bench import Bench, Options
from deploy.bench.page import write_page
from deploy.bench.ratios import ratios
from deploy.bench.recount import Recount
from deploy.bench.result import Section, keep, machine
from deploy.bench.rig import running_rig
from deploy.bench.workload import Workload, produce

SECTIONS: Mapping[str, Callable[[Bench], Awaitable[Section]]] = {
    "fold": fold.fold,
    "baselines": baselines.baselines,
    "kill": fold.kill,
    "curve": fold.curve,
    "report": report.report,
    "rebuild": rebuild.rebuild,
    "freshness": freshness.freshness,
    "freshness-rebuild": freshness.beside_a_rebuild,
    "term": term.term,
    "city": city.city,
}


async def run(options: Options, names: list[str]) -> None:
    """Produce the workload once, run the sections on it, write each as soon as it is measured."""
    sections: dict[str, Section] = {}
    options.out.mkdir(parents=True, exist_ok=True)
    async with running_rig() as rig:
        await produce(rig.kafka, options.workload)
        recount = Recount()
        await recount.read(rig.kafka)
        bench = Bench(options=options, rig=rig, end=await rig.log_end(), recount=recount)
        where = await machine(rig.postgres)
        for name in names:
            print(name, flush=True)
            sections[name] = await SECTIONS[name](bench)
            if sections.keys() >= {"fold", "baselines"}:
                sections["ratios"] = ratios(sections["fold"], sections["baselines"])
            kept = keep(options.out / "results.json", where, _told(bench), sections)
            write_page(options.out, kept)


def _told(bench: Bench) -> Mapping[str, int | str]:
    """Return what a reader of the numbers has to know of the log."""
    workload = bench.options.workload
    return {
        "events": workload.events,
        "seed": workload.seed,
        "case_ids": "random (UUIDv4)" if workload.random_ids else "ordered by time (UUIDv7)",
        "cells": len(bench.recount.cells),
    }


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m deploy.bench", description=__doc__)
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, with commas between")
    parser.add_argument("--events", type=int, default=1_000_000, help="length of the log")
    parser.add_argument("--runs", type=int, default=3, help="runs of each measurement")
    parser.add_argument("--seed", type=int, default=1, help="of the workload")
    parser.add_argument(
        "--random-ids", action="store_true", help="ids of cases as UUIDv4 instead of UUIDv7"
    )
    parser.add_argument(
        "--plain-events",
        type=int,
        default=20_000,
        help="events that the handler of one message gets; the one of batches gets ten times that",
    )
    parser.add_argument("--pace", type=int, default=1_000, help="commands a second, for freshness")
    parser.add_argument("--seconds", type=int, default=30, help="of commands, for freshness")
    parser.add_argument(
        "--out", type=Path, default=Path("docs/bench"), help="folder of results.json and the page"
    )
    told = parser.parse_args()
    names = told.only.split(",")
    if unknown := set(names) - SECTIONS.keys():
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    options = Options(
        workload=Workload(events=told.events, seed=told.seed, random_ids=told.random_ids),
        runs=told.runs,
        plain_events=told.plain_events,
        pace=told.pace,
        seconds=told.seconds,
        out=told.out,
    )
    asyncio.run(run(options, [name for name in SECTIONS if name in names]))


if __name__ == "__main__":
    main()
