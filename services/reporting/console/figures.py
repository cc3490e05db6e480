"""What the console asks of a unit, worked out of its tallies: a row of the overview. Pure."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from services.reporting.drawing import drawn, heading
from services.reporting.figure import Figure, Period
from services.reporting.figures import TallyFigures
from services.reporting.filings import filings
from services.reporting.report import Borders, Plan
from services.reporting.report.model import CheckResult, Severity, Verdict
from services.reporting.tally_reader import Tallies
from shared import units
from shared.lineage import Member
from shared.periods import steps
from shared.record import record

DESKS = ("registry", "permits")
"""The departments that receive dossiers."""
_OF_DESKS = {
    "received": "received",
    "resolved": "resolved",
    "early": "resolved_early",
    "on_time": "resolved_on_time",
    "overdue": "open_overdue",
}
RECONCILED = "petitions.mediations_reconciled"
_COURSE = 12
_TENTH = Decimal("0.1")


@record(kw_only=True)
class Row:
    """How a unit stands; None where no department has told it, `partial` what one has not told.

    `resolved_in_time` of the `resolved` dossiers were not late. `course` are the dossiers received
    in each of the last months of the period.
    """

    unit: str
    name: str
    received: int | None = None
    resolved: int | None = None
    resolved_in_time: int | None = None
    overdue: int | None = None
    reconciled: int | None = None
    is_silent: bool = False
    missing: int = 0
    broken: int | None = None
    course: tuple[tuple[Period, int | None], ...] = ()
    partial: frozenset[str] = frozenset()

    @property
    def in_time(self) -> Decimal | None:
        """The share of dossiers settled in time, in percent."""
        return share(self.resolved_in_time, self.resolved)


def share(part: int | None, whole: int | None) -> Decimal | None:
    """Return what part of a whole something is, in percent to a tenth; None of nothing."""
    if part is None or not whole:
        return None
    return (Decimal(100 * part) / whole).quantize(_TENTH, ROUND_HALF_UP)


def row(plan: Plan, unit: str, period: Period, as_of: date, tallies: Tallies) -> Row:
    """Return how a unit stands in a period, by what was recorded of it up to a day."""
    figures = TallyFigures(period, tallies)
    about = heading(unit, period, as_of, max(as_of, period.end), borders=Borders.OWN)
    checks = (
        () if tallies.is_empty else drawn(plan, about, [Member(unit=unit)], {unit: tallies}).checks
    )
    owed = filings(units.unit(unit), period, as_of, tallies.statements)
    return replace(
        row_of_figures(unit, figures, period),
        is_silent=tallies.is_empty,
        missing=sum(len(one.missing) for one in owed),
        broken=None if tallies.is_empty else sum(map(_is_broken, checks)),
        course=tuple((step, received(figures, step)) for step in _last(period)),
    )


def row_of_figures(unit: str, figures: TallyFigures, period: Period) -> Row:
    """Return what a unit's figures say of a period; nothing of returns and checks."""
    told = {
        name: [_value(figures.figure(f"{desk}.applications_{what}", {}, period)) for desk in DESKS]
        for name, what in _OF_DESKS.items()
    }
    sums = {name: added(values) for name, values in told.items()}
    return Row(
        unit=unit,
        name=units.called(unit),
        received=sums["received"],
        resolved=sums["resolved"],
        resolved_in_time=added([sums["early"], sums["on_time"]]),
        overdue=sums["overdue"],
        reconciled=_value(figures.figure(RECONCILED, {}, period)),
        partial=frozenset(name for name, values in told.items() if _is_partial(values)),
    )


def received(figures: TallyFigures, span: Period) -> int | None:
    """Return the dossiers that a unit's desks received."""
    return added(
        [_value(figures.figure(f"{desk}.applications_received", {}, span)) for desk in DESKS]
    )


def added(values: list[int | None]) -> int | None:
    """Return the sum of what is told; None where nothing is."""
    told = [one for one in values if one is not None]
    return sum(told) if told else None


def _is_broken(check: CheckResult) -> bool:
    """Say whether a check is broken that is more than a note."""
    return check.verdict is Verdict.BROKEN and check.severity is not Severity.NOTE


def _last(period: Period) -> list[Period]:
    return list(steps(period, "month"))[-_COURSE:]


def _is_partial(values: list[int | None]) -> bool:
    return None in values and any(one is not None for one in values)


def _value(figure: Figure) -> int | None:
    return figure.value if isinstance(figure.value, int) else None


def a_year_before(period: Period) -> Period:
    """Return the same days of the year before; the end of a February stays one."""
    return Period(
        start=_before(period.start), end=_before(period.end + timedelta(1)) - timedelta(1)
    )


def _before(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)
