"""How long a ward's term report takes when all of its term is loaded, and the read behind it."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta

import httpx
from tqdm import tqdm

from deploy.bench.bench import Bench
from deploy.bench.fold import loaded
from deploy.bench.result import Section, quantiles
from deploy.bench.rig import running
from deploy.bench.workload import END, START
from deploy.data_folder import SOFTWARE
from deploy.databases import fresh_database
from deploy.report import ANSWER_SECONDS, TERM, folded
from deploy.sample.loader import load
from deploy.settings import DEPARTMENTS
from services.reporting import projection
from services.reporting.tally_reader import read_cells, read_tallies
from shared import units
from shared.database import create_pool

REQUESTS = {"json": 100, "html": 30, "docx": 30, "pdf": 30, "xlsx": 30}
AGAIN = 1_000
READS = 200


async def term(bench: Bench) -> Section:
    """Load the sample ward through the departments; ask for its report, day after day."""
    section = Section(
        "The sample ward, with the whole of its term loaded beside the log: GET /reports/term, one"
        " request at a time, 100 a run for JSON and 30 for each other form, in milliseconds until"
        " the last byte. Each request is for another last day, so that none can use again what"
        f" one before it made; then JSON {AGAIN} times for one and the same, of which nothing is"
        f" folded meanwhile. Then, {READS} times a run, from PostgreSQL alone: the tallies of the"
        " ward, and all that its report is drawn from."
    )
    async with AsyncExitStack() as stack:
        url, dsn = await stack.enter_async_context(loaded(bench))
        urls = {"reporting": url}
        for name in DEPARTMENTS:
            database = await stack.enter_async_context(fresh_database(bench.rig.postgres))
            service = bench.rig.service(name, database)
            await stack.enter_async_context(running(service))
            urls[name] = service.url
        token = bench.rig.access.token(SOFTWARE)
        await load({name: urls[name] for name in DEPARTMENTS}, token, show_progress=False)
        await folded(urls, bench.rig.headers)
        ask = _Asking(url, bench.rig.headers)
        for run in range(bench.options.runs):
            for form, requests in REQUESTS.items():
                past = run * (requests + 1)
                days = [END - timedelta(past + number) for number in range(requests + 1)]
                section.add(form, **quantiles(await ask.asked(form, days), 50, 99))
            days = [END] * (AGAIN + 1)
            section.add("json, the same again", **quantiles(await ask.asked("json", days), 50, 99))
            await _read(section, dsn)
    return section


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks reporting at an address for reports."""

    url: str
    headers: Mapping[str, str]

    async def asked(self, form: str, days: Sequence[date]) -> list[float]:
        """Return the seconds of each request but the first, which loads what the form needs."""
        seconds = []
        async with httpx.AsyncClient(
            base_url=self.url, timeout=ANSWER_SECONDS, headers=self.headers
        ) as client:
            for last in tqdm(days, desc=form, disable=None):
                asked = {**TERM, "from": str(START), "to": str(last), "format": form}
                began = time.monotonic()
                answer = await client.get("/reports/term", params=asked)
                seconds.append(time.monotonic() - began)
                answer.raise_for_status()
        return seconds[1:]


async def _read(section: Section, dsn: str) -> None:
    unit = units.resolve(TERM["unit"], END).id
    pool = await create_pool(dsn, 2)
    try:
        async with projection.snapshot(pool) as conn:
            seconds = await _timed(lambda: read_cells(conn, unit, END))
        section.add("tallies alone", **quantiles(seconds, 50, 99))
        seconds = await _timed(lambda: read_tallies(pool, unit, END))
        section.add("tallies and statements", **quantiles(seconds, 50, 99))
    finally:
        await pool.close()


async def _timed(read: Callable[[], Awaitable[object]]) -> list[float]:
    seconds = []
    for _ in range(READS + 1):
        began = time.monotonic()
        await read()
        seconds.append(time.monotonic() - began)
    return seconds[1:]
