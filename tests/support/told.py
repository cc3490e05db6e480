"""What a unit's report is drawn from, built by hand: cells of tallies, returns, entries."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from services.reporting.figure import Period
from services.reporting.statements import Line, Statement
from services.reporting.sums import Series, Sums
from services.reporting.tally_reader import Tallies
from shared.procedures import PROCEDURES
from shared.quantity import parse

LONG_AFTER = date(2030, 1, 1)


class Cell(NamedTuple):
    """So much of a series on a day."""

    series: Series
    day: date
    amount: int


def a_cell(
    measure: str, day: date, amount: int = 1, procedure: str = "registry.birth", **dimensions: str
) -> Cell:
    """Return a cell of a series of cases as tally_reader reads it."""
    of = PROCEDURES[procedure]
    implied = {"procedure": procedure, "department": of.department, "field": of.field}
    return Cell(Series(measure, implied | dimensions), day, amount)


def tallies(
    cells: Iterable[Cell] = (), statements: Iterable[Statement] = (), as_of: date = LONG_AFTER
) -> Tallies:
    """Return what a report is drawn from."""
    every = list(cells)
    series: list[Series] = []
    for cell in every:
        if cell.series not in series:
            series.append(cell.series)
    sums = Sums(
        series,
        np.array([series.index(cell.series) for cell in every], np.int64),
        np.array([cell.day.toordinal() for cell in every], np.int64),
        np.array([cell.amount for cell in every], np.int64),
        as_of,
    )
    in_order = sorted(statements, key=lambda one: (one.period.end, one.period.start, one.subject))
    return Tallies(sums=sums, statements=in_order)


def a_line(
    indicator: str, told: str | float | None = None, dimensions: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """Return a line with a number as people write it; None for one that says what it is else."""
    line: dict[str, Any] = {"indicator": indicator, "dimensions": dimensions or {}}
    if told is None:
        return line
    number = parse(told)
    return line | {
        "amount": number.amount,
        "decimals": number.decimals,
        "upper": number.upper,
        "qualifier": number.qualifier and number.qualifier.value,
    }


def a_return(
    start: date, end: date, *lines: Mapping[str, Any], form: str = "some", status: str = "accepted"
) -> Statement:
    """Return a return; its subject names form and last day."""
    return Statement(
        subject=f"{form} {end}",
        sequence=1,
        kind="return",
        code=form,
        period=Period(start=start, end=end),
        status=status,
        delivered_on=end,
        recorded_on=end,
        lines=[Line(**line) for line in lines],
    )


def of_years(years: Mapping[int, Sequence[Mapping[str, Any]]]) -> list[Statement]:
    """Return a return for each calendar year."""
    return [a_return(date(year, 1, 1), date(year, 12, 31), *lines) for year, lines in years.items()]


def an_entry(register: str, day: date, status: str = "recorded", **values: str) -> Statement:
    """Return an entry; its subject names the day and what it says."""
    return Statement(
        subject=f"{register} {day} {sorted(values.items())}",
        sequence=1,
        kind="entry",
        code=register,
        period=Period(start=day, end=day),
        status=status,
        delivered_on=day,
        recorded_on=day,
        values=values,
    )
