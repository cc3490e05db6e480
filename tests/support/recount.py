"""The tallies counted anew from all versions, the plain way: what every fold must agree with.

Written apart from services/reporting/projections/tallies.py, one version after the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from services.reporting.projections.tallies import Cell, Changes, Version

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
