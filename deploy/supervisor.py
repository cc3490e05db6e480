"""Keeps services running as a container's restart policy would, short of a crash loop."""

import asyncio
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import httpx

from deploy.embedded.child import Child
from deploy.embedded.errors import DeployError

_OF_ALL = {"WARDBOOK_LOG_LEVEL", "WARDBOOK_TRACES"}
"""Variables that say to all services the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One process to keep: `python -m module` with these variables, answering HTTP at `url`."""

    name: str
    module: str
    url: str
    environment: Mapping[str, str]
    log: Path

    async def start(self) -> Child:
        """Start its process, which sees no WARDBOOK_ variable but its own and those of all."""
        inherited = {key: value for key, value in os.environ.items() if not _is_ours(key)}
        return await Child.start(
            self.name,
            sys.executable,
            "-m",
            self.module,
            log=self.log,
            environment={**inherited, **self.environment},
        )

    async def is_ready(self, client: httpx.AsyncClient) -> bool:
        """Whether it says that it can do its work."""
        try:
            return (await client.get(f"{self.url}/ready")).is_success
        except httpx.TransportError:
            return False


class Deaths:
    """Counts the ends of one process: three within a minute are too many."""

    LIMIT = 3
    SECONDS = 60.0

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=self.LIMIT)

    def are_too_many(self, now: float) -> bool:
        """Count one more at `now` and say whether that is one too many."""
        self._times.append(now)
        return len(self._times) == self.LIMIT and now - self._times[0] <= self.SECONDS


async def keep_running(service: Service, ready: asyncio.Event, client: httpx.AsyncClient) -> None:
    """Run the service until cancelled; set `ready` when it first is; start it again when it dies.

    Raise DeployError when it ends before it was ready for the first time, or dies too often.
    """
    child = await service.start()
    try:
        await child.until(lambda: service.is_ready(client))
        ready.set()
        deaths = Deaths()
        while True:
            how = await child.ended()
            if deaths.are_too_many(monotonic()):
                raise DeployError(child.account(f"{how}, the third time within a minute"))
            print(f"{how} and is started again; its log is {service.log}", flush=True)
            child = await service.start()
    finally:
        await child.stop()


@asynccontextmanager
async def supervised(services: Sequence[Service], servers: Sequence[Child]) -> AsyncIterator[None]:
    """Keep the services running during the block, which begins when all are ready.

    A service that cannot be kept and a server that ends cancel the block; a group of DeployErrors
    then comes out of it.
    """
    async with httpx.AsyncClient() as client, asyncio.TaskGroup() as group:
        ready = {service.name: asyncio.Event() for service in services}
        tasks = [
            group.create_task(keep_running(each, ready[each.name], client)) for each in services
        ]
        tasks += [group.create_task(_must_not_end(server)) for server in servers]
        for event in ready.values():
            await event.wait()
        yield
        for task in tasks:
            task.cancel()


async def _must_not_end(server: Child) -> None:
    raise DeployError(server.account(await server.ended()))


def _is_ours(variable: str) -> bool:
    return variable.startswith("WARDBOOK_") and variable not in _OF_ALL
