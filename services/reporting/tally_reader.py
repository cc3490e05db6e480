"""Reads the tallies behind one unit's report: sums per series, as of a day, from one snapshot."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from aiokafka import TopicPartition

from services.reporting import positions, projection
from services.reporting.figure import Period
from shared.database import Pool
from shared.procedures import PROCEDURES

_SUMS = """
WITH summed AS (
    SELECT cell.series,
           coalesce(sum(amount) FILTER (WHERE day BETWEEN $2 AND $3), 0)::bigint AS within,
           coalesce(sum(amount) FILTER (WHERE day < $2), 0)::bigint AS before,
           coalesce(sum(amount) FILTER (WHERE day <= least($3, $4)), 0)::bigint AS at_end
      FROM tally_parts JOIN units ON units.id = tally_parts.unit,
           unnest(series, occurred_on, recorded_on, amounts) AS cell (series, day, recorded, amount)
     WHERE units.unit = $1 AND recorded <= $4
     GROUP BY cell.series
)
SELECT measure, dimensions::text AS dimensions, within, before, at_end
  FROM summed JOIN series ON series.id = summed.series
 WHERE measure NOT IN ('schedule', 'declared')
"""
_DATED = """
SELECT measure, dimensions::text AS dimensions, day AS occurred_on, sum(amount)::bigint AS amount
  FROM tally_parts JOIN units ON units.id = tally_parts.unit,
       unnest(tally_parts.series, occurred_on, recorded_on, facts, amounts)
           AS cell (series, day, recorded, facts, amount)
  JOIN series ON series.id = cell.series
 WHERE units.unit = $1 AND day <= $2 AND recorded <= $3 AND measure IN ('schedule', 'declared')
 GROUP BY series.id, day
HAVING sum(cell.facts) > 0
 ORDER BY day, dimensions::text COLLATE "C"
"""


@dataclass(frozen=True, slots=True)
class Sum:
    """One series of a unit: what it amounts to within the period, before it, and at its end."""

    measure: str
    dimensions: Mapping[str, str]
    within: int
    before: int
    end: int

    def at(self, span: Literal["within", "before", "end"]) -> int:
        """Return what the series amounts to over a span of days."""
        return {"within": self.within, "before": self.before, "end": self.end}[span]


@dataclass(frozen=True, slots=True)
class Dated:
    """A declaration or a setting that holds, with the day from which, or up to which, it does."""

    measure: str
    dimensions: Mapping[str, str]
    occurred_on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Tallies:
    """All that a report of one unit needs, and the positions up to which it is folded."""

    sums: Sequence[Sum]
    dated: Sequence[Dated]
    folded: Mapping[TopicPartition, int]


async def read_tallies(pool: Pool, unit: str, period: Period, as_of: date) -> Tallies:
    """Return the tallies of `unit` for `period` as they were recorded up to the end of `as_of`.

    Sums and positions are of one moment: what is folded meanwhile is in none of them.
    """
    async with (
        pool.acquire() as conn,
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        await projection.read_live(conn)
        sums = await conn.fetch(_SUMS, unit, period.start, period.end, as_of)
        dated = await conn.fetch(_DATED, unit, period.end, as_of)
        folded = await positions.read(conn)
    return Tallies(
        sums=[
            Sum(r["measure"], _dimensions(r["dimensions"]), r["within"], r["before"], r["at_end"])
            for r in sums
        ],
        dated=[
            Dated(r["measure"], _dimensions(r["dimensions"]), r["occurred_on"], r["amount"])
            for r in dated
        ],
        folded=folded,
    )


def _dimensions(text: str) -> Mapping[str, str]:
    """Return a series' dimensions with those that its procedure implies: department and field."""
    own: dict[str, str] = json.loads(text)
    procedure = PROCEDURES.get(own.get("procedure", ""))
    if procedure is None:
        return own
    return own | {"department": procedure.department, "field": procedure.field}
