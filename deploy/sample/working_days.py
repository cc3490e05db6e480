"""The working days of Việt Nam in a period: no weekends, public holidays or swapped days off."""

from datetime import date, timedelta

from shared.calendar import due_day, is_working_day


class WorkingDays:
    """The working days from `start` to `end`, and a way to count on from any of them."""

    def __init__(self, start: date, end: date) -> None:
        """Hold the working days of the period, both ends included."""
        days = (start + timedelta(days=number) for number in range((end - start).days + 1))
        self.period = tuple(day for day in days if is_working_day(day))

    def after(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`; for 0 the first one from `day` on."""
        return due_day(day, count, "working")
