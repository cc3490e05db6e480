"""Reads back what the fold keeps: the only place where tests spell the SQL of the tallies."""

from services.reporting.projections.contributions import Series
from services.reporting.projections.tallies import Cell
from shared.database import Pool
from tests.support.recount import Tallies

_TALLIES = """
SELECT units.unit, measure, dimensions, occurred_on, recorded_on,
       sum(facts)::bigint AS facts, sum(amount)::bigint AS amount
  FROM tallies JOIN units ON units.id = tallies.unit
  JOIN (SELECT id, measure, ARRAY(SELECT ARRAY[key, value] FROM jsonb_each_text(dimensions)
                                  ORDER BY key COLLATE "C") AS dimensions FROM series) AS series
    ON series.id = tallies.series
 GROUP BY units.unit, measure, dimensions, occurred_on, recorded_on
HAVING sum(facts) <> 0 OR sum(amount) <> 0
"""


async def tallies(pool: Pool) -> Tallies:
    """Return every tally that is not nothing."""
    return {
        Cell(
            row["unit"],
            Series(row["measure"], tuple((name, value) for name, value in row["dimensions"])),
            row["occurred_on"],
            row["recorded_on"],
        ): (row["facts"], row["amount"])
        for row in await pool.fetch(_TALLIES)
    }
