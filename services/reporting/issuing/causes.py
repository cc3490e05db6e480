"""Which later events a changed figure hangs on. Pure.

What an event moved is known by series (later.py); which figures hang on that is tried out: those
that come out otherwise when the same is moved again. So no formula is known here. Returns and
entries are named by the figures that are taken from them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.reporting.figure import Figure, Figures
from services.reporting.issuing.kept import KeptFigure
from services.reporting.tally_reader import Tallies

_IMPLIED = {"department", "field"}
"""Dimensions that no series has: the reader of tallies adds what a procedure implies."""
_MUCH = 10**9

type Series = tuple[str, frozenset[tuple[str, str]]]
"""A measure and its dimensions."""


@dataclass(frozen=True, slots=True)
class Move:
    """By how much an event moved a series; the day may stand for others that count alike."""

    series: Series
    day: date
    amount: int


type Moves = frozenset[Move]
"""All that one event moved."""


@dataclass(frozen=True, slots=True)
class Later:
    """The later events: of cases by what they moved, of returns and entries by their subject."""

    moved: Mapping[Moves, Sequence[str]]
    stated: Mapping[str, Sequence[str]]


def dimensions_of(told: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """Return dimensions as a series has them."""
    return frozenset((name, value) for name, value in told.items() if name not in _IMPLIED)


def causes(
    wanted: Mapping[str, KeptFigure],
    later: Later,
    tallies: Tallies,
    figures: Callable[[Tallies], Figures],
) -> Mapping[str, Sequence[str]]:
    """Return the events of each wanted figure by its key; `figures` gives those of some tallies.

    None where no event by itself did it, as when a department that had told nothing began to.
    """
    source = figures(tallies)
    found = {key: _stated(source, figure, later.stated) for key, figure in wanted.items()}
    now = {key: _value(source, figure) for key, figure in wanted.items()}
    places = {
        (one.measure, dimensions_of(one.dimensions)): place
        for place, one in enumerate(tallies.sums.series)
    }
    for moves, events in later.moved.items():
        # Much more of the same shows what rounding hides; without them, what was a rate of nothing.
        for times in (_MUCH, -len(events)):
            cells = [
                (places[one.series], one.day, one.amount * times)
                for one in moves
                if one.series in places
            ]
            probe = figures(replace(tallies, sums=tallies.sums.plus(cells)))
            for key, figure in wanted.items():
                if _value(probe, figure) != now[key]:
                    found[key] |= dict.fromkeys(events)
    return {key: tuple(events) for key, events in found.items()}


def _stated(
    figures: Figures, figure: KeptFigure, stated: Mapping[str, Sequence[str]]
) -> dict[str, None]:
    """Return the later events of the returns and entries that a figure is taken from."""
    sources = (source for part in _parts(figures, figure) for source in part.sources)
    return dict.fromkeys(event for source in sources for event in stated.get(source, ()))


def _value(figures: Figures, figure: KeptFigure) -> Sequence[object]:
    """Return what a figure comes to; a sum of figures comes to what they come to."""
    return [(one.value, one.absence) for one in _parts(figures, figure)]


def _parts(figures: Figures, figure: KeptFigure) -> Sequence[Figure]:
    indicators = [part.partition("?")[0] for part in figure.parts] or [figure.indicator]
    return [figures.figure(each, figure.dimensions) for each in indicators]
