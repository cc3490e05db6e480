"""How many commands a second one department service accepts, and how soon it answers them.

`python -m deploy.bench.commands [--rate N] [--seconds N] [--concurrency N]`
"""

import argparse
import asyncio
import itertools
import secrets
import statistics
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import uvloop

from deploy.bench.registry import registry, servers
from deploy.data_folder import SOFTWARE

_BODY = b'{"unit":"10525","procedure":"registry.birth","channel":"online","applicant":"Hoa"}'
_HEAD = (
    "POST /cases HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
    f"content-length: {len(_BODY)}\r\nauthorization: Bearer "
).encode()
_TICK_SECONDS = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What became of a load; latencies in milliseconds.

    With a rate they count from the moment a command was due, so that waiting for a slow service is
    part of them.
    """

    seconds: float
    accepted: int
    errors: int
    p50: float
    p95: float
    p99: float
    longest: float

    @property
    def per_second(self) -> float:
        """Return the accepted commands a second."""
        return self.accepted / self.seconds


@dataclass(slots=True)
class _Load:
    """The commands of one run: which are due, which connections are free, what was answered."""

    token: str
    name: str = field(default_factory=lambda: secrets.token_hex(4))
    keys: Iterator[int] = field(default_factory=itertools.count)
    due: deque[float] = field(default_factory=deque)
    free: list["_Connection"] = field(default_factory=list)
    paced: bool = False
    over: bool = False
    latencies: list[float] = field(default_factory=list)
    errors: int = 0


class _Connection(asyncio.Protocol):
    """One connection that is kept alive; it sends the next command when one is answered."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._due = 0.0
        self._got = b""
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set_result(exc)

    def send(self, due: float) -> None:
        self._due = due
        key = f"{self._load.name}-{next(self._load.keys)}\r\n\r\n"
        more = f"{self._load.token}\r\nidempotency-key: {key}"
        self._transport.write(b"".join((_HEAD, more.encode(), _BODY)))

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        load, self._got = self._load, b""
        now = time.perf_counter()
        if head.startswith(b"HTTP/1.1 201"):
            load.latencies.append(now - self._due)
        else:
            load.errors += 1
        if load.over:
            self._transport.close()
        elif not load.paced:
            self.send(now)
        elif load.due:
            self.send(load.due.popleft())
        else:
            load.free.append(self)


async def measure(
    url: str, token: str, *, rate: float | None, seconds: float, concurrency: int
) -> Measured:
    """Send new cases to a registry, `rate` a second, or as fast as it answers without one."""
    load = _Load(token=token, paced=rate is not None)
    address = urlsplit(url)
    loop = asyncio.get_running_loop()
    connections = []
    for _ in range(concurrency):
        _, connection = await loop.create_connection(
            lambda: _Connection(load), str(address.hostname), address.port or 80
        )
        connections.append(connection)
    began = time.perf_counter()
    if rate is None:
        for connection in connections:
            connection.send(began)
        await asyncio.sleep(seconds)
    else:
        load.free.extend(connections)
        await _pace(load, rate, seconds, began)
    load.over = True
    took = time.perf_counter() - began
    accepted = len(load.latencies)
    for connection in load.free:
        connection.send(time.perf_counter())
    await asyncio.gather(*(connection.closed for connection in connections))
    return _measured(load, took, accepted)


async def _pace(load: _Load, rate: float, seconds: float, began: float) -> None:
    """Let commands fall due evenly; what no connection is free for waits its turn."""
    made = 0
    while (passed := time.perf_counter() - began) < seconds:
        while made < passed * rate:
            load.due.append(began + made / rate)
            made += 1
        while load.due and load.free:
            load.free.pop().send(load.due.popleft())
        await asyncio.sleep(_TICK_SECONDS)


def _measured(load: _Load, seconds: float, accepted: int) -> Measured:
    milliseconds = [1000 * latency for latency in load.latencies]
    of_hundred = statistics.quantiles(milliseconds, n=100)
    return Measured(
        seconds=seconds,
        accepted=accepted,
        errors=load.errors,
        p50=of_hundred[49],
        p95=of_hundred[94],
        p99=of_hundred[98],
        longest=max(milliseconds),
    )


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0])


async def main(rate: float | None, seconds: float, concurrency: int, runs: int) -> None:
    """Measure a registry of its own, a few times over, and print what came out."""
    async with servers() as bench, registry(bench) as url:
        token = bench.access.token(SOFTWARE)

        def load(seconds: float) -> Measured:
            # uvloop halves what the load costs, but cannot start the servers as another user.
            return uvloop.run(
                measure(url, token, rate=rate, seconds=seconds, concurrency=concurrency)
            )

        await asyncio.to_thread(load, 2)
        for _ in range(runs):
            before = bench.cpu_seconds()
            told = await asyncio.to_thread(load, seconds)
            print(_line(told, before, bench.cpu_seconds()), flush=True)


def _line(told: Measured, before: Mapping[str, float], after: Mapping[str, float]) -> str:
    used = ", ".join(
        f"{name} {1000 * (after[name] - before[name]) / told.accepted:.3f}" for name in after
    )
    return (
        f"{told.per_second:.0f} accepted/s, {told.errors} errors; ms: p50 {told.p50:.1f}, "
        f"p95 {told.p95:.1f}, p99 {told.p99:.1f}, longest {told.longest:.0f}; "
        f"CPU s per 1000 commands: {used}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m deploy.bench.commands", description=__doc__)
    parser.add_argument("--rate", type=float, help="commands a second; as fast as answered")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    asyncio.run(main(asked.rate, asked.seconds, asked.concurrency, asked.runs))
