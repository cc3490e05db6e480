"""The spans of days that the columns of a table may be of, besides the report's own."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date

from services.reporting.figure import Period
from shared.periods import PERIOD_KINDS

_MONTHS = 12


def spans_of(period: Period) -> Mapping[str, Period | None]:
    """Return the spans by the names of outlines; None is the report's own period."""
    return {
        "period": None,
        "year_before": Period(start=_year_before(period.start), end=_year_before(period.end)),
        "year_to_date": Period(start=_start_of_year(period), end=period.end),
    }


def _year_before(day: date) -> date:
    """Return the same day a year before; the last day of a month stays the last one.

    Before the year 1 there is no day: what would lie there is in it.
    """
    year = max(day.year - 1, date.min.year)
    last, last_then = monthrange(day.year, day.month)[1], monthrange(year, day.month)[1]
    return date(year, day.month, last_then if day.day == last else min(day.day, last_then))


def _start_of_year(period: Period) -> date:
    """Return the first day of the year in which a period ends.

    A period that begins on the first day of a statutory one (the 15th) is of the statutory year.
    """
    years = (
        kind.period(period.end.year, 1).start
        for kind in PERIOD_KINDS.values()
        if kind.months == _MONTHS and period.end.year > date.min.year
    )
    calendar = date(period.end.year, 1, 1)
    return next((start for start in years if start.day == period.start.day), calendar)
