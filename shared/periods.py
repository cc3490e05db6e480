"""Kinds of periods as data: calendar ones, and the statutory ones that end on the 14th.

Read from periods.toml.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from shared.calendar import DayKind, due_day
from shared.frozen import Closed
from shared.record import record
from shared.toml_files import read


@record(kw_only=True)
class Period:
    """A span of calendar days of Việt Nam; both ends belong to it."""

    start: date
    end: date


type Step = Literal["month", "quarter", "year"]

MONTHS: Mapping[Step, int] = {"month": 1, "quarter": 3, "year": 12}
"""How long the steps are into which a period is cut."""


def steps(period: Period, by: Step) -> Iterator[Period]:
    """Yield the calendar months, quarters or years of a period, cut where it begins and ends."""
    start, months = period.start, MONTHS[by]
    while start <= period.end:
        number = start.year * 12 + (start.month - 1) // months * months + months
        after = date(number // 12, number % 12 + 1, 1)
        yield Period(start=start, end=min(after - timedelta(days=1), period.end))
        start = after


class Due(Closed):
    """How long after the end of a period something is to be sent."""

    days: int = Field(ge=1, le=365)
    kind: DayKind = "working"

    def on(self, end: date) -> date:
        """Return the last good day for what was owed for a period that ended on `end`."""
        return due_day(end, self.days, self.kind)


class PeriodKind(Closed):
    """Periods of so many months that end in these months of a year, each on its `last_day`.

    A month that has no such day ends on the last one that it has. The one period ends where the
    next begins, or they overlap as six months and the year do. `names` tell those of a year apart
    (1, 2, … where there are none). `basis` is the law.
    """

    id: str
    label: str
    months: int = Field(ge=1, le=12)
    ends_in: Sequence[Annotated[int, Field(ge=1, le=12)]] = Field(min_length=1)
    last_day: int = Field(default=31, ge=1, le=31)
    names: Sequence[str] = ()
    send: Due | None = None
    basis: str = ""
    _known: dict[int, Sequence[Period]] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _each_has_a_name(self) -> Self:
        if self.names and len(self.names) != len(self.ends_in):
            raise ValueError("there is a name for each period of a year, or for none")
        return self

    def period(self, year: int, number: int) -> Period:
        """Return the period with this number (from 1) among those that end in the year.

        Raises ValueError where the kind has no such number.
        """
        if number not in self._numbers:
            raise ValueError(f"{self.id} has numbers from 1 to {len(self.ends_in)}")
        end = year * 12 + self.ends_in[number - 1]
        before = self._last_day_of(end - self.months)
        return Period(start=before + timedelta(days=1), end=self._last_day_of(end))

    def name(self, year: int, number: int) -> str:
        """Return how a period is called: `quý II năm 2023`, `6 tháng đầu năm 2023`."""
        if len(self.ends_in) == 1:
            return f"{self.label} {year}"
        return f"{self.label} {self.names[number - 1] if self.names else number} năm {year}"

    def around(self, day: date) -> Period:
        """Return the first period that is not over before a day."""
        periods = (period for year in (day.year, day.year + 1) for period in self._of(year))
        return next(period for period in periods if day <= period.end)

    def _of(self, year: int) -> Sequence[Period]:
        """Return the periods that end in a year; each year is counted out once."""
        if year not in self._known:
            self._known[year] = [self.period(year, number) for number in self._numbers]
        return self._known[year]

    @property
    def _numbers(self) -> range:
        return range(1, len(self.ends_in) + 1)

    def _last_day_of(self, month: int) -> date:
        """Return the day that ends a month, which is counted through from the year 0."""
        year, zero_based = divmod(month - 1, 12)
        longest = monthrange(year, zero_based + 1)[1]
        return date(year, zero_based + 1, min(self.last_day, longest))


class Periods(Closed):
    """A file of kinds of periods."""

    kinds: tuple[PeriodKind, ...] = Field(alias="kind", min_length=1)


PERIOD_KINDS: Mapping[str, PeriodKind] = {
    kind.id: kind for kind in read(Path(__file__).with_suffix(".toml"), Periods).content.kinds
}
"""Every kind of period by its id."""
