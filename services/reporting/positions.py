"""Positions: how far each partition is folded. The only module that writes `next_offset`."""

import json
from collections.abc import Hashable, Iterable, Mapping

import asyncpg
from aiokafka import TopicPartition

from shared.database import AWAY, Connection, Pool

_SEED = """
INSERT INTO positions (topic, partition, next_offset) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
_ALL = "SELECT topic, partition, next_offset FROM positions"
# Each time that a row is written it has another place, or another transaction wrote it.
_MARKED = """
SELECT topic, partition, next_offset, concat_ws(' ', current_schema(), xmin, ctid) AS mark
  FROM positions
"""
_TOUCH = "UPDATE positions SET next_offset = next_offset WHERE partition = ANY($1::integer[])"
_LOCK = """
SELECT topic, partition, next_offset FROM positions
 WHERE partition = ANY($1::integer[])
 ORDER BY topic, partition FOR UPDATE
"""
_ADVANCE = """
UPDATE positions SET next_offset = moved.until
  FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[])
       AS moved (topic, partition, since, until)
 WHERE positions.topic = moved.topic AND positions.partition = moved.partition
   AND positions.next_offset = moved.since
"""

_END_FROZEN = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
   AND xact_start IS NOT NULL AND wait_event = 'ClientRead'
   AND query_start < clock_timestamp() - make_interval(secs => $1)
"""

DATABASE_AWAY = (
    *AWAY,  # a lock, too, that another worker holds on the positions while it stands still
    asyncpg.UniqueViolationError,  # another worker wrote the same step: it is a duplicate next time
)
"""What waiting heals. Anything else a statement fails with would fail for ever: the fold stops."""

BEYOND = (1 << 63) - 1
"""Behind every offset."""

type Positions = Mapping[TopicPartition, int]


class PositionMoved(Exception):
    """Somebody else moved a position that this transaction holds locked."""


async def seed(pool: Pool, beginnings: Positions) -> None:
    """Start partitions that have no position yet at the given offsets."""
    rows = [(tp.topic, tp.partition, offset) for tp, offset in beginnings.items()]
    await pool.executemany(_SEED, rows)


async def read(source: Pool | Connection) -> dict[TopicPartition, int]:
    """Return the position of every partition, as committed."""
    return _read(await source.fetch(_ALL))


async def read_marked(conn: Connection) -> tuple[dict[TopicPartition, int], Hashable]:
    """Return the same, and a mark that is another one whenever something was folded since."""
    rows = await conn.fetch(_MARKED)
    return _read(rows), frozenset(row["mark"] for row in rows)


async def lock(conn: Connection, partitions: Iterable[int]) -> dict[TopicPartition, int]:
    """Return the positions of these partitions of every topic, locked until the transaction ends.

    Of every topic, because a subject always hashes to the same partition: whoever folds one of its
    records folds all of them, on whichever topic they stand.
    """
    return _read(await conn.fetch(_LOCK, list(partitions)))


async def touch(conn: Connection, partitions: Iterable[int]) -> None:
    """Tell, by their mark, that something was folded of what lies below these positions."""
    await conn.execute(_TOUCH, list(partitions))


async def end_frozen(pool: Pool, seconds: float = 15) -> None:
    """End sessions that have waited so long for their client, inside of a transaction.

    A worker that stands still in the middle of a COPY holds its positions for ever: no time limit
    of PostgreSQL's ends a session that waits for the rows of a COPY.
    """
    await pool.execute(_END_FROZEN, float(seconds))


async def advance(conn: Connection, since: Positions, until: Positions) -> None:
    """Move positions from `since` to `until`, each only if it still stands at `since`.

    Raises PositionMoved, which undoes the transaction, where one does not.
    """
    moved = list(until)
    status = await conn.execute(
        _ADVANCE,
        [tp.topic for tp in moved],
        [tp.partition for tp in moved],
        [since[tp] for tp in moved],
        [until[tp] for tp in moved],
    )
    if status != f"UPDATE {len(moved)}":
        message = f"{status} where {len(moved)} positions were to move"
        raise PositionMoved(message)


def _read(rows: Iterable[asyncpg.Record]) -> dict[TopicPartition, int]:
    return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}


def to_json(positions: Positions) -> str:
    """Return positions as JSON: the next offset by topic and partition."""
    by_topic: dict[str, dict[str, int]] = {}
    for tp, offset in sorted(positions.items()):
        by_topic.setdefault(tp.topic, {})[str(tp.partition)] = offset
    return json.dumps(by_topic, separators=(",", ":"))


def from_json(text: str) -> Positions:
    """Return the positions that were written by `to_json`."""
    by_topic: Mapping[str, Mapping[str, int]] = json.loads(text)
    return {
        TopicPartition(topic, int(partition)): offset
        for topic, offsets in by_topic.items()
        for partition, offset in offsets.items()
    }
