"""How soon a command's figure has moved: from the answer to the committed tallies, and the report.

Commands go to a real department at a steady pace. Every twentieth is a probe, to one of a few
units; a connection of its own asks for the committed tallies of these every few milliseconds. The
report itself is asked for over HTTP, for one unit more, after one command at a time.
"""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import httpx
from tqdm import tqdm
from vietnam_provinces import WardCode

from deploy.bench import rebuild, tables
from deploy.bench.bench import Bench
from deploy.bench.fold import connected, loaded
from deploy.bench.result import Section, quantiles
from deploy.bench.rig import running
from deploy.data_folder import SOFTWARE
from deploy.databases import fresh_database
from shared.clock import system_clock, ward_day

_PROBES, _EVERY = 50, 20
_CONNECTIONS = 64
_POLL_SECONDS = 0.005
_REPORT_POLL_SECONDS = 0.02
_REPORT_PAUSE_SECONDS = 0.5
_PATIENCE_SECONDS = 60.0
_FIGURE = "registry.applications_received"


async def freshness(bench: Bench) -> Section:
    """Measure beside nothing else."""
    section = Section(_about(bench, "with the whole log folded before"))
    async with loaded(bench) as (reporting, dsn):
        for _ in range(bench.options.runs):
            await _measure(bench, section, reporting, dsn)
    return section


async def beside_a_rebuild(bench: Bench) -> Section:
    """Measure while one rebuild after the other runs on the same servers."""
    section = Section(_about(bench, "with the whole log folded before, while it is being rebuilt"))
    async with loaded(bench) as (reporting, dsn), _rebuilding(bench, dsn):
        for _ in range(bench.options.runs):
            await _measure(bench, section, reporting, dsn)
    return section


def _about(bench: Bench, how: str) -> str:
    return (
        f"{bench.options.pace:,} commands a second sent to the registry, {how}: milliseconds"
        " until a command is answered, from the answer until the committed tallies of its unit"
        " have moved, and until GET /reports/term shows it."
    )


@asynccontextmanager
async def _rebuilding(bench: Bench, dsn: str) -> AsyncIterator[None]:
    async def run() -> None:
        while True:
            await rebuild.rebuild_once(bench.rig, dsn)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(run())
        yield
        task.cancel()


class _Clerks:
    """Sends commands at a pace and remembers when the probes were answered."""

    def __init__(self, url: str, token: str, units: Sequence[str], pace: int, seconds: int) -> None:
        self._token = token
        address = urlsplit(url)
        self._host, self._port = str(address.hostname), int(address.port or 0)
        self._probes, self._others = units[:_PROBES], units[_PROBES:]
        self._pace, self._total = pace, pace * seconds
        self._numbers: Iterator[int] = count()
        self._began = 0.0
        self.seconds: list[float] = []
        self.answered: dict[str, list[float]] = defaultdict(list)

    async def send(self) -> float:
        """Send all commands; return how many a second were answered."""
        self._began = time.monotonic()
        with tqdm(total=self._total, desc="commands", disable=None) as bar:
            await asyncio.gather(*(self._work(bar) for _ in range(_CONNECTIONS)))
        return self._total / (time.monotonic() - self._began)

    async def _work(self, bar: "tqdm[Any]") -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        for number in self._numbers:
            if number >= self._total:
                break
            turn, is_not_probe = divmod(number, _EVERY)
            units = self._others if is_not_probe else self._probes
            unit = units[(number if is_not_probe else turn) % len(units)]
            due = self._began + number / self._pace
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            sent = time.monotonic()
            await _receive_case(reader, writer, self._token, unit)
            answered = time.monotonic()
            self.seconds.append(answered - sent)
            if not is_not_probe:
                self.answered[unit].append(answered)
            bar.update()
        writer.close()


