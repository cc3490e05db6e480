"""The working calendar of Việt Nam, and the day on which a case is due.

Holidays, days off in lieu and make-up Saturdays come from the `holidays` package; what it lacks is
corrected by dated data here. A due day is decided once, at receipt, and travels in the events.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Literal

from holidays import HolidayBase, country_holidays

type DayKind = Literal["working", "calendar"]
"""What a processing time counts: working days, or every day."""

WORKS: Mapping[date, bool] = {
    # The government agreed on 25 December 2025 to swap these two days for public offices. holidays
    # 0.109 lacks it; remove both lines once it is there (a test says when).
    date(2026, 1, 2): False,
    date(2026, 1, 10): True,
}
"""Days on which public offices work, or do not, against what the package says."""


class OutsideCalendar(ValueError):
    """The holidays of this day's year are not known."""


def is_working_day(day: date) -> bool:
    """Return whether public offices work on `day`."""
    holidays = _holidays()
    if not holidays.start_year <= day.year <= holidays.end_year:
        # The package would answer, with a year that has no holidays at all.
        message = f"the holidays of {day.year} are not known"
        raise OutsideCalendar(message)
    return WORKS.get(day, holidays.is_working_day(day))


@lru_cache(maxsize=1_000)
def due_day(received_on: date, days: int, kind: DayKind) -> date:
    """Return the last good day of a processing time of `days`; it is always a working day.

    The day of receipt does not count (Bộ luật Dân sự 91/2015/QH13, Điều 147 khoản 2). A time in
    calendar days that ends on a day off ends on the next working day (Điều 148 khoản 5).
    """
    if days < 1:
        message = "a processing time has at least one day"
        raise ValueError(message)
    if kind == "calendar":
        return _working_day_from(received_on + timedelta(days=days))
    due = received_on
    for _ in range(days):
        due = _working_day_from(due + timedelta(days=1))
    return due


def _working_day_from(day: date) -> date:
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@cache
def _holidays() -> HolidayBase:
    # On first use: the package loads the modules of all countries to make one of them.
    return country_holidays("VN")
