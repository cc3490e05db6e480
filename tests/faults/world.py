"""Wardbook under load, with everything in reach that a fault may strike, and the judgement after.

Its services reach Kafka and PostgreSQL over wires that can be cut. What ends is started again, as a
container's restart policy would.
"""

import asyncio
import itertools
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import psutil
from aiokafka.admin import AIOKafkaAdminClient
from prometheus_client.parser import text_string_to_metric_families

from deploy.embedded.child import Child
from deploy.embedded.errors import StartFailed
from deploy.embedded.kafka import Kafka
from deploy.embedded.postgres import Postgres
from services.reporting.projection import Projection
from shared.topics import create_topics
from tests.support import wire
from tests.support.servers import free_ports
from tests.support.small_disk import SmallDisk, mounted
from tests.support.wait import wait_until
from tests.support.wardbook import DEPARTMENTS, SERVICES, Wardbook, running_wardbook
from tests.support.wire import Trap, Wire
from tests.system.clerks import Story, tell_many, tell_returns
from tests.system.recount import Place, end_offsets, folded_to

type Script = Callable[["World", random.Random], Awaitable[None]]
"""What a fault does while clerks work; the random numbers are the only ones it may use."""

_A_MOMENT = 2
"""Seconds that an event may wait in an outbox while all is well."""
_PATIENCE = 240
"""Seconds after which something that must come true is taken to be lost."""


@dataclass(slots=True)
class Server:
    """Kafka or PostgreSQL: all of its processes, to be killed and started again."""

    start: Callable[[], Awaitable[Child]]
    child: Child

    def processes(self) -> list[psutil.Process]:
        """Return its process and their children."""
        main = psutil.Process(self.child.process.pid)
        return [main, *main.children(recursive=True)]

    async def kill(self) -> None:
        """End all of it as a power cut would, but for the disk."""
        mine = self.processes()
        for process in mine:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        await self.child.process.wait()
        await asyncio.to_thread(psutil.wait_procs, mine, timeout=10)

    async def restart(self) -> None:
        """Start it again on the same data; return when it answers."""
        self.child = await self.start()


