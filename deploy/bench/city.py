"""How long answers on many units take, and how soon the live stream tells that figures moved.

Which addresses are asked is data: one more is one line.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import date, timedelta

import httpx
from tqdm import tqdm

from deploy.bench import browser
from deploy.bench.bench import Bench
from deploy.bench.fold import loaded
from deploy.bench.result import Section, quantiles
from deploy.bench.rig import running
from deploy.bench.workload import END, START, Workload, produce
from deploy.databases import fresh_database
from deploy.report import ANSWER_SECONDS
from shared import units
from shared.clock import system_clock, ward_day

DISTRICT, PROVINCE = "2004-288", "2025-31"
NEW_START, NEW_END = date(2025, 7, 1), date(2026, 6, 30)

_OLD = "from={first_old}&to={last_old}"
_NEW = "from={first_new}&to={last_new}"
_RECEIVED = "registry.applications_received"
_FIGURES = f"/figures?indicator={_RECEIVED}"
ADDRESSES: Mapping[str, str] = {
    "report of a ward": f"/reports/term?format=json&unit=2025-10525&{_NEW}",
    "report of a district, 24 units": f"/reports/term?format=json&unit={DISTRICT}&{_OLD}",
    "report of a province, 114 units": f"/reports/term?format=json&unit={PROVINCE}&{_NEW}",
    "figures of 24 units, each": f"{_FIGURES}&under={DISTRICT}&{_OLD}",
    "figures of 114 units, each": f"{_FIGURES}&under={PROVINCE}&{_NEW}",
    "figures of 114 units, by month": f"{_FIGURES}&under={PROVINCE}&by=month&{_NEW}",
    "figures of 3,321 units, each": f"{_FIGURES}&under=vn&size=5000&{_NEW}",
    "figures of a province as one": f"{_FIGURES}&unit={PROVINCE}&{_NEW}",
    "figures of the country as one": f"{_FIGURES}&unit=vn&{_NEW}",
    "units of a province": f"/units?under={PROVINCE}",
    "overview of a district, 24 units": f"/console?unit={DISTRICT}&{_OLD}&as_of={{today}}",
    "overview of a province, 114 units": f"/console?unit={PROVINCE}&{_NEW}&as_of={{today}}",
    "page of a ward": f"/console/units/2025-10525?{_NEW}&as_of={{today}}&by=month",
}
"""What is asked by what it is called; the days of its period are to be filled in.

