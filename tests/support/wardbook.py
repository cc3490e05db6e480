"""All of Wardbook as real processes, as an operator would run it, for the tests of the whole."""

import asyncio
import itertools
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from vietnam_provinces.legacy import WardCode

from deploy.data_folder import kept_people
from deploy.embedded import fonts
from deploy.embedded.child import Child
from deploy.embedded.maven import have
from deploy.embedded.ports import HOST
from shared.people import Role
from tests.support.people import (
    EVERYTHING,
    MIGRATION,
    OF_A_WARD,
    OF_ANOTHER_WARD,
    ROLES,
    bearing,
    entry,
    everybody,
    people_file,
    token_of,
    variables,
)
from tests.support.servers import free_ports, fresh_database
from tests.support.wait import wait_until

DEPARTMENTS = ("registry", "permits", "petitions", "returns")
SERVICES = (*DEPARTMENTS, "reporting")
_OLD_TOKEN = "right-of-a-migration"
"""Of releases that knew no issuer of tokens."""

_AT_ONCE = 12


@dataclass(slots=True)
class Process:
    """One service: where it listens, which database is its own, and its process while it runs.

    `command` is the module that is run, with its arguments; `door` the port that clients go to
    where it is not the service's own, a proxy's for instance; `code` the folder of another release.
    """

    name: str
    port: int
    dsn: str
    log: Path
    command: tuple[str, ...]
    child: Child | None = None
    door: int | None = None
    code: Path | None = None

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://{HOST}:{self.door or self.port}"


@dataclass(slots=True)
class Wardbook:
    """The five services; `poison` are the places of records that tests sent and that are no events.

    `issuing_unit` is the code of the ward whose people can issue documents (tests.support.people);
    who may do everything asks where nobody else is named. `access` are the variables by which
    services know them all.
    `other` processes, a second worker of reporting for instance, are started and killed like them.
    """

    kafka: str
    processes: dict[str, Process]
    client: httpx.AsyncClient
    folder: Path
    issuing_unit: str
    access: Mapping[str, str]
    poison: set[tuple[str, int, int]] = field(default_factory=set)
    _codes: Iterator[str] = field(default_factory=lambda: iter(()))
    _keys: Iterator[int] = field(default_factory=itertools.count)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    def new_unit(self) -> str:
        """Return the code of a ward of the list of 2004 that no other test has."""
        return next(self._codes)

    def new_key(self) -> str:
        """Return an idempotency key that nobody else has."""
        return f"of-a-test/{next(self._keys)}"

    def dsn(self, name: str) -> str:
        """Return the DSN of a service's database."""
        return self.processes[name].dsn

    def url(self, name: str) -> str:
        """Return the base URL of a service."""
        return self.processes[name].url

    async def start(self, name: str) -> None:
        """Start a service; return when it is ready."""
        process = self.processes[name]
        ours = {
            "WARDBOOK_KAFKA": self.kafka,
            "WARDBOOK_DATABASE": f"{process.dsn}?application_name={name}",
            "WARDBOOK_HOST": HOST,
            "WARDBOOK_PORT": str(process.port),
            "WARDBOOK_FONTS": str(fonts.FOLDER),
        }
        if process.code is None:
            ours |= self.access
        else:
            ours["WARDBOOK_MIGRATION_TOKEN"] = _OLD_TOKEN
        inherited = {key: value for key, value in os.environ.items() if "WARDBOOK_" not in key}
        if process.code is not None:
            inherited |= {"PYTHONPATH": str(process.code), "PYTHONSAFEPATH": "1"}
        process.child = await Child.start(
            name,
            *(sys.executable, "-m", *process.command),
            log=process.log,
            environment={**inherited, **ours},
        )
        await process.child.until(lambda: self.answers(name, "/ready"))

    async def start_another(self, name: str, like: str) -> None:
        """Start one more process of a service on a port of its own, with the same database."""
        log = self.folder / f"{name}.log"
        command = self.processes[like].command
        self.processes[name] = Process(name, free_ports(), self.dsn(like), log, command)
        await self.start(name)

    async def kill(self, name: str) -> None:
        """End a service as a power cut would."""
        child = self.processes[name].child
        assert child is not None
        assert child.is_running, child.account(f"{name} had ended by itself")
        child.process.kill()
        await child.process.wait()

    async def stop(self, name: str) -> int:
        """End a service by SIGTERM, after ten seconds by force (code -9); return its exit code."""
        child = self.processes[name].child
        assert child is not None
        await child.stop(patience=10)
        assert child.process.returncode is not None
        return child.process.returncode

    async def answers(self, name: str, path: str) -> bool:
        """Say whether a service answers a question with success."""
        try:
            return (await self.client.get(self.url(name) + path)).is_success
        except httpx.TransportError:
            return False

    async def settled(self, *, seconds: float = 180) -> None:
        """Return when all that was committed is on Kafka and folded, looked at twice in a row."""
        quiet = 0

        async def twice_nothing_waits() -> bool:
            nonlocal quiet
            waiting = [await self._number(name, "/outbox", "waiting") for name in DEPARTMENTS]
            waiting.append(await self._number("reporting", "/lag", "lag"))
            quiet = 0 if any(waiting) else quiet + 1
            return quiet == 2

        await wait_until(twice_nothing_waits, seconds=seconds)

    async def _number(self, name: str, path: str, field: str) -> float:
        child = self.processes[name].child
        assert child is not None
        assert child.is_running, child.account(f"{name} has ended")
        try:
            answer = await self.client.get(self.url(name) + path)
        except httpx.TransportError:
            return 1
        return float(answer.json()[field]) if answer.is_success else 1

    async def send(
        self,
        service: str,
        path: str,
        body: Mapping[str, Any],
        *,
        key: str | None = None,
        recorded_on: date | None = None,
        patient: bool = False,
        headers: Mapping[str, str] | None = None,
        to: Process | None = None,
    ) -> httpx.Response:
        """Send a command; a patient client repeats it under its key until somebody answers.

        It goes `to` one process of the service where several run.
        """
        process = to or self.processes[service]
        told = {"Idempotency-Key": key or self.new_key(), **(headers or {})}
        if recorded_on is not None:
            told["Recorded-On"] = recorded_on.isoformat()
        while True:
            if recorded_on is not None:
                token = token_of(MIGRATION) if process.code is None else _OLD_TOKEN
                told["Authorization"] = f"Bearer {token}"
            try:
                async with self._turns:
                    answer = await self.client.post(process.url + path, json=body, headers=told)
            except httpx.TransportError:
                if not patient:
                    raise
            else:
                if answer.status_code < 500 or not patient:
                    return answer
            await asyncio.sleep(0.2)

    async def told(self, service: str, path: str, body: Mapping[str, Any], **how: Any) -> Any:
        """Send a command that must be accepted; return the answer's JSON."""
        answer = await self.send(service, path, body, **how)
        assert answer.is_success, f"{path} {body} {how}: {answer.status_code} {answer.text}"
        return answer.json()

    async def rendered(
        self, unit: str, start: date, end: date, as_of: date | None = None, form: str = "json"
    ) -> httpx.Response:
        """Ask for a report in one of its forms."""
        asked = {"unit": unit, "from": str(start), "to": str(end), "format": form}
        if as_of is not None:
            asked["as_of"] = str(as_of)
        return await self.client.get(f"{self.url('reporting')}/reports/term", params=asked)

    async def report(
        self, unit: str, start: date, end: date, as_of: date | None = None
    ) -> dict[str, Any]:
        """Return a report as JSON."""
        answer = await self.rendered(unit, start, end, as_of)
        assert answer.status_code == 200, answer.text
        report: dict[str, Any] = answer.json()
        return report

    async def figures(
        self, unit: str, start: date, end: date, as_of: date | None = None
    ) -> dict[str, Any]:
        """Return the values of a report's figures by their keys; an absence stands as itself."""
        report = await self.report(unit, start, end, as_of)
        return {key: one["absence"] or one["value"] for key, one in report["figures"].items()}


