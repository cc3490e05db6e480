"""What the departments of many units counted of cases: the figures of all of them at once. Pure."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.reporting.figure import Period
from services.reporting.figures import span_chosen
from services.reporting.matching import counting
from services.reporting.sums import KINDS, Sums, side_by_side
from shared.indicators import Selection


def is_counted(chosen: Selection) -> bool:
    """Say whether a figure is a number of cases, which `Counted` knows."""
    return bool(chosen.indicator.terms)


class Counting(Protocol):
    """What is counted of many units."""

    def of_each(
        self, chosen: Selection, period: Period
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return what each unit counted, and of which units the department has told anything."""
        ...


class Counted:
    """The series of many units side by side: it is Counting."""

    def __init__(self, units: Sequence[Sums]) -> None:
        """Take the sums of each unit, of one at least, all as of one day."""
        self._sums = side_by_side(units)
        self._units = len(units)
        self._of = np.repeat(np.arange(self._units), [len(one.series) for one in units])
        self._telling: dict[str | None, NDArray[np.bool_]] = {}

    @property
    def size(self) -> int:
        """How many cells it is of, and series."""
        return self._sums.size + len(self._sums.series)

    def of_each(
        self, chosen: Selection, period: Period
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return what each unit counted; see Counting."""
        span = span_chosen(chosen, period)
        amounts = np.zeros(self._units, np.int64)
        if span.start > period.end:
            return amounts, np.zeros(self._units, np.bool_)
        for term in chosen.indicator.terms:
            kinds = list(counting(term, chosen.narrowing))
            places = np.flatnonzero(np.isin(self._sums.kinds, kinds))
            found = term.sign * self._sums.amounts(term.at, span, places)
            np.add.at(amounts, self._of[places], found)
        return amounts, self._told(chosen.indicator.department)

    def _told(self, department: str | None) -> NDArray[np.bool_]:
        if department not in self._telling:
            kinds = [at for at, one in enumerate(KINDS) if one.department == department]
            told = np.zeros(self._units, np.bool_)
            told[self._of[np.isin(self._sums.kinds, kinds)]] = True
            self._telling[department] = told
        return self._telling[department]


class CountedOfMany:
    """The same of more units than are put side by side, some and then others: it is Counting."""

    def __init__(self, some: Sequence[Counted]) -> None:
        """Take one at least."""
        self._some = some

    def of_each(
        self, chosen: Selection, period: Period
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return what each unit counted, unit after unit; see Counting."""
        amounts, told = zip(*(one.of_each(chosen, period) for one in self._some), strict=True)
        return np.concatenate(amounts), np.concatenate(told)
