"""The fold: from the versions of subjects to the changes of the tallies.

Pure, and indifferent to order.

The tallies are a function of the set of versions alone. Each version takes out, on its recording
day, what the version before it counted as, and puts in what it counts as itself. A version that
arrives twice changes nothing; one that arrives after its successor is put in its place.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.projections.contributions import Contribution, Series

NAME = "tallies"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a subject: the ward's day on which it was recorded, and what it counts as."""

    sequence: int
    recorded_on: date
    counts: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """The key of one tally: where, what, when it happened, when it was recorded."""

    unit: str
    series: Series
    occurred_on: date
    recorded_on: date


@dataclass(slots=True)
class Change:
    """What to add to one tally: how many contributions, and how much they amount to."""

    facts: int = 0
    amount: int = 0


type Changes = dict[Cell, Change]


def changes(
    known: Mapping[UUID, Iterable[Version]], new: Mapping[UUID, Iterable[Version]]
) -> Changes:
    """Return what `new` versions change in tallies that hold the `known` ones of the same subjects.

    `new` holds no version that `known` has. A cell that is touched and comes to nothing is returned
    once, so that a department which told of a unit is seen to have told, wherever batches end.
    """
    total: Changes = {}
    before = {subject: list(known.get(subject, ())) for subject in new}
    for earlier in before.values():
        _add(total, earlier, -1)
    there = frozenset(total)
    for subject, versions in new.items():
        _add(total, [*before[subject], *versions], 1)
    return {
        cell: change
        for cell, change in total.items()
        if change.facts or change.amount or cell not in there
    }


def _add(total: Changes, versions: list[Version], sign: int) -> None:
    """Add `sign` times the whole timeline of one subject to `total`.

    A version counts as recorded no earlier than the one before it, whatever its clock said.
    """
    recorded_on = date.min
    previous: tuple[Contribution, ...] = ()
    for version in sorted(versions, key=lambda version: version.sequence):
        recorded_on = max(recorded_on, version.recorded_on)
        moved = Counter(version.counts)
        moved.subtract(previous)
        for contribution, times in moved.items():
            if times:
                cell = Cell(
                    contribution.unit, contribution.series, contribution.occurred_on, recorded_on
                )
                change = total.setdefault(cell, Change())
                change.facts += sign * times
                change.amount += sign * times * contribution.amount
        previous = version.counts