async def _receive_case(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str, unit: str
) -> None:
    """Send one command and read its answer: HTTP in its plainest form, to leave the CPU alone."""
    case = {"unit": unit, "procedure": "registry.birth", "channel": "online"}
    body = json.dumps(case).encode()
    writer.write(
        b"POST /cases HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
        b"authorization: Bearer %b\r\ncontent-length: %d\r\n\r\n%b"
        % (token.encode(), len(body), body)
    )
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].split()[0])
    answer = await reader.readexactly(length)
    if not head.startswith(b"http/1.1 201"):
        raise RuntimeError(f"a command was refused: {answer.decode()}")


class _Tallies:
    """Sees when the committed tallies of the probes' units move."""

    def __init__(self, conn: tables.Connection, units: Sequence[str]) -> None:
        self._conn = conn
        self._units = units
        self.moved: dict[str, list[float]] = defaultdict(list)

    async def watch(self) -> None:
        """Look until cancelled."""
        before = await tables.received(self._conn, self._units)
        while True:
            amounts = await tables.received(self._conn, self._units)
            at = time.monotonic()
            for unit, amount in amounts.items():
                new = amount - before.get(unit, 0) - len(self.moved[unit])
                self.moved[unit] += [at] * new
            await asyncio.sleep(_POLL_SECONDS)


async def _measure(bench: Bench, section: Section, reporting: str, dsn: str) -> None:
    units = _units()
    async with (
        fresh_database(bench.rig.postgres) as own,
        connected(dsn) as conn,
        running(registry := bench.rig.service("registry", own)),
        asyncio.TaskGroup() as group,
    ):
        token = bench.rig.access.token(SOFTWARE)
        clerks = _Clerks(registry.url, token, units[1:], bench.options.pace, bench.options.seconds)
        tallies = _Tallies(conn, units[1 : _PROBES + 1])
        reports: list[float] = []
        watching = group.create_task(tallies.watch())
        asking = group.create_task(_ask(registry.url, reporting, token, units[0], reports))
        rate = await clerks.send()
        asking.cancel()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while _count(tallies.moved) < _count(clerks.answered):  # noqa: ASYNC110 - polled anyway
                await asyncio.sleep(_POLL_SECONDS)
        watching.cancel()
    waited = [
        max(0.0, moved - answered)  # what is folded before its answer arrives waits for nothing
        for unit, moments in clerks.answered.items()
        for answered, moved in zip(moments, tallies.moved[unit], strict=True)
    ]
    section.add("commands", answered_per_s=rate, **quantiles(clerks.seconds, 50, 95, 99))
    section.add("until the tallies", **quantiles(waited, 50, 95, 99))
    section.add("until the report", **quantiles(reports, 50, 95, 99))


def _count(moments: dict[str, list[float]]) -> int:
    return sum(map(len, moments.values()))


def _units() -> Sequence[str]:
    """Return units in force today."""
    return [f"2025-{code.value:05d}" for code in WardCode][:1_000]


async def _ask(registry: str, reporting: str, token: str, unit: str, seconds: list[float]) -> None:
    """Until cancelled, send a command and ask for the report until it shows it."""
    address = urlsplit(registry)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    today = ward_day(system_clock())
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=reporting, headers=headers) as client:
        known = await _reported(client, unit, today)
        while True:
            await _receive_case(reader, writer, token, unit)
            known += 1
            answered = time.monotonic()
            while await _reported(client, unit, today) < known:  # noqa: ASYNC110 - another process
                await asyncio.sleep(_REPORT_POLL_SECONDS)
            seconds.append(time.monotonic() - answered)
            await asyncio.sleep(_REPORT_PAUSE_SECONDS)


async def _reported(client: httpx.AsyncClient, unit: str, day: date) -> int:
    asked = {"unit": unit, "from": str(day), "to": str(day), "format": "json"}
    answer = (await client.get("/reports/term", params=asked)).raise_for_status()
    return int(answer.json()["figures"][_FIGURE]["value"] or 0)
