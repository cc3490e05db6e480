"""A wire that tests can cut: a TCP proxy that follows what clients ask, message by message.

It knows how PostgreSQL, Kafka and HTTP clients frame what they send, and none of their meaning
beyond what names a message: who sent it, and of which kind it is.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Self

from deploy.embedded.ports import HOST

_STARTUP = 3
"""Major version of PostgreSQL's protocol: what a startup message begins with."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a client sent: on which connection, under which name, of which kind."""

    line: int
    who: str
    kind: str
    raw: bytes


type Follow = Callable[[int, asyncio.StreamReader], AsyncIterator[Message]]


@dataclass(slots=True, kw_only=True)
class Trap:
    """Waits for one message, and then does something to whoever sent it.

    The message has not gone through yet, or with `answered` it has, and its answer is withheld.
    With `cuts` the connection ends there.
    """

    wanted: Callable[[Message], bool]
    spring: Callable[[], object] = field(default=lambda: None)
    answered: bool = False
    cuts: bool = True
    sprung: asyncio.Event = field(default_factory=asyncio.Event)

    def go_off(self) -> bool:
        """Do it, and say whether the connection ends."""
        self.spring()
        self.sprung.set()
        return self.cuts


class Wire:
    """Listens on `port` and passes everything on to `target`, but for what its trap catches."""

    def __init__(self, port: int, target: int, follow: Follow) -> None:
        self.port = port
        self.trap: Trap | None = None
        self.target = target
        self._follow = follow
        self._lines = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines += 1
        task = asyncio.create_task(self._join(self._lines, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: writer.close())

    async def _join(
        self, line: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        withheld: list[Trap] = []
        ways = [
            asyncio.create_task(self._ask(self._follow(line, reader), server_writer, withheld)),
            asyncio.create_task(self._answer(server_reader, writer, withheld)),
        ]
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            cut = any(way.result() for way in done)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            server_writer.close()
        if cut:
            writer.transport.abort()

    async def _ask(
        self, messages: AsyncIterator[Message], server: asyncio.StreamWriter, withheld: list[Trap]
    ) -> bool:
        """Pass on what the client says; say whether a trap cut it short."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            async for message in messages:
                if self.trap and self.trap.wanted(message):
                    trap, self.trap = self.trap, None
                    if trap.answered:
                        withheld.append(trap)
                    elif trap.go_off():
                        return True
                server.write(message.raw)
                await server.drain()
        return False

    async def _answer(
        self, server: asyncio.StreamReader, client: asyncio.StreamWriter, withheld: list[Trap]
    ) -> bool:
        with contextlib.suppress(OSError):
            while data := await server.read(65_536):
                if withheld and withheld.pop().go_off():
                    return True
                client.write(data)
                await client.drain()
        return False


async def postgresql(line: int, reader: asyncio.StreamReader) -> AsyncIterator[Message]:
    """Follow a client of PostgreSQL: `who` is its application name, `kind` the message's type."""
    who = ""
    while not who:
        head = await reader.readexactly(4)
        body = await reader.readexactly(int.from_bytes(head) - 4)
        if int.from_bytes(body[:2]) == _STARTUP:
            said = body[4:].decode().split("\0")
            who = dict(zip(said[::2], said[1::2], strict=False)).get("application_name", "?")
        yield Message(line, who, "", head + body)
    while True:
        head = await reader.readexactly(5)
        body = await reader.readexactly(int.from_bytes(head[1:]) - 4)
        yield Message(line, who, chr(head[0]), head + body)


async def kafka(line: int, reader: asyncio.StreamReader) -> AsyncIterator[Message]:
    """Follow a client of Kafka: `who` is its client id, `kind` the number of the request's kind."""
    while True:
        head = await reader.readexactly(4)
        body = await reader.readexactly(int.from_bytes(head))
        who = body[10 : 10 + max(0, int.from_bytes(body[8:10], signed=True))].decode()
        yield Message(line, who, str(int.from_bytes(body[:2])), head + body)


async def anything(line: int, reader: asyncio.StreamReader) -> AsyncIterator[Message]:
    """Follow any client, in the pieces that arrive."""
    while data := await reader.read(65_536):
        yield Message(line, "", "", data)


PRODUCE = "0"
"""The kind of Kafka's requests that carry records."""


class Steps:
    """Counts the steps of one client's transactions in PostgreSQL, whatever its statements say.

    A step is a message on which the server acts: a query, an execution, a piece of a COPY and its
    end. The first one begins the transaction, the last one ends it.
    """

    def __init__(self, who: str, nth: int = 0) -> None:
        """Want the message that is the `nth` step of a transaction of `who`; 0 wants none."""
        self.lengths: Counter[int] = Counter()
        self._who = who
        self._nth = nth
        self._taken: Counter[int] = Counter()

    def wanted(self, message: Message) -> bool:
        """Say whether a message is the one."""
        if message.who != self._who or message.kind not in {"Q", "E", "d", "c"}:
            return False
        query = message.raw[5:] if message.kind == "Q" else b""
        if query.startswith(b"BEGIN"):
            self._taken[message.line] = 0
        elif message.line not in self._taken:
            return False
        self._taken[message.line] += 1
        taken = self._taken[message.line]
        if query.startswith((b"COMMIT", b"ROLLBACK")):
            self.lengths[taken] += 1
            del self._taken[message.line]
        return taken == self._nth