@asynccontextmanager
async def running_wardbook(
    kafka: str,
    postgres: str,
    folder: Path,
    names: Sequence[str] = SERVICES,
    code: Path | None = None,
) -> AsyncIterator[Wardbook]:
    """Run the five services on fresh databases, and end them all in the end.

    They are those of another release where the folder of its `code` is given.
    """
    async with AsyncExitStack() as stack:
        await have(fonts.FOLDER, fonts.__name__, "the typeface of the PDF (2 MB)")
        processes = {}
        for name in names:
            dsn = await stack.enter_async_context(fresh_database(postgres))
            log, command = folder / f"{name}.log", (f"services.{name}",)
            processes[name] = Process(name, free_ports(), dsn, log, command, code=code)
        client = await stack.enter_async_context(
            httpx.AsyncClient(timeout=30, headers=bearing(EVERYTHING))
        )
        codes = (f"{code.value:05d}" for code in WardCode if code.value > 11_300)
        issuing_unit = next(codes)
        sample = (
            kept_people(folder)
            .read_text(encoding="utf-8")
            .replace('subject = "', 'subject = "sample-')
        )
        of_a_ward = people_file(f"2004-{issuing_unit}", Role.MIGRATOR)
        of_a_ward += "\n" + entry(OF_A_WARD, f"2004-{issuing_unit}", *Role)
        of_a_ward += "\n" + entry(OF_ANOTHER_WARD, f"2004-{next(codes)}", *Role)
        for name in ("permits", "returns"):
            of_a_ward += "\n" + entry(f"of {name}", "vn", *ROLES, departments=[name])
        access = variables(folder, f"{sample}\n{of_a_ward}\n{everybody()}")
        wardbook = Wardbook(kafka, processes, client, folder, issuing_unit, access, _codes=codes)
        try:
            async with asyncio.TaskGroup() as group:
                for name in names:
                    group.create_task(wardbook.start(name))
            yield wardbook
        finally:
            for process in processes.values():
                if process.child is not None:
                    await process.child.stop(patience=10)
