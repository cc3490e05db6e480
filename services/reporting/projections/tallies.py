"""The fold: from the versions of subjects to the changes of the tallies.

Pure, and indifferent to order.

The tallies are a function of the set of versions alone. Each version takes out, on its recording
day, what the version before it counted as, and puts in what it counts as itself. A version that
arrives twice changes nothing; one that arrives after its successor is put in its place.

A batch is worked on in columns (numpy), not version by version: a loop in Python over the same
steps takes five times as long. Units and series are their short numbers, days are `date.toordinal`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

VERSION = 3
"""Version of this fold: tallies of another one are built anew from the log (decision 0011)."""

type Column = NDArray[np.int64]

_SERIES_BITS, _DAY_BITS = 21, 22
_LARGEST_SERIES, _LARGEST_UNIT = (1 << _SERIES_BITS) - 1, (1 << 63 - _SERIES_BITS - _DAY_BITS) - 1


@dataclass(frozen=True, slots=True)
class Counts:
    """What versions add, one row for each tally: unit, series, day of occurrence, amount."""

    unit: Column
    series: Column
    occurred_on: Column
    amount: Column


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions of subjects, one row each, in any order; what they count as follows one another.

    `subject` are the 16 bytes of its UUID, `count` is how many rows of `counts` are the version's.
    Of two rows with one subject and sequence the one with the lower `place` holds.
    """

    place: Column
    subject: NDArray[np.void]
    sequence: Column
    recorded_on: Column
    count: Column
    counts: Counts


@dataclass(frozen=True, slots=True)
class Cells:
    """What to add to tallies, one row each, by unit: how many contributions, and their amount."""

    unit: Column
    series: Column
    occurred_on: Column
    recorded_on: Column
    facts: Column
    amount: Column


def fold(known: Versions, new: Versions) -> tuple[Column, Cells]:
    """Return which rows of `new` are new indeed, and what they change.

    The tallies hold all `known` versions of the subjects of `new`, in which steps may be twice or
    known. A cell that is touched and comes to nothing is returned once, so that a department which
    told of a unit is seen to have told, wherever batches end.
    """
    timelines, added = _timelines(known, new)
    after = _movements(timelines, np.arange(len(timelines.subject)))
    before = _movements(timelines, np.flatnonzero(timelines.is_known))
    cell = np.concatenate([after.cell, before.cell])
    day = np.concatenate([after.recorded_on, before.recorded_on])
    facts = np.concatenate([after.times, -before.times])
    amount = np.concatenate([after.times * after.amount, -before.times * before.amount])
    was_there = np.concatenate([np.zeros_like(after.cell), np.ones_like(before.cell)])

    order, starts = _groups(cell, day)
    if len(starts):
        facts, amount, was_there = (
            np.add.reduceat(column[order], starts) for column in (facts, amount, was_there)
        )
    kept = (facts != 0) | (amount != 0) | (was_there == 0)
    cell, day = cell[order[starts]][kept], day[order[starts]][kept]
    return added, Cells(
        unit=cell >> _SERIES_BITS + _DAY_BITS,
        series=cell >> _DAY_BITS & _LARGEST_SERIES,
        occurred_on=cell & (1 << _DAY_BITS) - 1,
        recorded_on=day,
        facts=facts[kept],
        amount=amount[kept],
    )


@dataclass(frozen=True, slots=True)
class _Timelines:
    """Known and new versions, each step once, by subject and sequence.

    `subject` is a number here; what a version counts as are `count` rows from `first` on, `cell` is
    unit, series and day of occurrence of such a row as one number.
    """

    subject: Column
    recorded_on: Column
    is_known: NDArray[np.bool_]
    first: Column
    count: Column
    cell: Column
    amount: Column


