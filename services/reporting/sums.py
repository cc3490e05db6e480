"""What tallies amount to over any span of days, of one unit or of many side by side. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.reporting.figure import Period
from services.reporting.projections.tallies import Column
from shared.indicators.model import At

_DAY_BITS = 22
_LAST_DAY = (1 << _DAY_BITS) - 1
_OF_PETITIONS, _OF_PERMITS = ("visitors", "schedule"), ("inspected", "fined")
_DEPARTMENT_OF_MEASURE = dict.fromkeys(_OF_PETITIONS, "petitions")
_DEPARTMENT_OF_MEASURE |= dict.fromkeys(_OF_PERMITS, "permits")
_NUMBERS: dict[object, int] = {}
_NUMBERING = Lock()
KINDS: list["Series"] = []
"""A series of each kind, by its number: it is only ever added to."""


@dataclass(frozen=True)
class Series:
    """What a tally counts: a measure and its dimensions, those implied by a procedure too."""

    measure: str
    dimensions: Mapping[str, str]
    number: int = 0

    @cached_property
    def kind(self) -> int:
        """The number that all series of this measure and these dimensions have in this process."""
        name = self.measure, frozenset(self.dimensions.items())
        if name not in _NUMBERS:
            with _NUMBERING:
                if name not in _NUMBERS:
                    KINDS.append(self)
                    _NUMBERS[name] = len(KINDS) - 1
        return _NUMBERS[name]

    @cached_property
    def department(self) -> str:
        """The department that counts it; none where this release does not know the procedure."""
        return self.dimensions.get("department") or _DEPARTMENT_OF_MEASURE.get(self.measure, "")


class Sums:
    """The series of a unit as of a day: what each amounts to, over any span of days."""

    def __init__(
        self,
        series: Sequence[Series],
        place: Column,
        occurred_on: Column,
        amount: Column,
        as_of: date,
        kinds: NDArray[Any] | None = None,
    ) -> None:
        """Take cells in columns: the place among `series`, the day as an ordinal, the amount.

        `kinds` are those of the series, where they are known by number.
        """
        key = place << _DAY_BITS | occurred_on
        order = np.argsort(key, kind="stable")
        self.series = series
        self.kinds = np.array([one.kind for one in series], np.int64) if kinds is None else kinds
        self.as_of = as_of
        self._key = key[order]
        self._amount = amount[order]
        self._total = np.concatenate([np.zeros(1, np.int64), np.cumsum(self._amount)])

    @property
    def size(self) -> int:
        """How many cells it is of."""
        return len(self._key)

    def amounts(
        self, at: At, span: Period, places: NDArray[Any] | slice = slice(None)
    ) -> NDArray[Any]:
        """Return what series amount to `within` a span of days, `before` it, at its `end`.

        The end is no later than the day as of which all is told: what is then due lies ahead.
        """
        first = np.arange(len(self.series), dtype=np.int64)[places] << _DAY_BITS

        since, until = {
            "within": (span.start.toordinal(), span.end.toordinal()),
            "before": (0, span.start.toordinal() - 1),
            "end": (0, min(span.end, self.as_of).toordinal()),
        }[at]
        low = np.searchsorted(self._key, first | since)
        high = np.searchsorted(self._key, first | until, side="right")
        found: NDArray[Any] = self._total[high] - self._total[low]
        return found

    def plus(self, cells: Iterable[tuple[int, date, int]]) -> "Sums":
        """Return the sums after more cells: the place among the series, the day, the amount."""
        added = (
            np.array([(p, day.toordinal(), n) for p, day, n in cells], np.int64).reshape(-1, 3).T
        )
        place, occurred_on, amount = self._cells()
        return Sums(
            series=self.series,
            place=np.concatenate([place, added[0]]),
            occurred_on=np.concatenate([occurred_on, added[1]]),
            amount=np.concatenate([amount, added[2]]),
            as_of=self.as_of,
        )

    def latest(self, measure: str, until: date) -> Series | None:
        """Return the series of a measure that was set last, up to a day; the later in the list."""
        found = (0, 0)
        for place, one in enumerate(self.series):
            if one.measure == measure:
                span = [place << _DAY_BITS, place << _DAY_BITS | until.toordinal() + 1]
                low, high = np.searchsorted(self._key, span).tolist()
                days, first = np.unique(self._key[low:high], return_index=True)
                ends = np.append(first, high - low)[1:]
                set_on = days[self._total[low + ends] - self._total[low + first] > 0]
                if len(set_on):
                    found = max(found, (int(set_on[-1]) & _LAST_DAY, place))
        return self.series[found[1]] if found[0] else None

    def _cells(self) -> tuple[Column, Column, Column]:
        return self._key >> _DAY_BITS, self._key & _LAST_DAY, self._amount


def side_by_side(every: Sequence[Sums]) -> Sums:
    """Return the sums of many units, as of one day, as one: the series of each after the other's.

    Raises IndexError of no unit.
    """
    series = [one for sums in every for one in sums.series]
    first = np.cumsum([0, *(len(sums.series) for sums in every[:-1])])
    cells = [sums._cells() for sums in every]  # noqa: SLF001 - of its own kind
    return Sums(
        series=series,
        place=np.concatenate([own[0] + at for own, at in zip(cells, first, strict=True)]),
        occurred_on=np.concatenate([own[1] for own in cells]),
        amount=np.concatenate([own[2] for own in cells]),
        as_of=every[0].as_of,
        kinds=np.concatenate([sums.kinds for sums in every]),
    )
