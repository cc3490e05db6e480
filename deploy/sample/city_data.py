"""Reads city.toml: how much work the units of a city have, and how well they keep their days."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from deploy.sample.figures import Wrong
from shared.events.cases import ProcedureCode, UnitId
from shared.events.petitions import Weekday
from shared.frozen import Closed

Share = Annotated[float, Field(ge=0, le=1)]
Range = tuple[float, float]
"""From the least to the most, both drawn."""


class Shares(Closed):
    """Which share of the cases of one kind came online, and which ended otherwise than early."""

    online: Share
    on_time: Share
    late: Share
    withdrawn: Share
    open: Share
    overdue: Share


class Span(Closed):
    """The days that are told of units, both included."""

    start: date
    end: date

    @property
    def years(self) -> float:
        """How long it is."""
        return ((self.end - self.start).days + 1) / 365.25


class CityWork(Closed):
    """The cases of one procedure: so many a year in a unit of size 1, or one for each before."""

    procedure: ProcedureCode
    working_days: int = Field(ge=1)
    a_year: float = Field(default=0, ge=0)
    room: int = 0
    follows: ProcedureCode | None = None
    wrong: tuple[Wrong, ...] = ()
    entered_twice: int = 0


class CityPetitions(Closed):
    """Mediations and visits of a year in a unit of size 1."""

    mediations_a_year: float
    reconciled: Share
    visits_a_year: float
    most_visitors: int = Field(ge=1)


class Budget(Closed):
    """Returns of the budget: how many of those owed are filed, and within which ranges."""

    form: str
    filed: Share
    revenue_plan: Range
    revenue: Range
    expenditure: Range


class SampleWard(Closed):
    """The ward that has a sample of its own, and what is told of it beside that."""

    unit: UnitId
    start: date
    reception_day: Weekday


class City(Closed):
    """All that is chosen of a city's sample."""

    district: str
    seed: int
    sizes: Range
    late: Range
    shares: Shares
    old: Span
    new: Span
    sample_ward: SampleWard
    work: tuple[CityWork, ...]
    petitions: CityPetitions
    budget: Budget


@cache
def read_city() -> City:
    """Return what city.toml says."""
    text = Path(__file__).with_name("city.toml").read_text(encoding="utf-8")
    return City.model_validate(tomllib.loads(text))
