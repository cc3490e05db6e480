"""How fast the relay of one department service empties its outbox, and what it keeps up with.

`python -m deploy.bench.outbox [--events N] [--rate N] [--seconds N]`
"""

import argparse
import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from deploy.bench.registry import Bench, registry, servers
from services.registry.model import REGISTRY
from shared.casework.commands import ReceiveCase
from shared.casework.model import receive
from shared.database import create_pool, migrate
from shared.department import MIGRATIONS
from shared.events.cases import Channel
from shared.events.envelope import encode
from shared.recorded import Recorded

_COLUMNS = ("key", "value", "type")
_FIRST = "SELECT position FROM outbox ORDER BY position LIMIT 1"
_POLL_SECONDS = 0.05
_APPENDS_A_SECOND = 50

type Row = tuple[bytes, bytes, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """How many events went to Kafka in how many seconds."""

    events: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Return the events a second."""
        return self.events / self.seconds


def rows(count: int) -> Iterator[Row]:
    """Return receipts of so many cases as the outbox holds them."""
    nobody = UUID(int=0)
    command = ReceiveCase(unit="10525", procedure="registry.birth", channel=Channel.ONLINE)
    moment = Recorded(at=datetime.combine(date(2026, 3, 2), datetime.min.time(), UTC))
    event = receive(REGISTRY, nobody, command, moment)
    pattern, subject = encode(event), str(nobody).encode()
    for _ in range(count):
        key = str(uuid7()).encode()
        yield key, pattern.replace(subject, key), event.type


async def fill(db: asyncpg.Connection, events: int) -> None:
    """Append events in one transaction."""
    await db.copy_records_to_table("outbox", records=rows(events), columns=_COLUMNS)


async def drain(db: asyncpg.Connection, events: int) -> Drained:
    """Wait until the relay has emptied an outbox of `events`; the clock starts with its first."""
    first = before = await db.fetchval(_FIRST)
    while before == first:
        began = time.perf_counter()
        await asyncio.sleep(_POLL_SECONDS)
        before = await db.fetchval(_FIRST)
    gone = before - first if before is not None else 0
    while before is not None:
        await asyncio.sleep(_POLL_SECONDS)
        before = await db.fetchval(_FIRST)
    return Drained(events=events - gone, seconds=time.perf_counter() - began)


async def append(db: asyncpg.Connection, rate: int, seconds: float) -> list[int]:
    """Append `rate` events a second, evenly; return how many waited after each second."""
    each = rate // _APPENDS_A_SECOND
    backlog = []
    began = time.perf_counter()
    for number in range(int(seconds * _APPENDS_A_SECOND)):
        await asyncio.sleep(began + number / _APPENDS_A_SECOND - time.perf_counter())
        await fill(db, each)
        if (number + 1) % _APPENDS_A_SECOND == 0:
            backlog.append(await db.fetchval("SELECT count(*) FROM outbox"))
    return backlog


async def main(events: int, rate: int, seconds: float, runs: int) -> None:
    """Measure a registry of its own and print what came out."""
    async with servers() as bench:
        pool = await create_pool(bench.database, 2)
        await migrate(pool, [MIGRATIONS])
        await pool.close()
        db = await asyncpg.connect(bench.database)
        for _ in range(runs):
            await fill(db, events)
            async with registry(bench):
                before = bench.cpu_seconds()
                drained = await drain(db, events)
                _say(bench, before, drained)
        async with registry(bench):
            print(f"{rate} appended/s; backlog each second: {await append(db, rate, seconds)}")
        await db.close()


def _say(bench: Bench, before: Mapping[str, float], drained: Drained) -> None:
    after = bench.cpu_seconds()
    used = ", ".join(
        f"{name} {1000 * (after[name] - before[name]) / drained.events:.3f}" for name in after
    )
    print(f"{drained.per_second:.0f} events/s drained; CPU s per 1000 events: {used}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m deploy.bench.outbox", description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--rate", type=int, default=15_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    asyncio.run(main(asked.events, asked.rate, asked.seconds, asked.runs))
