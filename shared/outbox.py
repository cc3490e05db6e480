"""The outbox: events stored with the change they tell of, until Kafka has acknowledged them."""

from collections.abc import Sequence

import asyncpg

from shared.database import Connection, Pool
from shared.events.envelope import Event, encode

_APPEND = """
INSERT INTO outbox (key, value, type)
SELECT key, value, type
  FROM unnest($1::bytea[], $2::bytea[], $3::text[]) WITH ORDINALITY AS one (key, value, type, place)
 ORDER BY place
"""
_OLDEST = "SELECT position, key, value, type FROM outbox ORDER BY position LIMIT $1"
_DELETE = "DELETE FROM outbox WHERE position = ANY($1::bigint[])"
_BACKLOG = """
SELECT count(*) AS waiting,
       coalesce(extract(epoch FROM clock_timestamp() - min(appended_at)), 0)::float8 AS age
  FROM outbox
"""


async def append(conn: Connection, events: Sequence[Event]) -> None:
    """Store `events`, in their order, inside the caller's transaction.

    They are published if, and only if, that commits.
    """
    keys = [str(event.subject).encode() for event in events]
    await conn.execute(_APPEND, keys, list(map(encode, events)), [event.type for event in events])


async def oldest(conn: Connection, count: int) -> Sequence[asyncpg.Record]:
    """Return the first `count` rows: position, key, value, type.

    Always from the first row there is, never from where one stopped: a lower position may be
    committed after a higher one.
    """
    return await conn.fetch(_OLDEST, count)


async def delete(conn: Connection, rows: Sequence[asyncpg.Record]) -> None:
    """Delete these rows, and no other."""
    await conn.execute(_DELETE, [row["position"] for row in rows])


async def backlog(db: Connection | Pool) -> tuple[int, float]:
    """Return how many events wait and the age of the oldest in seconds (0 where none waits)."""
    row = await db.fetchrow(_BACKLOG)
    assert row is not None
    return row["waiting"], row["age"]