Each has a first day of its own, so that none uses again what was worked out for one before it.
"""

_OTHER_DAYS, _AGAIN = 20, 100
_SECONDS = 15.0
"""After this long no further request for another day is begun."""
_SHARE_OF_DISTRICT = 50
_MOVES, _MOVED = 20, "2025-10525"
_OPEN = f"/console/units/{_MOVED}"
_PROBES, _PAUSE_SECONDS = 50, 0.3


async def city(bench: Bench) -> Section:
    """Add the work of all units of today, and of one district of 2004; ask for pages of them."""
    options = bench.options.workload
    section = Section(
        f"A log that has, beside the one of the other sections, {options.events:,} events of all"
        f" {len(units_of_today()):,} units of today in the year from {NEW_START}, and"
        f" {options.events // _SHARE_OF_DISTRICT:,} of the 24 units of {DISTRICT}, all folded:"
        " milliseconds until the last byte, one request at a time. First, for"
        f" {_OTHER_DAYS} requests a run or {_SECONDS:.0f} s, each for another last day; then"
        f" {_AGAIN} times for one and the same, of which nothing is folded meanwhile; then"
        f" {_MOVES} times for it, each after a case was received in {_MOVED} and folded. Then from"
        " a command until GET /moves tells that figures have moved, and until one has changed on"
        " the page of that ward, open in Chromium, which reloads by itself."
    )
    for workload in _workloads(options):
        await produce(bench.rig.kafka, workload)
    async with (
        loaded(bench) as (reporting, _),
        fresh_database(bench.rig.postgres) as own,
        running(registry := bench.rig.service("registry", own)),
        httpx.AsyncClient(
            base_url=reporting, timeout=ANSWER_SECONDS, headers=bench.rig.headers
        ) as client,
        httpx.AsyncClient(base_url=registry.url, headers=bench.rig.headers) as clerk,
        client.stream("GET", "/moves") as stream,
    ):
        stream.raise_for_status()
        desk = _Desk(clerk, stream.aiter_lines())
        await desk.told()
        for run in range(bench.options.runs):
            for place, (name, address) in enumerate(ADDRESSES.items()):
                days = _other_days(address, place, run)
                others = await _asked(client, name, days, _SECONDS)
                one = _on(address, place, 0)
                again = await _asked(client, name, [one] * (_AGAIN + 1), _SECONDS)
                moved = await _asked(client, name, [one] * (_MOVES + 1), 4 * _SECONDS, desk)
                section.add(
                    name,
                    **quantiles(others[1:], 50, 99),  # the first one loads what it needs
                    **_called("again", again),
                    **_called("moved", moved),
                )
            answered, told = await _until_moved(desk)
            section.add("a command until answered", **quantiles(answered, 50, 99))
            section.add("a command until the stream tells", **quantiles(told, 50, 99))
            async with browser.opened(f"{reporting}{_OPEN}", bench.rig.headers) as page:
                shown = await browser.until_shown(page, _RECEIVED, desk.receive)
            section.add("a command until an open page shows it", **quantiles(shown, 50, 99))
    return section


def units_of_today() -> Sequence[str]:
    """Return the units in force from July 2025 on, of the whole country."""
    return [one for one in units.every() if one.startswith("2025-")]


def _workloads(options: Workload) -> Iterator[Workload]:
    yield Workload(
        events=options.events,
        seed=options.seed + 1,
        random_ids=options.random_ids,
        units=units_of_today(),
        start=NEW_START,
        end=NEW_END,
    )
    yield Workload(
        events=options.events // _SHARE_OF_DISTRICT,
        seed=options.seed + 2,
        random_ids=options.random_ids,
        units=units.under(DISTRICT),
    )


def _on(address: str, place: int, back: int) -> str:
    """Return an address for a period so many days later at first, and earlier at last."""
    later, earlier = timedelta(place), timedelta(back)
    return address.format(
        first_old=START + later,
        last_old=END - earlier,
        first_new=NEW_START + later,
        last_new=NEW_END - earlier,
        today=ward_day(system_clock()),
    )


def _other_days(address: str, place: int, run: int) -> Sequence[str]:
    first = 1 + run * (_OTHER_DAYS + 1)
    return [_on(address, place, first + number) for number in range(_OTHER_DAYS + 1)]


class _Desk:
    """A clerk, and the live stream beside."""

    def __init__(self, clerk: httpx.AsyncClient, lines: AsyncIterator[str]) -> None:
        self._clerk = clerk
        self._lines = lines
        self._folded = 0

    async def receive(self) -> float:
        """Receive a case; return the seconds until it was answered. Ends when it is folded."""
        case = {"unit": _MOVED, "procedure": "registry.birth", "channel": "online"}
        sent = time.monotonic()
        (await self._clerk.post("/cases", json=case)).raise_for_status()
        answered = time.monotonic() - sent
        before = self._folded
        while self._folded <= before:
            await self.told()
        return answered

    async def told(self) -> None:
        """Read the stream's next event, whose number is how many records are folded."""
        async for line in self._lines:
            if line.startswith("id: "):
                self._folded = int(line.removeprefix("id: "))
                return
        raise EOFError("the stream ended")


async def _asked(
    client: httpx.AsyncClient,
    name: str,
    addresses: Sequence[str],
    most: float,
    desk: _Desk | None = None,
) -> list[float]:
    """Return the seconds of each request, of those that were begun within `most`.

    Before each one a case is received at a desk, where there is one.
    """
    seconds: list[float] = []
    began = time.monotonic()
    for address in tqdm(addresses, desc=name, disable=None):
        if time.monotonic() - began > most and len(seconds) > 2:  # noqa: PLR2004 - so that some are measured
            break
        if desk is not None:
            await desk.receive()
        asked = time.monotonic()
        (await client.get(address)).raise_for_status()
        seconds.append(time.monotonic() - asked)
    return seconds


async def _until_moved(desk: _Desk) -> tuple[list[float], list[float]]:
    """Receive a case at a time; return the seconds until its answer, and until the stream told."""
    answered, moved = [], []
    for _ in tqdm(range(_PROBES), desc="moves", disable=None):
        sent = time.monotonic()
        answered.append(await desk.receive())
        moved.append(time.monotonic() - sent)
        await asyncio.sleep(_PAUSE_SECONDS)
    return answered, moved


def _called(how: str, seconds: list[float]) -> Mapping[str, float]:
    told = quantiles(seconds[1:], 50, 99)
    return {f"{how}_{metric}": value for metric, value in told.items()}
