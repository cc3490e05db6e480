"""A unit by itself: the course of its figures, year on year, and against plans. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from services.reporting.console.figures import Row, a_year_before, row_of_figures
from services.reporting.figure import Figure, Kind, Period
from services.reporting.figures import TallyFigures
from services.reporting.report import numbers
from services.reporting.report.charts import scale
from services.reporting.report.keys import figure_key
from services.reporting.tally_reader import Tallies
from shared import units
from shared.indicators import CATALOGUE
from shared.periods import MONTHS, Step, steps
from shared.record import record

COURSES = ("received", "in_time", "overdue", "reconciled")
"""Figures of the overview whose course is drawn."""
YEAR_ON_YEAR = (
    "registry.applications_received",
    "registry.applications_resolved",
    "registry.resolved_on_time_share",
    "registry.applications_open_overdue",
    "registry.births_registered",
    "registry.deaths_registered",
    "registry.marriages_registered",
    "permits.applications_received",
    "permits.applications_resolved",
    "permits.resolved_on_time_share",
    "permits.applications_open_overdue",
    "petitions.visitors_received",
    "petitions.petitions_received",
    "petitions.mediation_requests",
    "petitions.mediations_reconciled",
    "budget.revenue_actual",
    "budget.expenditure_actual",
)
_STEPS: Mapping[Step, int] = {"month": 24, "quarter": 16, "year": 8}
_PLANS = {"budget.revenue_plan": "budget.revenue_actual"}
_TARGET = "_target"

type Number = int | Decimal


@record(kw_only=True)
class Point:
    """A figure of a step of time, and how high it lies (0 to 1)."""

    span: Period
    value: Number | None
    height: float | None


@record(kw_only=True)
class Line:
    """The course of a figure; `marks` are the round numbers beside it, from zero."""

    name: str
    points: tuple[Point, ...]
    marks: tuple[tuple[Number, float], ...]


@record(kw_only=True)
class Pair:
    """Two figures of one thing, the latter held against the former; `key` is the latter's name.

    `difference` is in percentage points of ratios; `percent` is of the former, of ratios none.
    """

    key: str
    label: str
    unit_of_measure: str
    former: Number | None
    latter: Number | None
    decimals: int
    is_ratio: bool

    @property
    def difference(self) -> Number | None:
        """The latter less the former."""
        if self.former is None or self.latter is None:
            return None
        return self.latter - self.former

    @property
    def percent(self) -> Decimal | None:
        """The difference in percent of the former."""
        if self.difference is None or self.is_ratio or not self.former:
            return None
        return Decimal(self.difference) * 100 / abs(Decimal(self.former))


@record(kw_only=True)
class Picture:
    """What a unit's page shows of its figures."""

    is_silent: bool
    now: Row
    lines: tuple[Line, ...]
    year_on_year: tuple[Pair, ...]
    plans: tuple[Pair, ...]


def picture(unit: units.Unit, period: Period, by: Step, tallies: Tallies) -> Picture:
    """Return what is shown of a unit, by what was recorded of it."""
    figures = TallyFigures(period, tallies)
    spans = list(course_of(unit, period, by))
    rows = [row_of_figures(unit.id, figures, span) for span in spans]
    before = a_year_before(period)
    was_there = before.end >= (unit.valid_from or date.min)
    return Picture(
        is_silent=tallies.is_empty,
        now=row_of_figures(unit.id, figures, period),
        lines=tuple(line(name, spans, [getattr(one, name) for one in rows]) for name in COURSES),
        year_on_year=tuple(
            pair(
                figure_key(one, {}),
                figures.figure(one, {}, before) if was_there else None,
                figures.figure(one, {}),
            )
            for one in YEAR_ON_YEAR
        ),
        plans=tuple(one for one in _against_plans(figures) if one.former is not None),
    )


def course_of(unit: units.Unit, period: Period, by: Step) -> Iterator[Period]:
    """Yield the steps up to the end of a period, of the days on which there was the unit."""
    end = min(period.end, unit.valid_to or date.max)
    months = MONTHS[by]
    first = end.year * 12 + (end.month - 1) // months * months - (_STEPS[by] - 1) * months
    start = max(date(first // 12, first % 12 + 1, 1), unit.valid_from or date.min)
    if start <= end:
        yield from steps(Period(start=start, end=end), by)


def line(name: str, spans: Sequence[Period], values: Sequence[Number | None]) -> Line:
    """Return a course drawn to scale, from zero to a round number above its highest value."""
    marks = scale([one for one in values if one is not None])
    top = marks[-1]
    return Line(
        name=name,
        points=tuple(
            Point(span=span, value=one, height=None if one is None else float(one / top))
            for span, one in zip(spans, values, strict=True)
        ),
        marks=tuple((one, float(one / top)) for one in marks),
    )


def runs(points: Sequence[Point]) -> Iterator[Sequence[tuple[int, float]]]:
    """Yield the stretches of a course without a gap: places and heights."""
    run = list[tuple[int, float]]()
    for place, point in enumerate(points):
        if point.height is not None:
            run.append((place, point.height))
        elif run:
            yield run
            run = []
    if run:
        yield run


def pair(key: str, former: Figure | None, latter: Figure, label: str = "") -> Pair:
    """Return two figures of one thing side by side, in the unit in which it is printed."""
    indicator = CATALOGUE.indicators[latter.indicator]
    divide = indicator.printed.divide if indicator.printed else 1
    is_ratio = latter.kind is Kind.RATIO
    return Pair(
        key=key,
        label=label or latter.label,
        unit_of_measure=numbers.unit_of(indicator),
        former=None if former is None else _number(former, divide),
        latter=_number(latter, divide),
        decimals=indicator.decimals if is_ratio or indicator.fractional or divide > 1 else 0,
        is_ratio=is_ratio,
    )


def _against_plans(figures: TallyFigures) -> Iterator[Pair]:
    for plan, actual, dimensions in plans():
        told = figures.figure(actual, dimensions)
        words = CATALOGUE.indicators[actual].dimensions
        said = [
            told_so for name, code in dimensions.items() for told_so in _words(words, name, code)
        ]
        label = f"{told.label} ({', '.join(said)})" if said else told.label
        yield pair(figure_key(actual, dimensions), figures.figure(plan, dimensions), told, label)


def plans() -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Yield what is planned, what becomes of it, and to what both are narrowed."""
    for plan, actual in _PLANS.items():
        yield plan, actual, {}
    for indicator in CATALOGUE.indicators.values():
        actual = indicator.id.removesuffix(_TARGET)
        if indicator.kind is Kind.TARGET and actual != indicator.id:
            known = CATALOGUE.dimensions_of(CATALOGUE.indicators[actual])
            narrowings: Sequence[Mapping[str, str]] = [
                {name: code}
                for name, codes in CATALOGUE.dimensions_of(indicator).items()
                for code in codes or ()
                if code in (known.get(name) or ())
            ]
            for one in narrowings or [{}]:
                yield indicator.id, actual, one


def _words(words: Mapping[str, object], name: str, code: str) -> Iterator[str]:
    known = words.get(name)
    if isinstance(known, Mapping):
        yield known[code]


def _number(figure: Figure, divide: int) -> Number | None:
    if not isinstance(figure.value, int | Decimal):
        return None
    return figure.value if divide == 1 else Decimal(figure.value) / divide
