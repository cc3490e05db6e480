"""What reporting holds, held against what the log tells: a line for each difference.

All of it is one moment: the caller's transaction sees reporting's tables as they are at the
positions up to which the log was read.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date

import asyncpg

from services.reporting.recounting.told import Told
from shared.database import Connection
from shared.events.envelope import event_id

SHOWN = 100
"""Differences of one kind that are told one by one; of more there is no end when all is wrong."""
_EVENTS = 5

_TALLIES = """
SELECT *, count(*) OVER () AS total
  FROM (SELECT unit, series, occurred_on, recorded_on,
               coalesce(held.facts, 0) AS held_facts, coalesce(held.amount, 0) AS held_amount,
               coalesce(told.facts, 0) AS told_facts, coalesce(told.amount, 0) AS told_amount
          FROM tallies AS held FULL JOIN log_tallies AS told
         USING (unit, series, occurred_on, recorded_on)) AS cells
 WHERE (held_facts, held_amount) <> (told_facts, told_amount)
 ORDER BY unit, series, occurred_on, recorded_on LIMIT $1
"""
_BEHIND = """
SELECT unit, series, occurred_on, recorded_on, subject, sequence
  FROM log_moves JOIN unnest($1::integer[], $2::integer[], $3::date[], $4::date[])
                      AS wanted (unit, series, occurred_on, recorded_on)
 USING (unit, series, occurred_on, recorded_on)
 GROUP BY unit, series, occurred_on, recorded_on, subject, sequence
 ORDER BY subject, sequence
"""
_FACTS = """
WITH held AS (
    SELECT subject, sequence, types.type, recorded_on, topics.topic, partition, "offset",
           units, series, occurred_on, amounts
      FROM facts LEFT JOIN types ON types.id = facts.type
      LEFT JOIN topics ON topics.id = facts.topic
)
SELECT subject, sequence, told.topic, told.partition, told."offset",
       held.subject IS NULL AS missing, told.subject IS NULL AS surplus,
       array_remove(ARRAY[
           CASE WHEN held.type IS DISTINCT FROM told.type THEN 'its type' END,
           CASE WHEN held.recorded_on IS DISTINCT FROM told.recorded_on
                THEN 'the day of recording' END,
           CASE WHEN (held.topic, held.partition, held."offset")
                     IS DISTINCT FROM (told.topic, told.partition, told."offset")
                THEN 'its place' END,
           CASE WHEN (held.units, held.series, held.occurred_on, held.amounts)
                     IS DISTINCT FROM (told.units, told.series, told.occurred_on, told.amounts)
                THEN 'what it counts as' END], NULL) AS wrong,
       count(*) OVER () AS total
  FROM held FULL JOIN log_facts AS told USING (subject, sequence)
 WHERE (held.subject IS NULL) OR (told.subject IS NULL)
    OR (held.type, held.recorded_on, held.topic, held.partition, held."offset",
        held.units, held.series, held.occurred_on, held.amounts)
       IS DISTINCT FROM
       (told.type, told.recorded_on, told.topic, told.partition, told."offset",
        told.units, told.series, told.occurred_on, told.amounts)
 ORDER BY subject, sequence LIMIT $1
"""
_STATEMENTS = """
WITH held AS (
    SELECT subject, sequence, jsonb_build_object(
               'unit', units.unit, 'recorded_on', recorded_on, 'kind', kind, 'code', code,
               'starts', starts, 'ends', ends, 'status', status, 'content', content) AS stated
      FROM statements LEFT JOIN units ON units.id = statements.unit
), told AS (
    SELECT subject, sequence, stated, topic, partition, "offset" FROM log_facts
     WHERE stated IS NOT NULL
)
SELECT subject, sequence, topic, partition, "offset",
       held.subject IS NULL AS missing, told.subject IS NULL AS surplus,
       ARRAY(SELECT key FROM jsonb_each(held.stated) AS one
              WHERE one.value <> told.stated -> one.key ORDER BY key) AS wrong,
       count(*) OVER () AS total
  FROM held FULL JOIN told USING (subject, sequence)
 WHERE held.stated IS DISTINCT FROM told.stated
 ORDER BY subject, sequence LIMIT $1
