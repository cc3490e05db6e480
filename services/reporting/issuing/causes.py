"""Which later events a changed figure hangs on: read from the facts, found by trying.

What an event moved is known by series; which figures a series is part of is tried out: a figure
that comes out otherwise when that series is changed is part of it. So no formula is known here.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Literal

import asyncpg

from services.reporting import projection
from services.reporting.figure import Figures, Period
from services.reporting.issuing.kept import KeptFigure
from services.reporting.positions import Positions
from services.reporting.report import ReportHeading
from services.reporting.tally_reader import Dated, Sum, Tallies
from shared.database import Pool
from shared.events.envelope import event_id

_VERSIONS = """
WITH own AS (
    SELECT id FROM units WHERE unit = $1
), since AS (
    SELECT topics.id AS topic, partition, next
      FROM unnest($2::text[], $3::integer[], $4::bigint[]) AS told (topic, partition, next)
      JOIN topics ON topics.topic = told.topic
), versions AS (
    SELECT facts.*, max(recorded_on) OVER (PARTITION BY subject ORDER BY sequence) AS holds_from
      FROM facts WHERE subject IN (
           SELECT subject FROM facts JOIN own ON facts.units @> ARRAY[own.id])
), judged AS (
    SELECT versions.*, "offset" >= coalesce(next, 0) OR holds_from > $5 AS is_later
      FROM versions LEFT JOIN since USING (topic, partition)
)
SELECT subject, sequence, is_later, holds_from, cell.measure, cell.dimensions, cell.day, cell.amount
  FROM judged LEFT JOIN LATERAL (
       SELECT measure, dimensions::text AS dimensions, day, sum(amount)::bigint AS amount
         FROM unnest(judged.units, judged.series, judged.occurred_on, judged.amounts)
              AS part (unit, series, day, amount)
         JOIN own ON own.id = part.unit
         JOIN series ON series.id = part.series
        GROUP BY series.id, day
       ) AS cell ON true
 WHERE subject IN (SELECT subject FROM judged WHERE is_later)
 ORDER BY subject, sequence
"""
_IMPLIED = {"department", "field"}
"""Dimensions that no series has: the reader of tallies adds what a procedure implies."""
_MUCH = 10**9

type Cells = Mapping[tuple[str, str, date], int]
"""What a version counts as: measure, dimensions as JSON, day."""


@dataclass(frozen=True, slots=True)
class Touch:
    """Where events have moved something: a series, before or within the period of a report."""

    measure: str
    dimensions: str
    span: Literal["before", "within"]

    def is_of(self, one: Sum | Dated) -> bool:
        """Say whether a row of the tallies is of this series."""
        own = {name: value for name, value in one.dimensions.items() if name not in _IMPLIED}
        return one.measure == self.measure and own == json.loads(self.dimensions)


async def touches(
    pool: Pool, about: ReportHeading, since: Positions
) -> Mapping[Touch, Sequence[str]]:
    """Return what the later events have moved, with their ids, the first recorded first.

    Later is what stands at or above the positions `since`, or was recorded after the day as of
    which the report is drawn that is `about` this.
    """
    places = [tp.topic for tp in since], [tp.partition for tp in since], list(since.values())
    async with (
        pool.acquire() as conn,
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        await projection.read_live(conn)
        rows = await conn.fetch(_VERSIONS, about.unit_id, *places, about.as_of)
    found = defaultdict[Touch, list[tuple[date, str]]](list)
    for _, versions in groupby(rows, key=lambda row: row["subject"]):
        for touch, event in _of_subject(list(versions), about.period):
            found[touch].append(event)
    return {touch: [event for _, event in sorted(events)] for touch, events in found.items()}


def _of_subject(
    rows: Sequence[asyncpg.Record], period: Period
) -> Iterator[tuple[Touch, tuple[date, str]]]:
    before: Cells = {}
    for (subject, sequence), version in groupby(
        rows, lambda row: (row["subject"], row["sequence"])
    ):
        own = list(version)
        after = {
            (row["measure"], row["dimensions"], row["day"]): row["amount"]
            for row in own
            if row["measure"] is not None
        }
        if own[0]["is_later"]:
            for touch in _moved(before, after, period):
                yield touch, (own[0]["holds_from"], event_id(subject, sequence))
        before = after


def _moved(before: Cells, after: Cells, period: Period) -> set[Touch]:
    cells = {cell for cell in before.keys() | after.keys() if before.get(cell) != after.get(cell)}
    return {
        Touch(measure, dimensions, "before" if day < period.start else "within")
        for measure, dimensions, day in cells
        if day <= period.end
    }


def causes(
    wanted: Mapping[str, KeptFigure],
    touched: Mapping[Touch, Sequence[str]],
    tallies: Tallies,
    figures: Callable[[Tallies], Figures],
) -> Mapping[str, Sequence[str]]:
    """Return the events of each wanted figure by its key; `figures` gives those of some tallies.

    None where no event by itself did it, as when a department that had told nothing began to.
    """
    now = {key: _value(figures(tallies), figure) for key, figure in wanted.items()}
    found = {key: dict[str, None]() for key in wanted}
    for touch, events in touched.items():
        for probe in map(figures, _probes(tallies, touch)):
            for key, figure in wanted.items():
                if _value(probe, figure) != now[key]:
                    found[key] |= dict.fromkeys(events)
    return {key: tuple(events) for key, events in found.items()}


def _probes(tallies: Tallies, touch: Touch) -> Iterator[Tallies]:
    """Yield the tallies with one series told otherwise: much more, nothing; or without it."""
    if any(map(touch.is_of, tallies.dated)):
        yield replace(tallies, dated=[one for one in tallies.dated if not touch.is_of(one)])
    mine = [one for one in tallies.sums if touch.is_of(one)]
    rest = [one for one in tallies.sums if not touch.is_of(one)]
    if mine:
        yield replace(tallies, sums=[*rest, *(_plus(one, touch.span, _MUCH) for one in mine)])
        yield replace(
            tallies, sums=[*rest, *(_plus(one, touch.span, -one.at(touch.span)) for one in mine)]
        )


def _plus(one: Sum, span: Literal["before", "within"], more: int) -> Sum:
    if span == "before":
        return replace(one, before=one.before + more, end=one.end + more)
    return replace(one, within=one.within + more, end=one.end + more)


def _value(figures: Figures, figure: KeptFigure) -> Sequence[object]:
    """Return what a figure comes to; a sum of figures comes to what they come to."""
    indicators = [part.partition("?")[0] for part in figure.parts] or [figure.indicator]
    found = (figures.figure(each, figure.dimensions) for each in indicators)
    return [(one.value, one.absence) for one in found]
