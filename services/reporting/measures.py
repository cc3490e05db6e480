"""What metrics tell of reporting's database, counted at times: one statement each."""

from services.reporting import projection
from shared.database import Connection, Pool
from shared.metrics import (
    DOCUMENTS_BROKEN,
    LATE_EVENTS,
    RECOUNT_DIFFERENCES,
    RECOUNTED_AT,
    RESTATEMENTS_DUE,
)

_ADD_RECOUNT = "INSERT INTO public.recounts (differences) VALUES ($1)"
_RECOUNT = """
SELECT differences, extract(epoch FROM ended_at)::float8 AS at
  FROM public.recounts ORDER BY id DESC LIMIT 1
"""
_BROKEN = """
SELECT count(*) FROM public.documents
 WHERE broken <> '{}' AND state NOT IN ('issued', 'replaced', 'recalled')
"""
_ISSUED = """
WITH issued AS (
    SELECT documents.id, units.id AS unit, starts, ends, as_of
      FROM public.documents JOIN units ON units.unit = documents.unit
     WHERE kind = 'report' AND state = 'issued'
       AND NOT EXISTS (SELECT FROM public.documents AS newer
                        WHERE newer.concerns = documents.id AND newer.kind = 'report'
                          AND newer.state <> 'recalled')
     ORDER BY documents.id DESC LIMIT 500
)
"""
"""The newest issued reports that nobody replaces: so many that a minute is enough for them."""
_LATE = f"""
{_ISSUED}
SELECT count(DISTINCT (subject, sequence))
  FROM issued JOIN facts ON facts.units @> ARRAY[issued.unit] AND facts.recorded_on > issued.as_of
 WHERE EXISTS (SELECT FROM unnest(facts.units, facts.occurred_on) AS part (unit, day)
                WHERE part.unit = issued.unit AND day BETWEEN issued.starts AND issued.ends)
"""  # noqa: S608 - constants only
_DUE = f"""
{_ISSUED}
SELECT count(*) FROM issued
 WHERE EXISTS (
       SELECT FROM tally_parts,
              unnest(series, occurred_on, recorded_on, amounts)
                  AS cell (series, occurred_on, recorded_on, amount)
        WHERE tally_parts.unit = issued.unit AND cell.recorded_on > issued.as_of
          AND cell.occurred_on BETWEEN issued.starts AND issued.ends
        GROUP BY cell.series, cell.occurred_on HAVING sum(cell.amount) <> 0)
"""  # noqa: S608 - constants only


async def keep_recount(conn: Connection, differences: int) -> None:
    """Keep that all was recounted, with how many differences."""
    await conn.execute(_ADD_RECOUNT, differences)


async def measure(pool: Pool) -> None:
    """Set the metrics, all of one moment."""
    async with projection.snapshot(pool) as conn:
        last = await conn.fetchrow(_RECOUNT)
        if last is not None:
            RECOUNT_DIFFERENCES.set(last["differences"])
            RECOUNTED_AT.set(last["at"])
        DOCUMENTS_BROKEN.set(await conn.fetchval(_BROKEN))
        if await conn.fetchval("SELECT to_regclass('tally_parts')") is not None:
            LATE_EVENTS.set(await conn.fetchval(_LATE))
            RESTATEMENTS_DUE.set(await conn.fetchval(_DUE))
