"""What the events moved that came after a report was drawn, read from the facts."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

import asyncpg

from services.reporting import projection
from services.reporting.figure import Period
from services.reporting.issuing.causes import (
    Later,
    Move,
    Moves,
    Series,
    borders,
    dimensions_of,
    standing_for,
)
from services.reporting.positions import Positions
from services.reporting.report import ReportHeading
from services.reporting.versions import VERSIONS_OF_UNIT
from shared.database import Connection, Pool
from shared.events.envelope import event_id

_VERSIONS = f"""
WITH {VERSIONS_OF_UNIT}, since AS (
    SELECT topics.id AS topic, partition, next
      FROM unnest($2::text[], $3::integer[], $4::bigint[]) AS told (topic, partition, next)
      JOIN topics ON topics.topic = told.topic
), judged AS (
    SELECT versions.*, ("offset" >= coalesce(next, 0) OR holds_from > $5) AND holds_from <= $6
           AS is_later
      FROM versions LEFT JOIN since USING (topic, partition)
)
SELECT subject, sequence, is_later, holds_from, cell.measure, cell.dimensions, cell.day, cell.amount
  FROM judged LEFT JOIN LATERAL (
       SELECT measure, dimensions::text AS dimensions, day, sum(amount)::bigint AS amount
         FROM unnest(judged.units, judged.series, judged.occurred_on, judged.amounts)
              AS part (unit, series, day, amount)
         JOIN own ON own.id = part.unit
         JOIN series ON series.id = part.series
        GROUP BY series.id, day
       ) AS cell ON true
 WHERE subject IN (SELECT subject FROM judged WHERE is_later)
 ORDER BY subject, sequence
"""  # noqa: S608 - made of constants

_LATER = """
WITH since AS (
    SELECT topics.id AS topic, partition, next
      FROM unnest($2::text[], $3::integer[], $4::bigint[]) AS told (topic, partition, next)
      JOIN topics ON topics.topic = told.topic
), versions AS (
    SELECT subject, sequence,
           max(recorded_on) OVER (PARTITION BY subject ORDER BY sequence) AS holds_from
      FROM statements WHERE {some}
)
SELECT subject, sequence
  FROM versions JOIN facts USING (subject, sequence) LEFT JOIN since USING (topic, partition)
 WHERE ("offset" >= coalesce(next, 0) OR holds_from > $5) AND holds_from <= $6
 ORDER BY holds_from, subject, sequence
"""
_STATED = _LATER.format(
    some="subject IN (SELECT subject FROM statements JOIN units ON units.id = statements.unit"
    " WHERE units.unit = $1)"
)
_CORRECTED = _LATER.format(some="kind = $1")

type _Cells = Mapping[tuple[Series, date], int]
"""What a version counts as, by series and day."""


async def later_events(
    pool: Pool, about: ReportHeading, since: Positions, until: date, spans: Sequence[Period]
) -> Later:
    """Return the later events of the unit, in the order in which they were recorded.

    Later is what stands at or above the positions `since`, or was recorded after the day as of
    which the report is drawn that is `about` this; all of it was recorded on the day `until` or
    before. `spans` are the days that the report has figures of.
    """
    last, between = about.period.end, borders(spans, until)
    places = _places(since)
    async with projection.snapshot(pool) as conn:
        rows = await conn.fetch(_VERSIONS, about.unit_id, *places, about.as_of, until)
        told = await conn.fetch(_STATED, about.unit_id, *places, about.as_of, until)
    found = defaultdict[Moves, list[tuple[date, str]]](list)
    for _, versions in groupby(rows, key=lambda row: row["subject"]):
        for moves, event in _of_subject(versions, last, between):
            found[moves].append(event)
    stated = defaultdict[str, list[str]](list)
    for row in told:
        stated[str(row["subject"])].append(event_id(row["subject"], row["sequence"]))
    moved = {moves: [event for _, event in sorted(events)] for moves, events in found.items()}
    return Later(moved=moved, stated=stated)


async def later_corrections(
    conn: Connection, since: Positions, as_of: date, until: date
) -> Sequence[str]:
    """Return the later corrections of the lineage of any unit, as of `later_events`."""
    rows = await conn.fetch(_CORRECTED, "lineage", *_places(since), as_of, until)
    return [event_id(row["subject"], row["sequence"]) for row in rows]


def _places(since: Positions) -> tuple[list[str], list[int], list[int]]:
    return [tp.topic for tp in since], [tp.partition for tp in since], list(since.values())


def _of_subject(
    rows: Iterable[asyncpg.Record], last: date, between: Sequence[date]
) -> Iterator[tuple[Moves, tuple[date, str]]]:
    before: _Cells = {}
    for sequence, version in groupby(rows, key=lambda row: row["sequence"]):
        own = list(version)
        after = {(_series(row), row["day"]): row["amount"] for row in own if row["measure"]}
        moves = _moves(before, after, last, between)
        if own[0]["is_later"] and moves:
            yield moves, (own[0]["holds_from"], event_id(own[0]["subject"], sequence))
        before = after


def _series(row: asyncpg.Record) -> Series:
    return row["measure"], dimensions_of(json.loads(row["dimensions"]))


def _moves(before: _Cells, after: _Cells, last: date, between: Sequence[date]) -> Moves:
    moved = defaultdict[tuple[Series, date], int](int)
    for series, day in before.keys() | after.keys():
        cell = series, day
        amount = after.get(cell, 0) - before.get(cell, 0)
        if amount and day <= last:
            moved[series, standing_for(series, day, between)] += amount
    return frozenset(Move(series, day, amount) for (series, day), amount in moved.items())
