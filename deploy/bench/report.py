"""How long the report takes, by its form and the length of its period."""

import time
from datetime import date

import httpx
from tqdm import tqdm

from deploy.bench.bench import Bench
from deploy.bench.fold import loaded
from deploy.bench.result import Section, quantiles
from deploy.bench.workload import END, unit_ids
from deploy.report import ANSWER_SECONDS

STARTS = {
    "1 month": date(2023, 11, 1),
    "6 months": date(2023, 6, 1),
    "12 months": date(2022, 12, 1),
    "30 months": date(2021, 6, 1),
}
REQUESTS = {"json": 100, "html": 20, "docx": 20, "pdf": 20, "xlsx": 20}


async def report(bench: Bench) -> Section:
    """Ask for reports one after the other, each of another unit."""
    section = Section(
        "GET /reports/term with the whole log folded, one request at a time, each for another"
        " unit, 100 for JSON and 20 for each other form: milliseconds until the last byte."
    )
    units = unit_ids()
    async with (
        loaded(bench) as (url, _),
        httpx.AsyncClient(
            base_url=url, timeout=ANSWER_SECONDS, headers=bench.rig.headers
        ) as client,
    ):
        for form, requests in REQUESTS.items():
            for name, start in STARTS.items():
                seconds = []
                asked = {"from": str(start), "to": str(END), "format": form}
                # the first one is not measured: it loads what the form needs
                for unit in tqdm(
                    units[: requests + 1],
                    desc=f"{form}, {name}",
                    disable=None,
                ):
                    began = time.monotonic()
                    answer = await client.get("/reports/term", params={**asked, "unit": unit})
                    seconds.append(time.monotonic() - began)
                    answer.raise_for_status()
                section.add(f"{form}, {name}", **quantiles(seconds[1:], 50, 99))
    return section
