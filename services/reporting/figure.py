"""A figure: one number (or text, or kind of nothing) of a report, with what it is a figure of."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from shared.indicators.model import Kind
from shared.periods import Period
from shared.quantity import Qualifier
from shared.record import record

__all__ = ["Absence", "Figure", "Figures", "Found", "Kind", "Period"]


class Absence(StrEnum):
    """Why a figure has no value. Zero is a value and none of these."""

    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    SUPPRESSED = "suppressed"


@record()
class Found:
    """A value with the days that it is of; the rest as in a Figure."""

    value: int | Decimal | str | Absence
    period: Period
    upper: int | Decimal | None = None
    qualifier: Qualifier | None = None
    sources: tuple[str, ...] = ()


@record(kw_only=True)
class Figure:
    """One value with its meaning. Exactly one of `value` and `absence` is set.

    `value` is a whole number (counts, đồng), an exact decimal (in percent for ratios), or a text or
    its code. `upper` makes it the lower end of a range, `qualifier` says that it is not exact.
    `sources` are the subjects of the returns and entries that it was taken from.
    """

    indicator: str
    dimensions: Mapping[str, str]
    label: str
    unit_of_measure: str
    kind: Kind
    period: Period
    value: int | Decimal | str | None
    absence: Absence | None = None
    upper: int | Decimal | None = None
    qualifier: Qualifier | None = None
    sources: tuple[str, ...] = ()


class Figures(Protocol):
    """Where a report takes its figures from: one unit, one period, as of one day."""

    def figure(
        self, indicator: str, dimensions: Mapping[str, str], period: Period | None = None
    ) -> Figure:
        """Return the figure of an indicator narrowed to `dimensions`.

        It is of the report's period, or of another one up to the same day of knowledge. On every
        indicator `year=2021` narrows to a calendar year, not cut where the period begins but where
        it ends, and `months=24` to the last so many months. Raises KeyError for an indicator that
        does not exist and ValueError for what it cannot be narrowed to (shared.indicators).
        """
        ...

    def values(self, indicator: str, dimension: str) -> list[str]:
        """Return the values of a dimension that occur in the period, in the order to print.

        Of `year`: the years, ascending, with returns of the indicator or entries that say it, else
        those that the period touches.
        Raises as `figure` does.
        """
        ...
