"""What every page of the console is asked: whose figures, of which days, as recorded up to when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Query, Request

from services.reporting.asked import have_come, known
from services.reporting.console.view import of_kind, usual_period
from services.reporting.figure import Period
from shared.access import answering
from shared.clock import Clock, ward_day
from shared.frozen import EARLIEST_DAY, Day
from shared.refusal import Refused


@dataclass(frozen=True, slots=True)
class Days:
    """The days asked about; `is_told` says whether the address has all of them as they are."""

    period: Period
    as_of: date
    today: date
    is_told: bool

    @property
    def state(self) -> Mapping[str, object]:
        """What an address says of them."""
        return {"start": self.period.start, "end": self.period.end, "as_of": self.as_of}


class AskedDays:
    """Reads the days from an address, where they are told by themselves or by a kind of period."""

    def __init__(self, clock: Clock) -> None:
        """Know the day."""
        self._clock = clock

    def __call__(  # noqa: PLR0917 - parameters of the address
        self,
        start: Annotated[Day | None, Query(alias="from", description="first day")] = None,
        end: Annotated[Day | None, Query(alias="to", description="last day")] = None,
        as_of: Annotated[Day | None, Query(description="as recorded up to this day; today")] = None,
        kind: Annotated[str, Query(max_length=32, description="instead of days")] = "",
        year: Annotated[int | None, Query(ge=EARLIEST_DAY.year, le=9998)] = None,
        number: Annotated[int, Query(ge=1, le=12, description="of the kind, in the year")] = 1,
        lang: Annotated[str, Query(max_length=2, description="vi, en")] = "",
    ) -> Days:
        """Return the days; refuses such as do not fit."""
        del lang  # read where a page is rendered, and remembered
        today = ward_day(self._clock())
        is_told = not kind and start is not None and end is not None and as_of is not None
        usual = usual_period(as_of or today)
        period = Period(start=start or usual.start, end=end or usual.end)
        if kind:
            try:
                period = of_kind(kind, year or today.year, number, today)
            except ValueError:
                raise Refused("no_such_period", "number", most=12) from None
        have_come(period, as_of or today, today)
        return Days(period, as_of or today, today, is_told)


def allowed(request: Request, unit: str) -> str:
    """Return a unit or what is above units; refuses a stranger to it, and what there is not."""
    answering(request, known(unit, "unit"))
    return unit