"""
_LETTERS = """
SELECT topic, partition, "offset", held.topic IS NULL AS missing, told.topic IS NULL AS surplus,
       coalesce(held.reason, '') AS held_reason, coalesce(told.reason, '') AS told_reason,
       count(*) OVER () AS total
  FROM (SELECT * FROM dead_letters WHERE replayed_at IS NULL) AS held
  FULL JOIN log_dead_letters AS told USING (topic, partition, "offset")
 WHERE (held.reason, held.key, held.value) IS DISTINCT FROM (told.reason, told.key, told.value)
 ORDER BY topic, partition, "offset" LIMIT $1
"""

type _Cell = tuple[int, int, date, date]


async def differences(told: Told) -> AsyncIterator[str]:
    """Yield a line for each difference, and one where there are more than are told."""
    conn = told.conn
    async for line in _tallies(told):
        yield line
    for kind, query in (("fact", _FACTS), ("statement", _STATEMENTS)):
        rows = await conn.fetch(query, SHOWN)
        for row in rows:
            yield f"{kind} {event_id(row['subject'], row['sequence'])}: {_step(row)}"
        for line in _more(kind, rows):
            yield line
    rows = await conn.fetch(_LETTERS, SHOWN)
    for row in rows:
        yield f"dead letter {_place(row)}: {_letter(row)}"
    for line in _more("dead letter", rows):
        yield line


async def _tallies(told: Told) -> AsyncIterator[str]:
    rows = await told.conn.fetch(_TALLIES, SHOWN)
    if not rows:
        return
    events = await _events(told.conn, [_cell(row) for row in rows])
    units = {number: unit for unit, number in told.names.units.items()}
    series = {
        number: f"{one.measure} {' '.join('='.join(pair) for pair in one.dimensions)}".rstrip()
        for one, number in told.names.series.items()
    }
    for row in rows:
        unit, number, occurred_on, recorded_on = _cell(row)
        behind = events.get(_cell(row), [])
        yield (
            f"tally of unit {units.get(unit, f'no. {unit}')}, series"
            f" {series.get(number, f'no. {number}')}, on {occurred_on}, recorded on {recorded_on}:"
            f" held {row['held_amount']} (of {row['held_facts']} contributions),"
            f" recounted {row['told_amount']} (of {row['told_facts']});"
            f" events: {', '.join(behind[:_EVENTS]) or 'none'}"
            + (f" and {len(behind) - _EVENTS} more" if len(behind) > _EVENTS else "")
        )
    for line in _more("tally", rows):
        yield line


async def _events(conn: Connection, cells: Sequence[_Cell]) -> Mapping[_Cell, list[str]]:
    """Return the events that put something into each of some tallies, or took it out."""
    found: dict[_Cell, list[str]] = {}
    for row in await conn.fetch(_BEHIND, *map(list, zip(*cells, strict=True))):
        found.setdefault(_cell(row), []).append(event_id(row["subject"], row["sequence"]))
    return found


def _cell(row: asyncpg.Record) -> _Cell:
    return row["unit"], row["series"], row["occurred_on"], row["recorded_on"]


def _step(row: asyncpg.Record) -> str:
    if row["surplus"]:
        return "held, but the log has no such event"
    if row["missing"]:
        return f"not held; the log has it at {_place(row)}"
    return f"held otherwise than the log has it at {_place(row)}: {', '.join(row['wrong'])}"


def _letter(row: asyncpg.Record) -> str:
    if row["surplus"]:
        return f"held as {row['held_reason']}, but the log has an event there, or nothing"
    if row["missing"]:
        return f"not held; it is {row['told_reason']}"
    return f"held as {row['held_reason']}, it is {row['told_reason']}; or its bytes differ"


def _place(row: asyncpg.Record) -> str:
    return f"{row['topic']}/{row['partition']}@{row['offset']}"


def _more(kind: str, rows: Sequence[asyncpg.Record]) -> Sequence[str]:
    more = rows[0]["total"] - len(rows) if rows else 0
    return [f"{kind}: {more} more"] if more else []
