"""The desk takes commands: reads their headers, groups those that wait, commits, wakes the relay.

What a group does in its transaction stands in shared.commands.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import cast

import asyncpg
from fastapi import Request, Response

from shared.access import asking
from shared.clock import Clock, noon_of, ward_day
from shared.commands import Call, Command, Outcome, Overtaken, write
from shared.database import Pool
from shared.metrics import COMMAND_SECONDS, COMMANDS
from shared.people import Role
from shared.recorded import Recorded
from shared.refusal import Refused
from shared.tracing import CURRENT

_LONGEST_KEY = 200
_LARGEST_GROUP = 500
_GROUPS_AT_ONCE = 2
"""While one commits, the next is written; one that waits for a foreign lock does not stop all."""


_counter = cache(COMMANDS.labels)
_seconds = cache(COMMAND_SECONDS.labels)


@dataclass(frozen=True, slots=True)
class _Waiting:
    command: Command
    outcome: asyncio.Future[Outcome] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def ends(self, outcome: Outcome) -> None:
        """Tell whoever waits, unless nobody does any more."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)


def told(answer: str, status: int = 200) -> Response:
    """Return a command's answer as a response: its letters are JSON already."""
    return Response(answer, status, media_type="application/json")


class Desk:
    """Takes commands: the one place where their transactions begin and end.

    Those that wait at the same moment are committed as one group, so that a transaction's cost is
    shared by as many as there are: a lone command is a group of one and waits for nobody.
    """

    def __init__(self, pool: Pool, clock: Clock, wake: Callable[[], None]) -> None:
        """Take commands into the database of `pool`; `wake` is called after each commit."""
        self._pool = pool
        self._clock = clock
        self._wake = wake
        self._waiting: list[_Waiting] = []
        self._claimed: set[object] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        # Groups hold the commands of many: their work belongs to the trace of none of them.
        self._context = copy_context()

    @property
    def today(self) -> date:
        """The ward's calendar day, for questions that name none."""
        return ward_day(self._clock())

    def moment(self, stated: date | None) -> Recorded:
        """Return the present moment, or the one that a migration states; the right was checked."""
        now = self._clock()
        if stated is None:
            return Recorded(at=now)
        return Recorded(at=min(noon_of(stated), now), migrated=True)

    def stated_day(self, request: Request) -> date | None:
        """Return the recording day that a request states. Refuses one without the right."""
        headers = dict(request.scope["headers"])
        stated = _text(headers, b"recorded-on")
        if stated is None:
            return None
        if Role.MIGRATOR not in asking(request).roles:
            raise Refused("migration_right", "Recorded-On", status=403)
        try:
            day = date.fromisoformat(stated)
        except ValueError:
            raise Refused("date_parsing", "Recorded-On") from None
        if day > self.today:
            raise Refused("in_the_future", "Recorded-On", today=self.today)
        return day

    async def call(self, name: str, request: Request) -> Call:
        """Read a request's headers and body into a Call.

        Refuses a recording day without the right.
        """
        headers = dict(request.scope["headers"])
        key = _text(headers, b"idempotency-key")
        if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
            raise Refused("key_too_long", "Idempotency-Key", status=400)
        stated = _text(headers, b"recorded-on")
        asked = request.scope["path"]
        if request.scope["query_string"]:
            asked += "?" + request.scope["query_string"].decode("latin-1")
        said = f"{request.method} {asked} {stated}\n".encode() + await request.body()
        person = asking(request)
        return Call(
            name=name,
            key=key,
            fingerprint=hashlib.sha256(said).digest(),
            recorded=self.moment(self.stated_day(request)),
            actor=person.name,
            office=person.unit,
            traceparent=CURRENT.get(),
        )

    async def run(self, command: Command) -> str:
        """Return the command's answer once it is committed, or the first one of a repeated key.

        Two commands under one key or on one subject run one after the other, in this process in
        the order in which they came. A refusal is raised; it has changed nothing.
        """
        began = time.perf_counter()
        waiting = _Waiting(command)
        self._waiting.append(waiting)
        if len(self._tasks) < _GROUPS_AT_ONCE:
            self._tasks.add(asyncio.create_task(self._work(), name="desk", context=self._context))
        outcome = await waiting.outcome
        _counter(command.call.name, outcome.said).inc()
        _seconds(command.call.name).observe(time.perf_counter() - began)
        if outcome.failure is not None:
            raise outcome.failure
        return outcome.answer

    async def _work(self) -> None:
        """Commit group after group until nothing waits but for what another task has claimed."""
        while group := self._next_group():
            claims = set[object]().union(*(one.command.claims for one in group))
            self._claimed |= claims
            await self._commit(group)
            self._claimed -= claims
        # At once, not when the loop comes to it: a command that comes in between needs a new task.
        self._tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    def _next_group(self) -> list[_Waiting]:
        """Take those that wait, but for each key and each subject only the first."""
        group: list[_Waiting] = []
        left: list[_Waiting] = []
        claimed = set(self._claimed)
        for waiting in self._waiting:
            claims = waiting.command.claims
            free = len(group) < _LARGEST_GROUP and claimed.isdisjoint(claims)
            (group if free else left).append(waiting)
            claimed |= claims
        self._waiting = left
        return group

    async def _commit(self, group: Sequence[_Waiting]) -> None:
        """Commit a group and tell each of its commands what became of it.

        Where the database refuses a group of several, each is tried by itself, so that one cannot
        harm the others. Not where the commit itself failed: that may have happened.
        """
        outcomes: Sequence[Outcome] | None = None
        try:
            while outcomes is None:
                try:
                    async with self._pool.acquire() as conn, conn.transaction():
                        outcomes = await write(conn, [one.command for one in group])
                except Overtaken:
                    continue
        except Exception as failure:  # noqa: BLE001 - raised to those who wait
            if len(group) > 1 and outcomes is None and isinstance(failure, asyncpg.PostgresError):
                await asyncio.gather(*(self._commit([one]) for one in group))
                return
            outcomes = [Outcome("failed", failure=failure)] * len(group)
        if any(outcome.said == "accepted" for outcome in outcomes):
            self._wake()
        for waiting, outcome in zip(group, outcomes, strict=True):
            waiting.ends(outcome)


def _text(headers: Mapping[bytes, bytes], name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")