@dataclass(slots=True, kw_only=True)
class World:
    """A running Wardbook and its servers; `long` is whether there is time for everything.

    `units` are those of the fault at hand. `stories` are all that was ever told over HTTP,
    `subjects` and `by_hand` all that was put straight on the topics, and the places where.
    """

    wardbook: Wardbook
    kafka: Server
    postgres: Server
    disk: SmallDisk | None
    to_kafka: Wire
    to_postgres: Wire
    long: bool
    units: Sequence[str] = ()
    stories: list[Story] = field(default_factory=list)
    subjects: set[str] = field(default_factory=set)
    by_hand: set[Place] = field(default_factory=set)
    stated: bool = True
    left_wrong: bool = False
    ended: list[str] = field(default_factory=list)
    """What ended although nothing of ours had killed it."""

    @staticmethod
    def say(what: str) -> None:
        """Tell whoever watches what happens."""
        print(f"  {time.strftime('%H:%M:%S')} {what}", flush=True)

    def new_units(self) -> tuple[str, str]:
        """Return units for the next fault, between which cases move."""
        self.units = (self.wardbook.new_unit(), self.wardbook.new_unit())
        return self.units

    def new_subject(self, rng: random.Random) -> str:
        """Return an id for a case that is put straight on the topics."""
        subject = str(UUID(int=rng.getrandbits(128), version=4))
        self.subjects.add(subject)
        return subject

    async def up(self, *names: str) -> None:
        """Return when services are ready."""
        for name in names:
            await wait_until(lambda: self.wardbook.answers(name, "/ready"), seconds=_PATIENCE)  # noqa: B023

    async def kill(self, name: str) -> None:
        """Kill a service that is ready; it is started again behind our back."""
        await self.up(name)
        await self.wardbook.kill(name)
        self.say(f"{name} was killed")

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a service's process."""
        child = self.wardbook.processes[name].child
        assert child is not None
        os.kill(child.process.pid, number)

    def killer(self, name: str) -> Callable[[], None]:
        """Return what kills a service at once."""
        return lambda: self.signal(name, signal.SIGKILL)

    async def spring(self, wire: Wire, trap: Trap, what: str) -> None:
        """Lay a trap and wait until it has caught something."""
        wire.trap = trap
        async with asyncio.timeout(_PATIENCE):
            await trap.sprung.wait()
        self.say(
            f"{what} {'before its answer came' if trap.answered else 'before it went through'}"
        )

    async def members(self) -> int:
        """Return how many workers the consumer group has that are settled in it."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.wardbook.kafka)
        await admin.start()
        try:
            [response] = await admin.describe_consumer_groups([Projection(1).group])
        finally:
            await admin.close()
        _, _, state, _, _, members, *_ = response.groups[0]
        return len(members) if state == "Stable" else 0

    async def group_of(self, count: int) -> None:
        """Return when the consumer group is settled with so many workers."""

        async def settled() -> bool:
            return await self.members() == count

        await wait_until(settled, seconds=_PATIENCE)

    @asynccontextmanager
    async def clerks_at_work(self, rng: random.Random) -> AsyncIterator[None]:
        """Have clerks tell of cases, visits and returns for as long as the block lasts."""
        over = asyncio.Event()

        async def work() -> None:
            while not over.is_set():
                seed = rng.randrange(2**32)
                ours = [self.wardbook.new_unit()]
                async with asyncio.TaskGroup() as group:
                    told = [
                        group.create_task(
                            tell_many(
                                self.wardbook,
                                self.units,
                                seed=seed,
                                cases=30,
                                visits=4,
                                stated=self.stated,
                            )
                        ),
                        group.create_task(
                            tell_returns(self.wardbook, ours, seed=seed, years=(2022, 2023))
                        ),
                    ]
                self.stories += itertools.chain(*(telling.result() for telling in told))
                await asyncio.sleep(0.2)

        async with asyncio.TaskGroup() as group:  # a clerk's failure ends the fault as well
            working = group.create_task(work())
            yield
            over.set()
            async with asyncio.timeout(_PATIENCE):
                await working

    async def keep(self, name: str) -> None:
        """Start a service again whenever it has ended, until cancelled."""
        while True:
            child = self.wardbook.processes[name].child
            assert child is not None
            how = await child.ended()
            if "SIGKILL" not in how:
                self.say(f"{how} by itself")
                self.ended.append(how)
            await asyncio.sleep(0.3)
            with suppress(StartFailed):
                await self.wardbook.start(name)

    async def caught_up(self) -> float:
        """Return when all that is on the topics by now is folded; say how long that took."""
        began = time.monotonic()
        ends = await end_offsets(self.wardbook.kafka)

        async def folded() -> bool:
            positions = await folded_to(self.wardbook)
            return all(positions[place] >= end for place, end in ends.items())

        await wait_until(folded, seconds=_PATIENCE)
        return time.monotonic() - began

    async def metric(self, name: str, service: str, **labels: str) -> float:
        """Return a metric of a service, summed over the series that have these labels."""
        text = (await self.wardbook.client.get(f"{self.wardbook.url(service)}/metrics")).text
        samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
        return sum(
            one.value
            for one in samples
            if one.name == name and labels.items() <= one.labels.items()
        )

    async def oldest_waits(self) -> float:
        """Return the age of the oldest event in an outbox, as the departments tell it."""
        name = "wardbook_outbox_oldest_age_seconds"
        return max([await self.metric(name, one) for one in DEPARTMENTS])

    async def drained(self) -> float:
        """Return when nothing in an outbox is older than a moment; say how long that took."""
        began = time.monotonic()

        async def empty() -> bool:
            return await self.oldest_waits() < _A_MOMENT

        await wait_until(empty, seconds=_PATIENCE)
        return time.monotonic() - began

    async def told_to_come_again(self) -> httpx.Response:
        """Have the registry receive cases until it cannot; return what it says then."""
        body = {
            "unit": self.units[0],
            "procedure": "registry.birth",
            "channel": "online",
            "received_on": "2024-03-04",
        }
        async with asyncio.timeout(_PATIENCE):
            while True:
                answer = await self.wardbook.send("registry", "/cases", body)
                if not answer.is_success:
                    return answer
                self.subjects.add(answer.json()["id"])

    async def fill_the_log(self) -> None:
        """Write PostgreSQL's own log until there is no room for it, on which it panics."""
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            conn = await asyncpg.connect(self.wardbook.dsn("registry"))
            while True:
                await conn.execute("SELECT pg_logical_emit_message(true, '', repeat('-', 1000000))")
        self.say("PostgreSQL had no room left for its log")

    async def fill_the_disk(self, left: int) -> None:
        """Leave PostgreSQL so many bytes, or so large files; return when it has missed the room."""
        missed = self._missed_room()
        if self.disk:
            await self.disk.fill(left)
        else:
            await self._limit_files(str(left))

        async def missed_more() -> bool:
            return self._missed_room() > missed

        await wait_until(missed_more)
        self.say(f"PostgreSQL had no room left {'on its disk' if self.disk else 'in its files'}")

    def _missed_room(self) -> int:
        log = self.postgres.child.log
        assert log is not None
        told = log.read_text(errors="replace")
        return told.count("No space left on device") + told.count("File too large")

    async def free_the_disk(self) -> None:
        """Give PostgreSQL room again; return when it and all services are up."""
        if self.disk:
            await self.disk.free()
        else:
            await self._limit_files("unlimited")

        async def all_are_up() -> bool:
            if not self.postgres.child.is_running:
                self.say("PostgreSQL had ended by itself")
                await self.postgres.restart()
            return all([await self.wardbook.answers(name, "/ready") for name in SERVICES])

        await wait_until(all_are_up, seconds=_PATIENCE)

    async def _limit_files(self, size: str) -> None:
        with suppress(psutil.NoSuchProcess):  # one that has just ended
            for process in self.postgres.processes():
                limit = await asyncio.create_subprocess_exec(
                    "prlimit",
                    f"--pid={process.pid}",
                    f"--fsize={size}:unlimited",
                    user=process.uids().real,  # whose it is may limit it, root not everywhere
                    group=process.gids().real,
                )
                await limit.wait()

    async def settle(self) -> None:
        """Return when everything is up and all that was told is folded."""
        await self.up(*SERVICES)
        await self.wardbook.settled(seconds=_PATIENCE)


