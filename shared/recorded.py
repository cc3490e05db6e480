"""When the system was told of something. Pure: what decisions know of time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.clock import ward_day
from shared.refusal import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """When the system was told: the UTC instant, and whether a migration stated it."""

    at: datetime
    migrated: bool = False

    @property
    def on(self) -> date:
        """The ward's calendar day of the instant."""
        return ward_day(self.at)

    def after(self, previous: datetime) -> "Recorded":
        """Return this moment as one that follows the recording of the step before.

        A clock that was set back a little is not believed: the step counts as recorded just after
        the one before. A migration that states an earlier day is refused.
        """
        if self.at > previous:
            return self
        if self.migrated and self.on < ward_day(previous):
            raise Refused("recorded_backwards", "Recorded-On", previous=ward_day(previous))
        return Recorded(at=previous + timedelta(microseconds=1), migrated=self.migrated)


def not_after(field: str, day: date, recorded: Recorded) -> None:
    """Refuse a day that lies after the day on which it is recorded."""
    if day > recorded.on:
        raise Refused("in_the_future", field, today=recorded.on)
