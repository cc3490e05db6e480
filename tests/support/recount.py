"""The tallies counted anew from all versions, the plain way: what every fold must agree with.

Written apart from services/reporting/projections/tallies.py, one version after the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

import numpy as np

from services.reporting.decode import Version
from services.reporting.projections.contributions import Series
from services.reporting.projections.tallies import Column, Counts, Versions, fold


class Cell(NamedTuple):
    """The key of one tally: where, what, when it happened, when it was recorded."""

    unit: str
    series: Series
    occurred_on: date
    recorded_on: date


class Change(NamedTuple):
    """What is added to one tally: how many contributions, and how much they amount to."""

    facts: int
    amount: int


type Changes = dict[Cell, Change]

type Tallies = dict[Cell, tuple[int, int]]
"""(contributions, amount) of every tally that is not nothing."""


def recount(subjects: Mapping[UUID, Iterable[Version]]) -> Tallies:
    """Return the tallies of a set of versions; a version stands once, wherever it was read."""
    totals: dict[Cell, list[int]] = defaultdict(lambda: [0, 0])
    for versions in subjects.values():
        timeline = {version.sequence: version for version in versions}
        day = date.min
        held: Version | None = None
        for sequence in sorted(timeline):
            version = timeline[sequence]
            day = max(day, version.recorded_on)
            for counted, sign in ((held, -1), (version, 1)):
                for one in counted.counts if counted else ():
                    cell = totals[Cell(one.unit, one.series, one.occurred_on, day)]
                    cell[0] += sign
                    cell[1] += sign * one.amount
            held = version
    return {cell: (facts, amount) for cell, (facts, amount) in totals.items() if facts or amount}


def merged(batches: Iterable[Changes]) -> Tallies:
    """Return the tallies to which the changes of all batches add up."""
    totals: dict[Cell, list[int]] = defaultdict(lambda: [0, 0])
    for changes in batches:
        for cell, change in changes.items():
            totals[cell][0] += change.facts
            totals[cell][1] += change.amount
    return {cell: (facts, amount) for cell, (facts, amount) in totals.items() if facts or amount}


def changes(
    known: Mapping[UUID, Iterable[Version]], new: Mapping[UUID, Iterable[Version]]
) -> Changes:
    """Return what the product's fold makes of versions: what the new ones change."""
    units: list[str] = []
    series: list[Series] = []
    _, cells = fold(_columns(known, units, series), _columns(new, units, series))
    rows = zip(
        cells.unit.tolist(),
        cells.series.tolist(),
        cells.occurred_on.tolist(),
        cells.recorded_on.tolist(),
        cells.facts.tolist(),
        cells.amount.tolist(),
        strict=True,
    )
    return {
        Cell(units[unit], series[one], date.fromordinal(day), date.fromordinal(told)): Change(
            facts, amount
        )
        for unit, one, day, told, facts, amount in rows
    }


def _columns(
    subjects: Mapping[UUID, Iterable[Version]], units: list[str], series: list[Series]
) -> Versions:
    """Return versions in columns, with places in `units` and `series`, which grow."""
    steps = [(subject, version) for subject, every in subjects.items() for version in every]
    counts = [one for _, version in steps for one in version.counts]
    return Versions(
        place=np.arange(len(steps)),
        subject=np.frombuffer(b"".join(subject.bytes for subject, _ in steps), "V16"),
        sequence=_column(version.sequence for _, version in steps),
        recorded_on=_column(version.recorded_on.toordinal() for _, version in steps),
        count=_column(len(version.counts) for _, version in steps),
        counts=Counts(
            unit=_column(_place(units, one.unit) for one in counts),
            series=_column(_place(series, one.series) for one in counts),
            occurred_on=_column(one.occurred_on.toordinal() for one in counts),
            amount=_column(one.amount for one in counts),
        ),
    )


def _column(values: Iterable[int]) -> Column:
    return np.array(list(values), np.int64)


def _place[Name](names: list[Name], name: Name) -> int:
    if name not in names:
        names.append(name)
    return names.index(name)
