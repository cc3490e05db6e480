"""Reporting's tables as tests read them: those of the live projection."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from services.reporting import projection
from services.reporting.projections.contributions import Series
from shared.database import Pool
from tests.support.recount import Cell, Tallies

FACTS = """
SELECT subject, sequence, types.type, recorded_on, topics.topic, partition, "offset"
  FROM facts JOIN types ON types.id = facts.type JOIN topics ON topics.id = facts.topic
"""
_TALLIES = """
SELECT units.unit, measure, dimensions, occurred_on, recorded_on, facts, amount
  FROM tallies JOIN units ON units.id = tallies.unit
  JOIN (SELECT id, measure, ARRAY(SELECT ARRAY[key, value] FROM jsonb_each_text(dimensions)
                                  ORDER BY key COLLATE "C") AS dimensions FROM series) AS series
    ON series.id = tallies.series
 WHERE facts <> 0 OR amount <> 0
"""
STATEMENTS = """
SELECT subject, sequence, units.unit, recorded_on, kind, code, starts, ends, status,
       content::text AS content
  FROM statements JOIN units ON units.id = statements.unit
"""


@asynccontextmanager
async def live_tables(dsn: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Yield a connection whose statements find the tables that reports are drawn from."""
    conn = await asyncpg.connect(dsn)
    try:
        await projection.read_live(conn, after_it_too=True)
        yield conn
    finally:
        await conn.close()


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
