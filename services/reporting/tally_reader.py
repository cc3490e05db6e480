"""Reads what is behind one unit's report, as of a day and from one snapshot: tallies, statements.

The cells of a unit come as PostgreSQL holds them, in arrays, and are summed here (numpy): any span
of days can then be asked for without another question to the database.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import asyncpg
import numpy as np

from services.reporting import projection
from services.reporting.copying import EPOCH, arrays_read
from services.reporting.projections.tallies import Column
from services.reporting.statements import Statement, statements_of_each
from services.reporting.sums import Series, Sums
from shared.database import Connection, Pool
from shared.procedures import PROCEDURES

_CELLS = """
SELECT units.unit, array_send(series) AS series, array_send(occurred_on) AS occurred_on,
       array_send(recorded_on) AS recorded_on, array_send(amounts) AS amounts
  FROM units JOIN tally_parts ON tally_parts.unit = units.id WHERE units.unit = ANY($1::text[])
"""
_SERIES = """
SELECT id, measure, dimensions::text AS dimensions FROM series WHERE id = ANY($1::integer[])
 ORDER BY measure, dimensions::text COLLATE "C"
"""
# A row's place and the transaction that wrote it are its own: rows that are added or joined make
# another sum. Statements are only ever added.
_VERSIONS = """
WITH mine AS (
    SELECT id, unit FROM units WHERE unit = ANY($1::text[])
), parts AS (
    SELECT unit, sum(hashtextextended(xmin::text, hashtidextended(ctid, 0))) AS word
      FROM tally_parts WHERE unit = ANY(ARRAY(SELECT id FROM mine)) GROUP BY unit
), told AS (
    SELECT own.unit, count(*) AS statements
      FROM (SELECT DISTINCT unit, subject FROM statements
             WHERE unit = ANY(ARRAY(SELECT id FROM mine))) AS own
      JOIN statements USING (subject) GROUP BY own.unit
)
SELECT mine.unit,
       concat_ws(' ', current_schema(), coalesce(word, 0), coalesce(statements, 0)) AS word
  FROM mine LEFT JOIN parts ON parts.unit = mine.id LEFT JOIN told ON told.unit = mine.id
"""


@dataclass(frozen=True, slots=True)
class Tallies:
    """All that a report of one unit needs."""

    sums: Sums
    statements: Sequence[Statement]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was told of the unit."""
        return not self.sums.series and not self.statements


async def read_tallies(pool: Pool, unit: str, as_of: date) -> Tallies:
    """Return the tallies of `unit` and what was stated of it, as recorded up to the end of `as_of`.

    It is all of one moment: what is folded meanwhile is in none of it.
    """
    async with projection.snapshot(pool) as conn:
        return await tallies_of(conn, unit, as_of)


async def versions_of(conn: Connection, units: Collection[str]) -> Mapping[str, str]:
    """Return of each unit a word that is another whenever `tallies_of` it may be, on any day.

    Of one that nothing was told of it is empty.
    """
    told = {row["unit"]: row["word"] for row in await conn.fetch(_VERSIONS, list(units))}
    return {unit: told.get(unit, "") for unit in units}


async def tallies_of(conn: Connection, unit: str, as_of: date) -> Tallies:
    """Return the same as `read_tallies` from the caller's snapshot of the live projection."""
    return (await tallies_of_each(conn, [unit], as_of))[unit]


async def tallies_of_each(
    conn: Connection, units: Collection[str], as_of: date
) -> Mapping[str, Tallies]:
    """Return the tallies of units, in as many questions as one unit takes."""
    cells = await cells_of_each(conn, units, as_of)
    statements = await statements_of_each(conn, units, as_of)
    return {unit: Tallies(cells[unit], statements[unit]) for unit in units}


async def read_cells(conn: Connection, unit: str, as_of: date) -> Sums:
    """Return the sums of a unit's cells alone, from the caller's snapshot."""
    return (await cells_of_each(conn, [unit], as_of))[unit]


async def cells_of_each(
    conn: Connection, units: Collection[str], as_of: date
) -> Mapping[str, Sums]:
    """Return the sums of units' cells alone, from the caller's snapshot."""
    rows: dict[str, list[asyncpg.Record]] = {unit: [] for unit in units}
    for row in await conn.fetch(_CELLS, list(units)):
        rows[row["unit"]].append(row)
    cells = {unit: _columns(told, as_of) for unit, told in rows.items()}
    numbers = np.unique(
        np.concatenate([np.zeros(0, np.int64), *(one[0] for one in cells.values())])
    )
    named = await conn.fetch(_SERIES, numbers.tolist())
    series = [Series(row["measure"], _dimensions(row["dimensions"]), row["id"]) for row in named]
    rank = np.zeros(numbers.max(initial=0) + 1, np.int64)
    rank[[one.number for one in series]] = np.arange(len(series))
    return {unit: _sums(series, rank, told, as_of) for unit, told in cells.items()}


def _columns(rows: Sequence[asyncpg.Record], as_of: date) -> Sequence[Column]:
    """Return what was recorded up to a day: the number of the series, the day, the amount."""
    number, occurred_on, recorded_on, amount = (
        arrays_read([row[name] for row in rows], kind)
        for name, kind in (
            ("series", "integer"),
            ("occurred_on", "date"),
            ("recorded_on", "date"),
            ("amounts", "bigint"),
        )
    )
    known = recorded_on + EPOCH <= as_of.toordinal()
    return number[known], occurred_on[known] + EPOCH, amount[known]


def _sums(series: Sequence[Series], rank: Column, told: Sequence[Column], as_of: date) -> Sums:
    """Return the sums of one unit, whose series are those of `series` that it has cells of."""
    number, occurred_on, amount = told
    own, place = np.unique(rank[number], return_inverse=True)
    return Sums([series[one] for one in own.tolist()], place, occurred_on, amount, as_of)


@lru_cache(maxsize=8192)
def _dimensions(text: str) -> Mapping[str, str]:
    """Return a series' dimensions with those that its procedure implies: department and field."""
    own: dict[str, str] = json.loads(text)
    procedure = PROCEDURES.get(own.get("procedure", ""))
    if procedure is None:
        return own
    return own | {"department": procedure.department, "field": procedure.field}
