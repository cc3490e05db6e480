"""A figure: one number (or text, or kind of nothing) of a report, with what it is a figure of."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from shared.frozen import Frozen
from shared.indicators.model import Kind
from shared.periods import Period

__all__ = ["Absence", "Figure", "Figures", "Kind", "Period"]


class Absence(StrEnum):
    """Why a figure has no value. Zero is a value and none of these."""

    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    SUPPRESSED = "suppressed"


class Figure(Frozen):
    """One value with its meaning. Exactly one of `value` and `absence` is set.

    `value` is a whole number (counts, đồng), an exact decimal in percent for ratios, or a code for
    texts.
    """

    indicator: str
    dimensions: Mapping[str, str]
    label: str
    unit_of_measure: str
    kind: Kind
    period: Period
    value: int | Decimal | str | None
    absence: Absence | None = None


class Figures(Protocol):
    """Where a report takes its figures from: one unit, one period, as of one day."""

    def figure(self, indicator: str, dimensions: Mapping[str, str]) -> Figure:
        """Return the figure of an indicator narrowed to `dimensions`.

        `year=2021` narrows a declared indicator to the return of that year; other dimensions are
        those of the tallies (channel, procedure, field, timeliness, status, outcome). Raises
        KeyError for an indicator that does not exist and ValueError for a dimension that it does
        not have.
        """
        ...

    def years(self, indicator: str) -> list[int]:
        """Return the years, ascending, with returns of a declared indicator."""
        ...