@asynccontextmanager
async def running_world(folder: Path, *, long: bool) -> AsyncIterator[World]:
    """Run a Wardbook of its own, its servers behind wires and PostgreSQL's data on a small disk."""
    async with AsyncExitStack() as stack:
        disk = await stack.enter_async_context(mounted(folder / "disk"))
        to_kafka = Wire(free_ports(), free_ports(2), wire.kafka)
        to_postgres = Wire(free_ports(), free_ports(), wire.postgresql)
        for one in (to_kafka, to_postgres):
            await stack.enter_async_context(one)
        kafka = Kafka(
            folder / "kafka",
            port=to_kafka.target,
            advertised=to_kafka.port,
            log=folder / "kafka.log",
        )
        postgres = Postgres(
            folder / "disk",
            port=to_postgres.target,
            password="of-a-test",
            log=folder / "postgres.log",
        )
        stack.push_async_callback(kafka.stop)
        stack.push_async_callback(postgres.stop)
        servers = [Server(one.start, await one.start()) for one in (kafka, postgres)]
        dsn = urlsplit(postgres.dsn)
        dsn = dsn._replace(netloc=dsn.netloc.replace(str(dsn.port), str(to_postgres.port)))
        await create_topics(kafka.bootstrap)
        wardbook = await stack.enter_async_context(
            running_wardbook(kafka.bootstrap, dsn.geturl(), folder)
        )
        world = World(
            wardbook=wardbook,
            kafka=servers[0],
            postgres=servers[1],
            disk=disk,
            to_kafka=to_kafka,
            to_postgres=to_postgres,
            long=long,
        )
        keepers = [asyncio.create_task(world.keep(name)) for name in SERVICES]
        try:
            yield world
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
