"""Facts, tallies, dead letters: how the fold reads and writes them, one statement a batch each."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from aiokafka import ConsumerRecord

from services.reporting.decode import Fact, Undecodable
from services.reporting.projections.contributions import Contribution, Series
from services.reporting.projections.tallies import Cell, Change, Version
from shared.database import Connection, Pool

type Record = ConsumerRecord[bytes, bytes]

_ADD_UNITS = "INSERT INTO units (unit) SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING"
_ALL_UNITS = "SELECT id, unit FROM units"
_ADD_SERIES = """
INSERT INTO series (measure, dimensions)
SELECT measure, dimensions::jsonb FROM unnest($1::text[], $2::text[]) AS new (measure, dimensions)
    ON CONFLICT DO NOTHING
"""
_ALL_SERIES = """
SELECT id, measure,
       (SELECT coalesce(array_agg(ARRAY[key, value] ORDER BY key COLLATE "C"), '{}')
          FROM jsonb_each_text(dimensions)) AS dimensions
  FROM series
"""
_KNOWN = """
SELECT subject, sequence, recorded_on, units, series, occurred_on, amounts
  FROM facts WHERE subject = ANY($1::uuid[])
"""
_FACT_COLUMNS = (
    "subject",
    "sequence",
    "type",
    "recorded_at",
    "recorded_on",
    "topic",
    "partition",
    "offset",
    "units",
    "series",
    "occurred_on",
    "amounts",
)
_MERGE = """
INSERT INTO tallies (unit, series, occurred_on, recorded_on, facts, amount)
SELECT * FROM unnest($1::integer[], $2::integer[], $3::date[], $4::date[],
                     $5::bigint[], $6::bigint[])
    ON CONFLICT (unit, series, occurred_on, recorded_on) DO UPDATE
       SET facts = tallies.facts + excluded.facts, amount = tallies.amount + excluded.amount
"""
_DEAD_COLUMNS = ("topic", "partition", "offset", "reason", "detail", "key", "value")


@dataclass(slots=True)
class Numbers:
    """The short numbers of units and series, kept in memory; new ones are made in the database.

    Numbers are made outside the fold's transaction: one that is made and not used does no harm, and
    two workers that need the same new one do not wait for each other's batch.
    """

    units: dict[str, int] = field(default_factory=dict)
    series: dict[Series, int] = field(default_factory=dict)
    unit_names: dict[int, str] = field(default_factory=dict)
    series_names: dict[int, Series] = field(default_factory=dict)

    async def learn(self, pool: Pool, contributions: Iterable[Contribution]) -> None:
        """Make sure that every unit and series of `contributions` has a number."""
        units: set[str] = set()
        series: set[Series] = set()
        for contribution in contributions:
            if contribution.unit not in self.units:
                units.add(contribution.unit)
            if contribution.series not in self.series:
                series.add(contribution.series)
        if units or series:
            await pool.execute(_ADD_UNITS, sorted(units))
            told = sorted((one.measure, json.dumps(dict(one.dimensions))) for one in series)
            await pool.execute(_ADD_SERIES, [t[0] for t in told], [t[1] for t in told])
            await self.load(pool)

    async def recognise(
        self, source: Connection, units: Iterable[int], series: Iterable[int]
    ) -> None:
        """Make sure that numbers that another worker has made are known here."""
        known = self.unit_names.keys() >= set(units) and self.series_names.keys() >= set(series)
        if not known:
            await self.load(source)

    async def load(self, source: Pool | Connection) -> None:
        """Read all numbers."""
        for row in await source.fetch(_ALL_UNITS):
            self.units[row["unit"]] = row["id"]
            self.unit_names[row["id"]] = row["unit"]
        for row in await source.fetch(_ALL_SERIES):
            pairs = tuple((name, value) for name, value in row["dimensions"])
            series = Series(row["measure"], pairs)
            self.series[series] = row["id"]
            self.series_names[row["id"]] = series


async def known_versions(
    conn: Connection, numbers: Numbers, subjects: Collection[UUID]
) -> dict[UUID, list[Version]]:
    """Return the versions of `subjects` that are folded already."""
    known: dict[UUID, list[Version]] = defaultdict(list)
    rows = await conn.fetch(_KNOWN, subjects)
    units = (number for row in rows for number in row["units"])
    series = (number for row in rows for number in row["series"])
    await numbers.recognise(conn, units, series)
    for row in rows:
        counts = tuple(
            Contribution(numbers.unit_names[unit], numbers.series_names[series], day, amount)
            for unit, series, day, amount in zip(
                row["units"], row["series"], row["occurred_on"], row["amounts"], strict=True
            )
        )
        known[row["subject"]].append(Version(row["sequence"], row["recorded_on"], counts))
    return known


async def add_facts(
    conn: Connection, numbers: Numbers, facts: Sequence[tuple[Record, Fact]]
) -> None:
    """Add facts that are not there yet."""
    rows = [
        (
            fact.subject,
            fact.version.sequence,
            fact.event.type,
            fact.event.recordedtime,
            fact.version.recorded_on,
            record.topic,
            record.partition,
            record.offset,
            [numbers.units[one.unit] for one in fact.version.counts],
            [numbers.series[one.series] for one in fact.version.counts],
            [one.occurred_on for one in fact.version.counts],
            [one.amount for one in fact.version.counts],
        )
        for record, fact in facts
    ]
    await conn.copy_records_to_table("facts", records=rows, columns=_FACT_COLUMNS)


async def merge_tallies(conn: Connection, numbers: Numbers, changes: Mapping[Cell, Change]) -> None:
    """Add `changes` to the tallies, always in the same order, so that workers never deadlock."""
    rows = sorted(
        (
            numbers.units[cell.unit],
            numbers.series[cell.series],
            cell.occurred_on,
            cell.recorded_on,
            change.facts,
            change.amount,
        )
        for cell, change in changes.items()
    )
    if rows:
        await conn.execute(_MERGE, *(list(column) for column in zip(*rows, strict=True)))


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
    await conn.copy_records_to_table("dead_letters", records=rows, columns=_DEAD_COLUMNS)
