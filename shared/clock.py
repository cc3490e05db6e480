"""Time as Wardbook counts it: UTC instants for machines, calendar days of Việt Nam for the ward."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

WARD_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

type Clock = Callable[[], datetime]
"""Gives the present instant, in UTC. Injected everywhere.

Only `system_clock` looks at the machine.
"""


def system_clock() -> datetime:
    """Return the machine's present instant in UTC."""
    return datetime.now(UTC)


def ward_day(instant: datetime) -> date:
    """Return the calendar day in Việt Nam on which `instant` (aware) falls."""
    return instant.astimezone(WARD_ZONE).date()


def start_of(day: date) -> datetime:
    """Return the first instant of a calendar day in Việt Nam, in that zone."""
    return datetime.combine(day, time.min, WARD_ZONE)


def noon_of(day: date) -> datetime:
    """Return twelve o'clock of a calendar day in Việt Nam: the instant given to a migrated step."""
    return datetime.combine(day, time(12), WARD_ZONE)
