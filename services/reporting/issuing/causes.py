"""Which later events a changed figure hangs on, found by trying. Pure.

What an event moved is known by series (later.py); which figures hang on that is tried out: those
that come out otherwise when the same is moved again. So no formula is known here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.reporting.figure import Figures
from services.reporting.issuing.kept import KeptFigure
from services.reporting.tally_reader import Dated, Sum, Tallies

_IMPLIED = {"department", "field"}
"""Dimensions that no series has: the reader of tallies adds what a procedure implies."""
_MUCH = 10**9

type Series = tuple[str, frozenset[tuple[str, str]]]
"""A measure and its dimensions."""


@dataclass(frozen=True, slots=True)
class Move:
    """By how much an event moved a series, before the period of a report or within it."""

    series: Series
    span: Literal["before", "within"]
    amount: int


type Moves = frozenset[Move]
"""All that one event moved."""


def dimensions_of(told: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """Return dimensions as a series has them."""
    return frozenset((name, value) for name, value in told.items() if name not in _IMPLIED)


def causes(
    wanted: Mapping[str, KeptFigure],
    later: Mapping[Moves, Sequence[str]],
    tallies: Tallies,
    figures: Callable[[Tallies], Figures],
) -> Mapping[str, Sequence[str]]:
    """Return the events of each wanted figure by its key; `figures` gives those of some tallies.

    None where no event by itself did it, as when a department that had told nothing began to.
    """
    now = {key: _value(figures(tallies), figure) for key, figure in wanted.items()}
    found = {key: dict[str, None]() for key in wanted}
    for moves, events in later.items():
        # Much more of the same shows what rounding hides; without them, what was a rate of nothing.
        for times in (_MUCH, -len(events)):
            probe = figures(_after(tallies, moves, times))
            for key, figure in wanted.items():
                if _value(probe, figure) != now[key]:
                    found[key] |= dict.fromkeys(events)
    return {key: tuple(events) for key, events in found.items()}


def _after(tallies: Tallies, moves: Moves, times: int) -> Tallies:
    """Return the tallies after so many moves; what is dated, and not summed up, is left out."""
    moved = {(move.series, move.span): move.amount * times for move in moves}
    touched = {series for series, _ in moved}
    sums = [
        _plus(one, moved.get((_series(one), "before"), 0), moved.get((_series(one), "within"), 0))
        for one in tallies.sums
    ]
    dated = [one for one in tallies.dated if _series(one) not in touched]
    return replace(tallies, sums=sums, dated=dated)


def _plus(one: Sum, before: int, within: int) -> Sum:
    end = one.end + before + within
    return replace(one, before=one.before + before, within=one.within + within, end=end)


def _series(one: Sum | Dated) -> Series:
    return one.measure, dimensions_of(one.dimensions)


def _value(figures: Figures, figure: KeptFigure) -> Sequence[object]:
    """Return what a figure comes to; a sum of figures comes to what they come to."""
    indicators = [part.partition("?")[0] for part in figure.parts] or [figure.indicator]
    found = (figures.figure(each, figure.dimensions) for each in indicators)
    return [(one.value, one.absence) for one in found]
