"""Positions: how far each partition is folded. The only module that writes `next_offset`."""

from collections.abc import Collection, Mapping

from aiokafka import TopicPartition

from services.reporting.projections.tallies import NAME, VERSION
from shared.database import Connection, Pool

PROJECTION = f"{NAME}.{VERSION}"

_SEED = """
INSERT INTO positions (projection, topic, partition, next_offset) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
"""
_ALL = "SELECT topic, partition, next_offset FROM positions WHERE projection = $1"
_LOCK = """
SELECT topic, partition, next_offset FROM positions
 WHERE projection = $1
   AND (topic, partition) IN (SELECT * FROM unnest($2::text[], $3::integer[]))
 ORDER BY topic, partition FOR UPDATE
"""
_ADVANCE = """
UPDATE positions SET next_offset = moved.until
  FROM unnest($2::text[], $3::integer[], $4::bigint[], $5::bigint[])
       AS moved (topic, partition, since, until)
 WHERE positions.projection = $1
   AND positions.topic = moved.topic AND positions.partition = moved.partition
   AND positions.next_offset = moved.since
"""

type Positions = Mapping[TopicPartition, int]


class PositionMoved(Exception):
    """Somebody else moved a position that this transaction holds locked."""


async def seed(pool: Pool, beginnings: Positions) -> None:
    """Start partitions that have no position yet at the given offsets."""
    rows = [(PROJECTION, tp.topic, tp.partition, offset) for tp, offset in beginnings.items()]
    await pool.executemany(_SEED, rows)


async def read(source: Pool | Connection) -> dict[TopicPartition, int]:
    """Return the position of every partition, as committed."""
    rows = await source.fetch(_ALL, PROJECTION)
    return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def lock(
    conn: Connection, partitions: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    """Return the positions of `partitions`, locked until the transaction ends."""
    topics = [tp.topic for tp in partitions]
    numbers = [tp.partition for tp in partitions]
    rows = await conn.fetch(_LOCK, PROJECTION, topics, numbers)
    return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def advance(conn: Connection, since: Positions, until: Positions) -> None:
    """Move positions from `since` to `until`, each only if it still stands at `since`.

    Raises PositionMoved, which undoes the transaction, where one does not.
    """
    moved = list(until)
    status = await conn.execute(
        _ADVANCE,
        PROJECTION,
        [tp.topic for tp in moved],
        [tp.partition for tp in moved],
        [since[tp] for tp in moved],
        [until[tp] for tp in moved],
    )
    if status != f"UPDATE {len(moved)}":
        message = f"{status} where {len(moved)} positions were to move"
        raise PositionMoved(message)
