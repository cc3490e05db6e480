"""The events that a figure of one unit counts, found among its facts.

Returns and entries are named by the event in which they stood as of the day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import asyncpg

from services.reporting.figure import Figure, Period
from services.reporting.figures import TallyFigures
from services.reporting.report import ReportHeading
from services.reporting.rolled import Part
from services.reporting.tally_reader import Tallies
from services.reporting.versions import VERSIONS_OF_UNIT
from shared.database import Connection
from shared.events.envelope import event_id
from shared.frozen import Frozen
from shared.indicators import Selection

PAGE = 100
"""Events of one answer."""

_COUNTED = f"""
WITH {VERSIONS_OF_UNIT}, known AS (
    SELECT DISTINCT ON (subject) * FROM versions WHERE holds_from <= $2
     ORDER BY subject, sequence DESC
), counted AS (
    SELECT known.subject, known.sequence, sum(part.amount * wanted.sign)::bigint AS amount
      FROM known
     CROSS JOIN LATERAL unnest(known.units, known.series, known.occurred_on, known.amounts)
                AS part (unit, series, day, amount)
      JOIN own ON own.id = part.unit
      JOIN unnest($3::integer[], $4::integer[], $5::date[], $6::date[])
           AS wanted (series, sign, first, last)
           ON wanted.series = part.series AND part.day BETWEEN wanted.first AND wanted.last
     GROUP BY known.subject, known.sequence
    HAVING sum(part.amount * wanted.sign) <> 0
)
SELECT subject, sequence, amount FROM counted
"""  # noqa: S608 - made of constants
_STATED = """
SELECT subject, sequence, NULL::bigint AS amount
  FROM unnest($1::uuid[], $2::integer[]) AS stated (subject, sequence)
"""
_WHERE_THEY_STAND = """
WITH found AS ({found}), page AS (
    SELECT found.*, types.type, topics.topic, partition, "offset", recorded_on
      FROM found JOIN facts USING (subject, sequence)
      JOIN types ON types.id = facts.type JOIN topics ON topics.id = facts.topic
     ORDER BY recorded_on, subject OFFSET {offset} LIMIT {limit}
)
SELECT page.*, total, sum
  FROM (SELECT count(*) AS total, sum(amount)::bigint AS sum FROM found) AS whole
  LEFT JOIN page ON true
 ORDER BY recorded_on, subject
"""
"""One row at least: what all events come to is told on a page that has none, too."""


class Event(Frozen):
    """An event that a figure counts: with which amount, and where its record stands.

    `amount` is None where it was stated, not counted.
    """

    id: str
    type: str
    recorded_on: date
    amount: int | None
    topic: str
    partition: int
    offset: int


class Events(Frozen):
    """A page of the events behind a figure, of `total` in all, whose amounts add up to `amount`."""

    total: int = 0
    amount: int | None = None
    page: int = 0
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure whose events are asked for, as it was found, and which page of them."""

    chosen: Selection
    period: Period
    figure: Figure
    page: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Contributions to a series that count, with their sign, from one day to another."""

    series: int
    sign: int
    first: date
    last: date


async def events_of(
    conn: Connection, about: ReportHeading, one: Part, tallies: Tallies, asked: Asked
) -> Events:
    """Return a page of the events behind a figure of one unit, found from its tallies.

    They come in the order in which they were recorded; the page is numbered from 0.
    """
    if asked.chosen.indicator.terms or asked.chosen.indicator.schedule is not None:
        assert isinstance(one.figures, TallyFigures)
        told = _wanted(one.figures, tallies, asked.chosen, asked.period, about.as_of)
        columns = _columns(list(told))
        rows = await _found(conn, _COUNTED, asked.page, about.unit_id, about.as_of, *columns)
    else:
        rows = await _found(conn, _STATED, asked.page, *_sources(asked.figure, tallies))
    return Events(
        total=rows[0]["total"] if rows else 0,
        amount=rows[0]["sum"] if rows else None,
        page=asked.page,
        events=tuple(_event(row) for row in rows if row["subject"]),
    )


def _wanted(
    figures: TallyFigures, tallies: Tallies, chosen: Selection, period: Period, as_of: date
) -> Iterator[_Wanted]:
    series = tallies.sums.series
    if chosen.indicator.schedule is not None:
        for one in series:
            if one.measure == "schedule":
                yield _Wanted(one.number, 1, date.min, period.end)
    for term, span, places in figures.counted(chosen, period):
        first, last = {
            "within": (span.start, span.end),
            "before": (date.min, span.start - timedelta(days=1)),
            "end": (date.min, min(span.end, as_of)),
        }[term.at]
        for place in places:
            yield _Wanted(series[place].number, term.sign, first, last)


def _columns(wanted: Sequence[_Wanted]) -> Sequence[Sequence[object]]:
    return (
        [one.series for one in wanted],
        [one.sign for one in wanted],
        [one.first for one in wanted],
        [one.last for one in wanted],
    )


def _sources(figure: Figure, tallies: Tallies) -> tuple[Sequence[str], Sequence[int]]:
    """Return the returns and entries that a figure is taken from, in the version that held."""
    versions = {one.subject: one.sequence for one in tallies.statements}
    return figure.sources, [versions[source] for source in figure.sources]


async def _found(
    conn: Connection, found: str, page: int, *told: object
) -> Sequence[asyncpg.Record]:
    where = _WHERE_THEY_STAND.format(found=found, offset=page * PAGE, limit=PAGE)
    return await conn.fetch(where, *told)


def _event(row: asyncpg.Record) -> Event:
    return Event(
        id=event_id(row["subject"], row["sequence"]),
        type=row["type"],
        recorded_on=row["recorded_on"],
        amount=row["amount"],
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
    )