def _timelines(known: Versions, new: Versions) -> tuple[_Timelines, Column]:
    """Return the timelines of all subjects, and the rows of `new` that are in them."""
    place, subject, sequence, recorded_on, count = (
        np.concatenate([getattr(known, name), getattr(new, name)])
        for name in ("place", "subject", "sequence", "recorded_on", "count")
    )
    high, low = subject.view(">u8").reshape(-1, 2).astype(np.uint64).T
    order = np.lexsort((place, sequence, low, high))
    high, low, sequence = high[order], low[order], sequence[order]
    other_subject = _differs(high) | _differs(low)
    once = other_subject | _differs(sequence)
    rows = order[once]
    unit, series, occurred_on, amount = (
        np.concatenate([getattr(known.counts, name), getattr(new.counts, name)])
        for name in ("unit", "series", "occurred_on", "amount")
    )
    if unit.max(initial=0) > _LARGEST_UNIT or series.max(initial=0) > _LARGEST_SERIES:
        raise OverflowError("too many units or series for the number of a cell")
    is_known = rows < len(known.place)
    timelines = _Timelines(
        subject=np.cumsum(other_subject)[once],
        recorded_on=recorded_on[rows],
        is_known=is_known,
        first=(np.cumsum(count) - count)[rows],
        count=count[rows],
        cell=(unit << _SERIES_BITS | series) << _DAY_BITS | occurred_on,
        amount=amount,
    )
    return timelines, np.sort(rows[~is_known]) - len(known.place)


@dataclass(frozen=True, slots=True)
class _Movements:
    """Contributions taken out or put in: into which cell, on which recording day, how often."""

    cell: Column
    recorded_on: Column
    amount: Column
    times: Column


def _movements(all_of_them: _Timelines, rows: Column) -> _Movements:
    """Return what timelines move, `rows` of the versions being all there are.

    A version counts as recorded no earlier than the one before it, whatever its clock said. What it
    takes out and puts in again moves nothing.
    """
    subject = all_of_them.subject[rows]
    follows = ~_differs(subject)
    # A running maximum within each subject: subjects are numbered upwards, days are below 2**22.
    base = subject << _DAY_BITS
    recorded_on = np.maximum.accumulate(base | all_of_them.recorded_on[rows]) - base

    later = np.flatnonzero(follows)
    put_in, put_at = _spread(all_of_them, rows, np.arange(len(rows)))
    taken_out, taken_at = _spread(all_of_them, rows[later - 1], later)
    only = ~follows[put_at]  # a subject's first version takes nothing out
    which = np.concatenate([put_in[~only], taken_out])
    at = np.concatenate([put_at[~only], taken_at])
    times = np.ones_like(which)
    times[len(which) - len(taken_out) :] = -1
    order, starts = _groups(at, all_of_them.cell[which], all_of_them.amount[which])
    if len(starts):
        times = np.add.reduceat(times[order], starts)
    moved = times != 0
    which = np.concatenate([put_in[only], which[order[starts]][moved]])
    at = np.concatenate([put_at[only], at[order[starts]][moved]])
    return _Movements(
        cell=all_of_them.cell[which],
        recorded_on=recorded_on[at],
        amount=all_of_them.amount[which],
        times=np.concatenate([np.ones(np.count_nonzero(only), np.int64), times[moved]]),
    )


def _spread(timelines: _Timelines, rows: Column, at: Column) -> tuple[Column, Column]:
    """Return what the versions in `rows` count as, each with the version `at` which it moves."""
    row, within = within_rows(timelines.count[rows])
    return timelines.first[rows][row] + within, at[row]


def within_rows(count: Column) -> tuple[Column, Column]:
    """Return, for rows with `count` items each, the row and the place within it of every item."""
    row = np.repeat(np.arange(len(count)), count)
    return row, np.arange(len(row)) - (np.cumsum(count) - count)[row]


def _groups(*keys: Column) -> tuple[Column, Column]:
    """Return an order that sorts by `keys`, and where in it each group of equal keys begins."""
    order = np.lexsort(keys[::-1])
    return order, np.flatnonzero(np.logical_or.reduce([_differs(key[order]) for key in keys]))


def _differs(column: NDArray[Any]) -> NDArray[np.bool_]:
    """Say of each value whether it differs from the one before it; the first does."""
    differs = np.ones(len(column), np.bool_)
    np.not_equal(column[1:], column[:-1], out=differs[1:])
    return differs
