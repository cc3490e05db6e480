"""The outbox: events stored with the change they tell of, until Kafka has acknowledged them.

Then they are history. Beside each stands what no event says: who gave the command, and why.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from shared.database import Connection, Pool
from shared.events.envelope import Event, encode

_APPEND = """
INSERT INTO outbox (key, value, type, actor, reason, traceparent)
SELECT key, value, type, actor, reason, traceparent
  FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[])
       WITH ORDINALITY AS one (key, value, type, actor, reason, traceparent, place)
 ORDER BY place
"""
_OLDEST = "SELECT position, key, value, type, traceparent FROM outbox ORDER BY position LIMIT $1"
_ARCHIVE = """
WITH published AS (
    DELETE FROM outbox WHERE position = ANY($1::bigint[])
    RETURNING key, position, value, actor, reason
), marked AS (
    INSERT INTO log_marks AS mark (partition, next_offset)
    SELECT * FROM unnest($2::integer[], $3::bigint[]) ORDER BY 1
        ON CONFLICT (partition) DO UPDATE SET next_offset = greatest(mark.next_offset,
                                                                     excluded.next_offset)
)
INSERT INTO history (subject, position, value, actor, reason)
SELECT convert_from(key, 'UTF8')::uuid, position, value, actor, reason FROM published
"""
# The outbox has no index by key, which each command would pay for: it is looked through only where
# the history lacks a step, that is for the moment until Kafka has acknowledged it.
_STEPS = """
SELECT value, actor, reason FROM (
    SELECT position, value, actor, reason FROM history WHERE subject = $1
     UNION ALL
    SELECT position, value, actor, reason FROM outbox
     WHERE (SELECT count(*) FROM history WHERE subject = $1) < $2
       AND key = convert_to($1::text, 'UTF8')
) AS step
 ORDER BY position
"""
_BACKLOG = """
SELECT count(*) AS waiting,
       coalesce(extract(epoch FROM clock_timestamp() - min(appended_at)), 0)::float8 AS age
  FROM outbox
"""


class Step(NamedTuple):
    """An event, and what is kept beside it: who gave the command, where that is known, and why.

    `traceparent` is of the command's span, where traces are kept.
    """

    event: Event
    actor: str | None = None
    reason: str | None = None
    traceparent: str | None = None


async def append(conn: Connection, steps: Sequence[Step]) -> None:
    """Store the events of `steps`, in their order, inside the caller's transaction.

    They are published if, and only if, that commits.
    """
    rows = [
        (str(event.subject).encode(), encode(event), event.type, actor, reason, traceparent)
        for event, actor, reason, traceparent in steps
    ]
    await conn.execute(_APPEND, *zip(*rows, strict=True))


async def oldest(conn: Connection, count: int) -> Sequence[asyncpg.Record]:
    """Return the first `count` rows: position, key, value, type, traceparent.

    Always from the first row there is, never from where one stopped: a lower position may be
    committed after a higher one.
    """
    return await conn.fetch(_OLDEST, count)


async def archive(
    conn: Connection, rows: Sequence[asyncpg.Record], until: Mapping[int, int]
) -> None:
    """Make history of these rows, and of no other: at each moment they stand in one place.

    `until` are the offsets behind the last of them, by partition of the topic: marks move there.
    """
    positions = [row["position"] for row in rows]
    await conn.execute(_ARCHIVE, positions, list(until), list(until.values()))


async def steps_of(conn: Connection, subject: UUID, sequence: int) -> Sequence[asyncpg.Record]:
    """Return the steps of a subject in order, published or not: value, actor, reason.

    `sequence` is how many there are. Those before the first history was kept are missing.
    """
    return await conn.fetch(_STEPS, subject, sequence)


async def backlog(db: Connection | Pool) -> tuple[int, float]:
    """Return how many events wait and the age of the oldest in seconds (0 where none waits)."""
    row = await db.fetchrow(_BACKLOG)
    assert row is not None
    return row["waiting"], row["age"]
