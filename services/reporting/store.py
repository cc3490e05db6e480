"""How the fold reads and writes facts, tallies, statements and dead letters, each at once."""

import json
from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from services.reporting.batch import Record
from services.reporting.columns import column
from services.reporting.copying import EPOCH, Table
from services.reporting.decode import Fact, Undecodable
from services.reporting.numbers import Origin
from services.reporting.projections.tallies import Cells, Column, Counts, Versions
from shared.database import Connection, Pool, rows_of

_KNOWN = """
SELECT subject, sequence, recorded_on, units, series, occurred_on, amounts
  FROM facts WHERE subject = ANY($1::text::uuid[])
"""
# A cell that comes to nothing stays: by it a department is seen to have told.
_JOIN = """
WITH crowded AS (
    SELECT unit FROM tally_parts WHERE cardinality(series) < $2
     GROUP BY unit HAVING count(*) > $1
     ORDER BY count(*) DESC LIMIT 100
), taken AS (
    DELETE FROM tally_parts USING crowded
     WHERE tally_parts.unit = crowded.unit AND cardinality(series) < $2
 RETURNING tally_parts.*
), cells AS (
    SELECT unit, cell.series, cell.occurred_on, cell.recorded_on,
           sum(cell.facts)::integer AS facts, sum(cell.amount)::bigint AS amount
      FROM taken,
           unnest(series, occurred_on, recorded_on, facts, amounts)
               AS cell (series, occurred_on, recorded_on, facts, amount)
     GROUP BY unit, cell.series, cell.occurred_on, cell.recorded_on
     ORDER BY unit, cell.series, cell.occurred_on, cell.recorded_on
)
INSERT INTO tally_parts
SELECT unit, array_agg(series), array_agg(occurred_on), array_agg(recorded_on),
       array_agg(facts), array_agg(amount)
  FROM cells GROUP BY unit
"""
_ADD_STATEMENTS = """
INSERT INTO statements
SELECT subject, sequence, (SELECT id FROM units WHERE units.unit = told.unit),
       recorded_on, kind, code, starts, ends, status, content::jsonb
  FROM unnest($1::text[]::uuid[], $2::integer[], $3::text[], $4::date[], $5::text[], $6::text[],
              $7::date[], $8::date[], $9::text[], $10::text[])
       AS told (subject, sequence, unit, recorded_on, kind, code, starts, ends, status, content)
"""

_FACTS = Table(
    "facts",
    subject="uuid",
    sequence="integer",
    type="smallint",
    recorded_on="date",
    topic="smallint",
    partition="smallint",
    offset="bigint",
    units="integer[]",
    series="integer[]",
    occurred_on="date[]",
    amounts="bigint[]",
)
_PARTS = Table(
    "tally_parts",
    unit="integer",
    series="integer[]",
    occurred_on="date[]",
    recorded_on="date[]",
    facts="integer[]",
    amounts="bigint[]",
)
_DEAD_COLUMNS = ("topic", "partition", "offset", "reason", "detail", "key", "value")


async def known_versions(conn: Connection, subjects: Collection[str]) -> Versions:
    """Return the versions of `subjects` that are folded already; units and series by number."""
    # One text, because asyncpg takes longer to encode so many uuids than PostgreSQL to look them
    # up; sorted, because then the index is walked through once.
    rows = await conn.fetch(_KNOWN, f"{{{','.join(sorted(subjects))}}}")
    return Versions(
        place=np.full(len(rows), -1, np.int64),
        subject=np.frombuffer(b"".join(row["subject"].bytes for row in rows), "V16"),
        sequence=column(row["sequence"] for row in rows),
        recorded_on=column(row["recorded_on"].toordinal() for row in rows),
        count=column(len(row["units"]) for row in rows),
        counts=Counts(
            unit=column(one for row in rows for one in row["units"]),
            series=column(one for row in rows for one in row["series"]),
            occurred_on=column(day.toordinal() for row in rows for day in row["occurred_on"]),
            amount=column(one for row in rows for one in row["amounts"]),
        ),
    )


async def add_facts(conn: Connection, versions: Versions, origin: Origin, rows: Column) -> None:
    """Add the versions in `rows`, which are not there yet."""
    first = np.cumsum(versions.count) - versions.count
    counts = versions.counts
    encoded = []
    for length, chosen, items in _by_length(first[rows], versions.count[rows]):
        some = rows[chosen]
        values = (
            versions.subject[some],
            versions.sequence[some],
            origin.type[some],
            versions.recorded_on[some] - EPOCH,
            origin.topic[some],
            origin.partition[some],
            origin.offset[some],
            counts.unit[items],
            counts.series[items],
            counts.occurred_on[items] - EPOCH,
            counts.amount[items],
        )
        encoded.append(_FACTS.rows(length, values))
    await _FACTS.copy(conn, encoded)


async def add_to_tallies(conn: Connection, cells: Cells) -> None:
    """Add `cells` to the tallies: one part for each unit."""
    units, first, count = np.unique(cells.unit, return_index=True, return_counts=True)
    encoded = []
    for length, some, items in _by_length(first, count):
        values = (
            units[some],
            cells.series[items],
            cells.occurred_on[items] - EPOCH,
            cells.recorded_on[items] - EPOCH,
            cells.facts[items],
            cells.amount[items],
        )
        encoded.append(_PARTS.rows(length, values))
    if encoded:
        await _PARTS.copy(conn, encoded)


async def add_statements(conn: Connection, facts: Sequence[Fact]) -> None:
    """Add what the facts state; they are there by now, and new."""
    rows = [
        (
            fact.subject,
            fact.version.sequence,
            stated.unit,
            fact.version.recorded_on,
            stated.kind,
            stated.code,
            stated.starts,
            stated.ends,
            stated.status,
            json.dumps(stated.content, ensure_ascii=False),
        )
        for fact in facts
        if (stated := fact.statement)
    ]
    if rows:
        await conn.execute(_ADD_STATEMENTS, *map(list, zip(*rows, strict=True)))


async def join_parts(db: Connection | Pool, most: int = 256, largest: int = 4096) -> int:
    """Join the parts of units that have more than `most` small ones; return how many units had.

    A part of `largest` cells or more is left as it is: no cell is written again for ever. It is one
    statement: a reader sees the parts or what they were joined to, and parts that two processes
    want to join are joined by the first.
    """
    return rows_of(await db.execute(_JOIN, most, largest))


async def keep_dead_letters(
    conn: Connection, letters: Sequence[tuple[Record, Undecodable]]
) -> None:
    """Keep records that are no events, with their bytes."""
    rows = [
        (
            record.topic,
            record.partition,
            record.offset,
            why.reason,
            why.detail,
            record.key,
            record.value,
        )
        for record, why in letters
    ]
    if rows:
        await conn.copy_records_to_table("dead_letters", records=rows, columns=_DEAD_COLUMNS)


def _by_length(first: Column, count: Column) -> Iterator[tuple[int, NDArray[np.bool_], Column]]:
    """Yield, for each number of items that a row may have: it, which rows, and their items."""
    for length in np.unique(count).tolist():
        some = count == length
        yield length, some, first[some][:, None] + np.arange(length)
