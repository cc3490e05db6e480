"""Charts: the course of figures over the months or years of a report's period, drawn to scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from services.reporting.figure import Figure, Figures, Period
from services.reporting.report import numbers
from services.reporting.report.book import printed_as
from services.reporting.report.content import Chart, HeadCell, Mark, Row, Series, Table, TextSpan
from services.reporting.report.outline import ChartOutline

_MOST_STEPS, _MOST_MARKS = 60, 10
_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_LONGEST_SCALE = 5


def chart(outline: ChartOutline, figures: Figures, period: Period) -> Chart:
    """Return a chart of the figures of an outline over a period.

    A month at either end is as long as it lies in the period; a year is a whole calendar year, but
    for the one in which the period ends. Of a long period it shows the end.
    """
    steps = _months(period) if outline.step == "month" else _years(period)
    rows = [
        [
            figures.figure(slot.indicator, {**slot.dimensions, **step.narrowing}, step.span)
            for step in steps
        ]
        for slot in outline.lines
    ]
    marks = scale([value for row in rows for value in map(_number, row) if value is not None])
    every = -(-len(steps) // _MOST_MARKS)
    return Chart(
        title=outline.title,
        unit_of_measure=numbers.unit_of(printed_as(outline.lines[0])),
        labels=tuple(step.label for step in steps),
        series=tuple(_series(row, marks[-1]) for row in rows),
        across=tuple(
            Mark(text=step.label, at=(n + 0.5) / len(steps))
            for n, step in enumerate(steps)
            if n % every == 0
        ),
        upwards=tuple(Mark(text=numbers.number(one), at=float(one / marks[-1])) for one in marks),
    )


def as_table(drawn: Chart) -> Table:
    """Return what a chart shows, for the forms in which nothing is drawn."""
    heads = ("Thời gian", *(series.name for series in drawn.series))
    rows = zip(drawn.labels, *(series.texts for series in drawn.series), strict=True)
    return Table(
        caption=drawn.title,
        scope=f"Đơn vị tính: {drawn.unit_of_measure}",
        widths=(18, *(82 // len(drawn.series) for _ in drawn.series)),
        name_column=1,
        head=(tuple(HeadCell(text=head) for head in heads),),
        rows=tuple(Row(cells=tuple(TextSpan(text=text) for text in row)) for row in rows),
        note="",
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """A month, which is a span of days, or a year, by which figures are narrowed."""

    label: str
    span: Period | None = None
    narrowing: Mapping[str, str] = field(default_factory=dict)


def _months(period: Period) -> Sequence[_Step]:
    """Return the months of a period, from the last one back."""
    steps = list[_Step]()
    end = period.end
    while end >= period.start and len(steps) < _MOST_STEPS:
        start = max(period.start, end.replace(day=1))
        steps.insert(0, _Step(f"{start.month}/{start.year}", Period(start=start, end=end)))
        if start == date.min:
            break
        end = start - timedelta(days=1)
    return steps


def _years(period: Period) -> Sequence[_Step]:
    first = max(period.start.year, period.end.year - _MOST_STEPS + 1)
    years = map(str, range(first, period.end.year + 1))
    return [_Step(year, narrowing={"year": year}) for year in years]


def _number(figure: Figure) -> int | Decimal | None:
    return figure.value if isinstance(figure.value, int | Decimal) else None


def _series(row: Sequence[Figure], top: Decimal) -> Series:
    values = tuple(map(_number, row))
    return Series(
        name=row[0].label,
        values=values,
        texts=tuple("…" if value is None else numbers.number(value) for value in values),
        heights=tuple(None if value is None else float(value / top) for value in values),
    )


def scale(values: Sequence[int | Decimal]) -> list[Decimal]:
    """Return round numbers from zero, at most six, of which the last is no less than any value.

    Of whole numbers they are whole.
    """
    highest = Decimal(max(values, default=1)) or Decimal(1)
    power = Decimal(10) ** (highest / _LONGEST_SCALE).adjusted()
    step = next(power * one for one in _STEPS if power * one * _LONGEST_SCALE >= highest)
    if all(isinstance(one, int) for one in values):
        step = max(step, Decimal(1))
    return [step * n for n in range(ceil(highest / step) + 1)]
