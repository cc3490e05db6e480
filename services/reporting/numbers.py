"""Short numbers in the place of names: of units, series, types and topics."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import asyncpg
import numpy as np

from services.reporting.batch import Batch, Reader, Record
from services.reporting.columns import column
from services.reporting.projections.tallies import Column, Versions
from shared.database import Pool
from shared.topics import TOPICS

_ADD_NAMES = """
INSERT INTO {table} ({column}) SELECT name FROM unnest($1::text[]) AS named (name) ORDER BY name
    ON CONFLICT DO NOTHING
"""
_NUMBERS = """
SELECT id FROM unnest($1::text[]) WITH ORDINALITY AS named (name, place)
  JOIN {table} ON {column} = name ORDER BY place
"""
_ADD_SERIES = """
INSERT INTO series (measure, dimensions)
SELECT measure, dimensions::jsonb FROM unnest($1::text[], $2::text[]) AS named (measure, dimensions)
 ORDER BY measure, dimensions
    ON CONFLICT DO NOTHING
"""
_SERIES_NUMBERS = """
SELECT id FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS named (measure, dimensions, place)
  JOIN series ON series.measure = named.measure AND series.dimensions = named.dimensions::jsonb
 ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Of which type the events of versions are, and where they stand. Names are numbers."""

    type: Column
    topic: Column
    partition: Column
    offset: Column


@dataclass(slots=True)
class Numbers:
    """The short numbers of names, kept in memory in the order of a reader's names.

    Numbers are made outside the fold's transaction: one that is made and not used does no harm, and
    two workers that need the same new one do not wait for each other's batch.
    """

    units: Column = field(default_factory=lambda: np.zeros(0, np.int64))
    series: Column = field(default_factory=lambda: np.zeros(0, np.int64))
    types: Column = field(default_factory=lambda: np.zeros(0, np.int64))
    topics: dict[str, int] = field(default_factory=dict)

    async def learn(self, pool: Pool, reader: Reader) -> None:
        """Give every name that `reader` has seen its number."""
        self.units = await _numbered(pool, "units", "unit", reader.units.seen, self.units)
        self.types = await _numbered(pool, "types", "type", reader.types.seen, self.types)
        if not self.topics:
            names = [topic.name for topic in TOPICS]
            found = await _numbered(pool, "topics", "topic", names, np.zeros(0, np.int64))
            self.topics = dict(zip(names, found.tolist(), strict=True))
        new = reader.series.seen[len(self.series) :]
        if new:
            told = [one.measure for one in new], [json.dumps(dict(o.dimensions)) for o in new]
            await pool.execute(_ADD_SERIES, *told)
            self.series = _joined(self.series, await pool.fetch(_SERIES_NUMBERS, *told))

    def applied(self, versions: Versions) -> Versions:
        """Return versions of the reader with numbers in the place of its names."""
        counts = versions.counts
        unit, series = self.units[counts.unit], self.series[counts.series]
        return replace(versions, counts=replace(counts, unit=unit, series=series))

    def origin(self, records: Sequence[Record], batch: Batch) -> Origin:
        """Return where the facts of `batch`, which was read from `records`, come from."""
        origins = [records[place] for place in batch.versions.place.tolist()]
        return Origin(
            type=self.types[batch.types],
            topic=column(self.topics[record.topic] for record in origins),
            partition=column(record.partition for record in origins),
            offset=column(record.offset for record in origins),
        )


async def _numbered(
    pool: Pool, table: str, column: str, names: Sequence[str], numbers: Column
) -> Column:
    """Return the numbers of `names`, of which the first have `numbers` already."""
    new = names[len(numbers) :]
    if not new:
        return numbers
    await pool.execute(_ADD_NAMES.format(table=table, column=column), new)
    found = await pool.fetch(_NUMBERS.format(table=table, column=column), new)
    return _joined(numbers, found)


def _joined(numbers: Column, rows: Sequence[asyncpg.Record]) -> Column:
    return np.concatenate([numbers, column(row["id"] for row in rows)])
