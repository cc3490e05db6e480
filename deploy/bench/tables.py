"""All that the benchmarks read from reporting's tables: the one place that knows their layout."""

import json
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import date

import asyncpg

from services.reporting import positions, projection

_SIZE = "SELECT pg_database_size(current_database())"
_WAL = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
_FACTS = "SELECT count(*) FROM facts"
_CELLS = """
SELECT unit, series, occurred_on, recorded_on, sum(amount)::bigint AS amount
  FROM tallies
 GROUP BY unit, series, occurred_on, recorded_on
HAVING sum(amount) <> 0
"""
_RECEIVED = """
SELECT units.unit, sum(cell.amount)::bigint AS amount
  FROM units
  JOIN tally_parts ON tally_parts.unit = units.id,
       unnest(tally_parts.series, amounts) AS cell (series, amount)
  JOIN series ON series.id = cell.series
 WHERE units.unit = ANY($1::text[]) AND measure = 'received'
 GROUP BY units.unit
"""
_PREFETCH = 10_000

type Connection = asyncpg.Connection[asyncpg.Record]


@dataclass(frozen=True, slots=True)
class Cell:
    """One tally: where, what (`series_text`), both its days, and what it amounts to."""

    unit: str
    series: str
    occurred_on: date
    recorded_on: date
    amount: int


def series_text(measure: str, dimensions: Mapping[str, str]) -> str:
    """Return one text for one series, whatever the order of its dimensions."""
    return json.dumps([measure, dimensions], sort_keys=True)


async def _find_live(conn: Connection) -> None:
    """Let the statements that follow find the tables of the live projection."""
    await projection.read_live(conn, after_it_too=True)


async def folded(conn: Connection) -> int:
    """Return how many records of the topics are folded, 0 before reporting made its tables."""
    try:
        await _find_live(conn)
        return sum((await positions.read(conn)).values())
    except asyncpg.UndefinedTableError:
        return 0


async def size(conn: Connection) -> int:
    """Return how many bytes the database has."""
    found: int = await conn.fetchval(_SIZE)
    return found


async def written(conn: Connection) -> int:
    """Return how many bytes of log (WAL) the server has written so far."""
    found: int = await conn.fetchval(_WAL)
    return found


async def facts(conn: Connection) -> int:
    """Return how many facts are kept."""
    await _find_live(conn)
    found: int = await conn.fetchval(_FACTS)
    return found


async def cells(conn: Connection) -> AsyncIterator[Cell]:
    """Yield every tally that is not nothing, each key once."""
    await _find_live(conn)
    units = {row["id"]: row["unit"] for row in await conn.fetch("SELECT id, unit FROM units")}
    rows = await conn.fetch("SELECT id, measure, dimensions::text AS dimensions FROM series")
    series = {r["id"]: series_text(r["measure"], json.loads(r["dimensions"])) for r in rows}
    async with conn.transaction(readonly=True):
        async for unit, one, occurred_on, recorded_on, amount in conn.cursor(
            _CELLS, prefetch=_PREFETCH
        ):
            yield Cell(units[unit], series[one], occurred_on, recorded_on, amount)


async def received(conn: Connection, units: Collection[str]) -> Mapping[str, int]:
    """Return how many cases units have received, by the committed tallies."""
    await _find_live(conn)
    rows = await conn.fetch(_RECEIVED, units)
    return {row["unit"]: row["amount"] for row in rows}
