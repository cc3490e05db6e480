"""What each step of a case put into the tallies and took out of them: from its facts alone.

They hold no personal data: codes, days, amounts. A step that moved nothing is told without any.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.reporting import projection
from shared.database import Pool
from shared.events.envelope import event_id
from shared.frozen import Frozen
from shared.refusal import Refused

_FACTS = """
SELECT subject, sequence, types.type, topics.topic, partition, "offset", recorded_on,
       counted.amounts, counted.days, counted.measures, counted.dimensions, counted.units
  FROM facts
  JOIN types ON types.id = facts.type JOIN topics ON topics.id = facts.topic
 CROSS JOIN LATERAL (
       SELECT array_agg(part.amount) AS amounts, array_agg(part.day) AS days,
              array_agg(series.measure) AS measures,
              array_agg(series.dimensions::text) AS dimensions, array_agg(units.unit) AS units
         FROM unnest(facts.units, facts.series, facts.occurred_on, facts.amounts)
              AS part (unit, series, day, amount)
         JOIN units ON units.id = part.unit JOIN series ON series.id = part.series
       ) AS counted
 WHERE subject = $1
 ORDER BY sequence
"""

_STATED = """
SELECT DISTINCT units.unit FROM statements JOIN units ON units.id = statements.unit
 WHERE subject = $1
"""

type _Cell = tuple[str, str, str, date]
"""Unit, measure, dimensions as JSON, day."""


class Movement(Frozen):
    """An amount that a step put into a tally, or took out of it where it is negative."""

    unit: str
    measure: str
    dimensions: Mapping[str, str]
    occurred_on: date
    amount: int


class StepMovements(Frozen):
    """A step as its event was folded, and all that it moved."""

    id: str
    type: str
    recorded_on: date
    topic: str
    partition: int
    offset: int
    moved: tuple[Movement, ...]


class Movements(Frozen):
    """The steps of a case (or visit, or schedule) that are folded, in order.

    What all of them moved adds up to what the case counts as now, in these units.
    """

    id: UUID
    units: tuple[str, ...]
    steps: tuple[StepMovements, ...]


async def movements(pool: Pool, subject: UUID) -> Movements:
    """Return what the steps of a subject moved. Refuses one of which nothing is folded."""
    async with projection.snapshot(pool) as conn:
        rows = await conn.fetch(_FACTS, subject)
        stated = [row["unit"] for row in await conn.fetch(_STATED, subject)]
    if not rows:
        raise Refused("not_folded", "id", status=404)
    counted = [Counter[_Cell](), *map(_counted, rows)]
    steps = [
        _step(row, before, after)
        for row, before, after in zip(rows, counted, counted[1:], strict=False)
    ]
    units = {one.unit for step in steps for one in step.moved} | set(stated)
    return Movements(id=subject, units=tuple(sorted(units)), steps=tuple(steps))


def _counted(row: asyncpg.Record) -> Counter[_Cell]:
    """Return what a version counts as."""
    cells: Counter[_Cell] = Counter()
    columns: Sequence[str] = ("units", "measures", "dimensions", "days", "amounts")
    for *cell, amount in zip(*(row[name] or () for name in columns), strict=True):
        cells[tuple(cell)] += amount
    return cells


def _step(row: asyncpg.Record, before: Counter[_Cell], after: Counter[_Cell]) -> StepMovements:
    """Return a step and the difference between what the two versions count as."""
    moved = after.copy()
    moved.subtract(before)
    return StepMovements(
        id=event_id(row["subject"], row["sequence"]),
        **{name: row[name] for name in ("type", "recorded_on", "topic", "partition", "offset")},
        moved=tuple(
            Movement(
                unit=unit,
                measure=measure,
                dimensions=json.loads(dimensions),
                occurred_on=day,
                amount=amount,
            )
            for (unit, measure, dimensions, day), amount in sorted(moved.items())
            if amount
        ),
    )
