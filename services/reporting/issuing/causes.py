"""Which later events a changed figure hangs on. Pure.

What an event moved is known by series (later.py); which figures hang on that is tried out: those
that come out otherwise when the same is moved again. So no formula is known here. Returns and
entries are named by the figures that are taken from them.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.reporting.figure import Figure, Figures, Period
from services.reporting.issuing.kept import KeptFigure
from services.reporting.report.keys import read_key
from services.reporting.tally_reader import Tallies

_IMPLIED = {"department", "field"}
"""Dimensions that no series has: the reader of tallies adds what a procedure implies."""
_MUCH = 10**9
_DAY = timedelta(days=1)

type Series = tuple[str, frozenset[tuple[str, str]]]
"""A measure and its dimensions."""


@dataclass(frozen=True, slots=True)
class Move:
    """By how much an event moved a series; the day may stand for others (`standing_for`)."""

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


def borders(spans: Iterable[Period], as_of: date) -> Sequence[date]:
    """Return the days on which some figure begins to count, or ceases to, in their order."""
    ends = {as_of, *(span.end for span in spans)}
    return sorted({*(span.start for span in spans), *(end + _DAY for end in ends)})


def standing_for(series: Series, day: date, between: Sequence[date]) -> date:
    """Return one day for all that count alike: those from one border to the next.

    A setting holds from its own day on.
    """
    if series[0] == "schedule":
        return day
    place = bisect_right(between, day)
    return between[place - 1] if place else between[0] - _DAY


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
    parts = {key: figure.parts or [key] for key, figure in wanted.items()}
    found = {key: _stated(source, keys, later.stated) for key, keys in parts.items()}
    now = {key: value_of(source, keys) for key, keys in parts.items()}
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
            for key, keys in parts.items():
                if value_of(probe, keys) != now[key]:
                    found[key] |= dict.fromkeys(events)
    return {key: tuple(events) for key, events in found.items()}


def _stated(
    figures: Figures, parts: Sequence[str], stated: Mapping[str, Sequence[str]]
) -> dict[str, None]:
    """Return the later events of the returns and entries that a figure is taken from."""
    sources = (source for part in _taken(figures, parts) for source in part.sources)
    return dict.fromkeys(event for source in sources for event in stated.get(source, ()))


def value_of(figures: Figures, parts: Sequence[str]) -> Sequence[object]:
    """Return what a figure comes to; a sum of figures comes to what they come to."""
    return [(one.value, one.absence) for one in _taken(figures, parts)]


def _taken(figures: Figures, parts: Sequence[str]) -> Sequence[Figure]:
    named = map(read_key, parts)
    return [figures.figure(slot.indicator, slot.dimensions, span) for slot, span in named]
