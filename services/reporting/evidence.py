"""What stands behind a figure: the figures it is calculated from, or the events it counts.

The amounts of a figure's events add up to it. Returns and entries are named by the event in which
they stood as of the day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import asyncpg

from services.reporting import projection
from services.reporting.figure import Absence, Figure, Period
from services.reporting.figures import TallyFigures
from services.reporting.report import ReportHeading, numbers
from services.reporting.report.book import FigureBook, label_of
from services.reporting.report.keys import figure_key, read_key
from services.reporting.tally_reader import Tallies, tallies_of
from services.reporting.versions import VERSIONS_OF_UNIT
from shared.database import Connection, Pool
from shared.events.envelope import event_id
from shared.formula import Formula
from shared.frozen import EARLIEST_DAY, Frozen
from shared.indicators import CATALOGUE, Selection
from shared.refusal import Refused
from shared.slots import FigureSlot

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


class Evidence(Frozen):
    """What stands behind a figure; `display` is its form in a sentence.

    `operands` are the keys of the figures that `formula` calculates it from, `labels` what they are
    called; `events` are those of one page, of `total` in all, whose amounts add up to `amount`.
    """

    figure: str
    label: str
    unit_of_measure: str
    period: Period
    value: int | Decimal | str | None
    upper: int | Decimal | None
    absence: Absence | None
    display: str
    formula: str | None
    operands: tuple[str, ...]
    labels: tuple[str, ...]
    total: int = 0
    amount: int | None = None
    page: int = 0
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Contributions to a series that count, with their sign, from one day to another."""

    series: int
    sign: int
    first: date
    last: date


async def evidence(pool: Pool, about: ReportHeading, key: str, page: int) -> Evidence:
    """Return what stands behind the figure named `key` of the report that is `about` this.

    Events come in the order in which they were recorded, a page at a time from 0. Figure and events
    are of one moment. Refuses a figure that does not exist.
    """
    async with projection.snapshot(pool) as conn:
        return await _evidence(conn, about, key, page)


async def _evidence(conn: Connection, about: ReportHeading, key: str, page: int) -> Evidence:
    tallies = await tallies_of(conn, about.unit_id, about.as_of)
    figures = TallyFigures(about.period, tallies)
    try:
        slot, span = read_key(key)
        added = [replace(slot, indicator=one) for one in slot.indicator.split(" + ")]
        if len(added) > 1:
            return _sum(figures, key, added, span)
        period = span or about.period
        chosen = CATALOGUE.resolve(slot.indicator, slot.dimensions)
        figure = figures.figure(slot.indicator, slot.dimensions, period)
    except (KeyError, ValueError, OverflowError):
        raise Refused("unknown_figure", "figure", status=404, figure=key) from None
    if period.start < EARLIEST_DAY:
        raise Refused("unknown_figure", "figure", status=404, figure=key)
    formula: Formula | None = None
    rows: Sequence[asyncpg.Record] = []
    if chosen.indicator.formula is not None:
        formula = CATALOGUE.formula_of(chosen)
    elif chosen.indicator.terms or chosen.indicator.schedule is not None:
        wanted = list(_wanted(figures, tallies, chosen, period, about.as_of))
        rows = await _found(conn, _COUNTED, page, about.unit_id, about.as_of, *_columns(wanted))
    else:
        rows = await _found(conn, _STATED, page, *_sources(figure, tallies))
    operands = formula.operands if formula else ()
    return Evidence(
        figure=key,
        label=label_of(slot, figure.label),
        unit_of_measure=figure.unit_of_measure,
        period=figure.period,
        value=figure.value,
        upper=figure.upper,
        absence=figure.absence,
        display=numbers.in_prose(figure, chosen.indicator),
        formula=formula.text(_label) if formula else None,
        operands=tuple(figure_key(one.indicator, one.dimensions, span) for one in operands),
        labels=tuple(map(_label, operands)),
        total=rows[0]["total"] if rows else 0,
        amount=rows[0]["sum"] if rows else None,
        page=page,
        events=tuple(_event(row) for row in rows if row["subject"]),
    )


def _sum(
    figures: TallyFigures, key: str, added: Sequence[FigureSlot], span: Period | None
) -> Evidence:
    """Return what a cell of a table adds up. Raises KeyError where none would be named so."""
    book = FigureBook(figures)
    book.cell(added, span)
    entry = book.entries()[key]
    labels = tuple(map(_label, added))
    return Evidence(
        figure=key,
        label=entry.label,
        unit_of_measure=entry.unit_of_measure,
        period=entry.period,
        value=entry.value,
        upper=entry.upper,
        absence=entry.absence,
        display=entry.display,
        formula=" + ".join(labels),
        operands=entry.parts,
        labels=labels,
    )


def _label(slot: FigureSlot) -> str:
    return label_of(slot, CATALOGUE.resolve(slot.indicator, slot.dimensions).indicator.label)


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
