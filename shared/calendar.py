"""The working calendar of Việt Nam, and how a time in days is counted in it.

Holidays, days off in lieu and make-up Saturdays come from the `holidays` package; what it lacks is
corrected by dated data here.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Literal, NamedTuple

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


class Standstill(NamedTuple):
    """Days that no time counts: from `since` up to, but not with, `until`."""

    since: date
    until: date


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


def day_off(day: date) -> str | None:
    """Return why public offices do not work on `day`, in Vietnamese; None where they do."""
    if is_working_day(day):
        return None
    weekend = {5: "thứ Bảy", 6: "Chủ nhật"}.get(day.weekday())
    return _holidays().get(day) or weekend or "ngày nghỉ bù"


@lru_cache(maxsize=1_000)
def due_day(
    received_on: date, days: int, kind: DayKind, standstills: Sequence[Standstill] = ()
) -> date:
    """Return the last good day of a processing time of `days`; it is always a working day.

    The day of receipt does not count (Bộ luật Dân sự 91/2015/QH13, Điều 147 khoản 2), but in a time
    of no days, which ends on it. Days of `standstills` (a tuple, in any order) count in no time. A
    time in calendar days that ends on a day off ends on the next working day (Điều 148 khoản 5).
    """
    due = end_of(received_on, days, kind, standstills)
    while not counts(due, "working", standstills):
        due += timedelta(days=1)
    return due


def end_of(
    received_on: date, days: int, kind: DayKind, standstills: Sequence[Standstill] = ()
) -> date:
    """Return the last day of a processing time, which may be a day off."""
    if days < 0:
        message = "a processing time is not below zero"
        raise ValueError(message)
    end, left = received_on, days
    while left:
        end += timedelta(days=1)
        left -= counts(end, kind, standstills)
    return end


def counts(day: date, kind: DayKind, standstills: Sequence[Standstill] = ()) -> bool:
    """Say whether a time counts `day`."""
    stands = any(one.since <= day < one.until for one in standstills)
    return not stands and (kind == "calendar" or is_working_day(day))


@cache
def _holidays() -> HolidayBase:
    # On first use: the package loads the modules of all countries to make one of them.
    return country_holidays("VN", language="vi")
