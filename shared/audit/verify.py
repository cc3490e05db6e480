"""Verifies a trail: its chain, and that it and the rows that it speaks of tell the same acts.

All is read in one snapshot, a part at a time, and computed here; services go on meanwhile.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

import asyncpg

from shared.audit.chain import Head, Row, Walk
from shared.audit.sources import Source, sealed
from shared.database import Connection

_AT_ONCE = 2_000
_MOST = 1_000
"""Faults that are told one by one; further ones are counted."""

_WALK = """
SELECT number, at, actor, act, subject, unit, told, source, place, digest, reason, hash
  FROM audit ORDER BY number
"""
_IS_THERE = "SELECT to_regclass($1) IS NOT NULL"
_TABLE_GONE = """
SELECT number, subject AS whose, place AS which, false AS is_there
  FROM audit WHERE source = $1 ORDER BY place, subject, number
"""
_BOTH = """
SELECT trail.number, trail.digest, trail.seal, own.*,
       coalesce(own.subject, trail.subject) AS whose, coalesce(own.place, trail.place) AS which,
       own.place IS NOT NULL AS is_there
  FROM (SELECT number, subject, place, digest, reason AS seal FROM audit WHERE source = $1) AS trail
  FULL JOIN ({rows}) AS own ON (own.subject, own.place) = (trail.subject, trail.place)
 ORDER BY coalesce(own.place, trail.place), coalesce(own.subject, trail.subject), trail.number
"""
_WAITING = "SELECT count(*) FROM outbox"

type Progress = Callable[[int], object]
"""Told of so many rows more that were looked at."""


@dataclass(slots=True)
class Verified:
    """What came of it: the head, and what is wrong, `faults` in all, the first ones told.

    `emptied` are the reasons that retention has emptied, `waiting` the events in no trail yet
    because Kafka has not acknowledged them.
    """

    head: Head
    waiting: int = 0
    emptied: int = 0
    faults: int = 0
    told: list[str] = field(default_factory=list)

    def add(self, faults: Iterator[str]) -> None:
        """Count faults, and keep those that are told."""
        for fault in faults:
            self.faults += 1
            if len(self.told) < _MOST:
                self.told.append(fault)


async def verify(
    conn: Connection,
    sources: Sequence[Source],
    since: Collection[Head] = (),
    progress: Progress = lambda _: None,
) -> Verified:
    """Verify the trail of a database, which must have in it the heads `since`."""
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        verified = await _chain(conn, {one.table for one in sources}, since, progress)
        for source in sources:
            await _source(conn, source, verified, progress)
        if await conn.fetchval(_IS_THERE, "outbox"):
            verified.waiting = await conn.fetchval(_WAITING)
    return verified


async def _chain(
    conn: Connection, tables: Collection[str], since: Collection[Head], progress: Progress
) -> Verified:
    walk = Walk(since)
    verified = Verified(walk.head)
    async for found in conn.cursor(_WALK, prefetch=_AT_ONCE):
        row = Row(**found)
        verified.add(walk.faults(row))
        if row.source is not None and row.source not in tables:
            verified.add(
                iter([f"row {row.number} tells of a table {row.source}, which is unknown"])
            )
        progress(1)
    verified.add(walk.faults_at_the_end())
    verified.head = walk.head
    return verified


async def _source(conn: Connection, source: Source, verified: Verified, progress: Progress) -> None:
    """Hold the trail against a table that it speaks of, row by row."""
    there = await conn.fetchval(_IS_THERE, source.table)
    query = _BOTH.format(rows=source.rows) if there else _TABLE_GONE
    before: tuple[str, int] | None = None
    async for row in conn.cursor(query, source.table, prefetch=_AT_ONCE):
        key = (row["whose"], row["which"])
        act = f"{source.table} {key[0]}/{key[1]}"
        if key == before:
            verified.add(iter([f"row {row['number']} tells of {act} once more"]))
        elif not row["is_there"]:
            verified.add(iter([f"row {row['number']} tells of {act}, which is gone"]))
        elif row["number"] is None:
            verified.add(iter([f"{act} is not in the trail"]))
        else:
            verified.add(_changes(source, row, act))
            verified.emptied += row["seal"] is not None and row["reason"] is None
        before = key
        progress(1)


def _changes(source: Source, row: asyncpg.Record, act: str) -> Iterator[str]:
    if source.digest(dict(row)) != row["digest"]:
        yield f"{act} was changed: it is not what row {row['number']} tells of"
    reason = row.get("reason")
    if reason is not None and (row["salt"] is None or sealed(row["salt"], reason) != row["seal"]):
        yield f"the reason of {act} was changed since row {row['number']}"
