"""What questions for figures and reports have in common: their days, and the units they name."""

from datetime import date

from services.reporting.figure import Period
from shared import units
from shared.refusal import Refused


def have_come(period: Period, as_of: date, today: date) -> None:
    """Refuse a period that ends before it begins, and days that have not come yet."""
    if period.end < period.start:
        raise Refused("period_backwards", "to", start=period.start)
    for field, day in (("from", period.start), ("to", period.end), ("as_of", as_of)):
        if day > today:
            raise Refused("in_the_future", field, today=today)


def known(holder: str, field: str) -> str:
    """Return a unit or what is above units, by its identity; refuses what no list has."""
    try:
        units.called(holder)
    except units.UnknownUnit:
        raise Refused("unknown_unit", field, status=404, unit=holder) from None
    return holder
