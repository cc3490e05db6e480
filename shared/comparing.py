"""A department's topic and its database, held against each other step by step; it changes nothing.

A service may go on meanwhile: its history is looked at as it was before the ends of the topic were,
and what is read from the topic was committed before.
"""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import asyncpg

from shared.database import Connection
from shared.log import Log, open_log
from shared.lost_steps import LostStep, lost_steps
from shared.own_log import OwnLog
from shared.settings import Settings
from shared.topics import topic_of

_BEGIN = "CREATE TEMP TABLE on_log (digest bytea PRIMARY KEY)"
_LOOK = "SELECT count(*) FROM history"
_TELL = "INSERT INTO on_log SELECT unnest($1::bytea[]) ON CONFLICT DO NOTHING"
_NOT_ON_LOG = """
SELECT convert_from(value, 'UTF8') AS value FROM history
 WHERE NOT EXISTS (SELECT FROM on_log WHERE digest = sha256(history.value))
 ORDER BY position
"""


class NoTopic(Exception):
    """There is no topic to compare with; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Tells first what the database lacks, then what the topic does.

    `then` is a session that sees the history as it was at the beginning, `now` one that sees what
    is committed.
    """

    own: OwnLog
    topics: Log
    then: Connection
    now: Connection

    async def lost(self) -> AsyncIterator[LostStep]:
        """Read the topic from its beginning; yield each step once that is not in the database."""
        told: set[str] = set()
        partitions = self.own.partitions
        since, until = await self.topics.begins(partitions), await self.topics.ends(partitions)
        async for records in self.topics.read(since, until):
            digests = [sha256(one.value).digest() for one in records if one.value]
            await self.then.execute(_TELL, digests)
            async for step in lost_steps(self.now, records):
                if step.event.id not in told:
                    told.add(step.event.id)
                    yield step

    async def not_on_log(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the events of the history that were not on the topic, once it is read."""
        async for row in self.then.cursor(_NOT_ON_LOG):
            yield json.loads(row["value"])


@asynccontextmanager
async def open_comparison(settings: Settings, department: str) -> AsyncIterator[Comparison]:
    """Give the comparison of a department, from its settings. Raises NoTopic."""
    own = OwnLog(settings, department, topic_of(department))
    async with AsyncExitStack() as stack:
        sessions = []
        for _ in range(2):
            sessions.append(await asyncpg.connect(settings.database.get_secret_value()))
            stack.push_async_callback(sessions[-1].close)
        then, now = sessions
        await then.execute(_BEGIN)
        await stack.enter_async_context(then.transaction(isolation="repeatable_read"))
        await then.fetchval(_LOOK)
        topics = await stack.enter_async_context(open_log(settings, "compare"))
        if own.topic not in await topics.topics():
            raise NoTopic(f"{own.topic} is missing: wardbook topics --create, then republish")
        yield Comparison(own, topics, then, now)
