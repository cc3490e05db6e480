"""Sums of a unit's cells: over any span of days the same as adding up one by one."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.figure import Period
from services.reporting.sums import Series, side_by_side
from tests.support.told import Cell, tallies

DAY = date(2024, 2, 27)
DAYS = st.integers(-3, 5).map(lambda days: DAY + timedelta(days=days))
SERIES = [Series("received", {}), Series("closed", {"status": "resolved"}), Series("closed", {})]
CELLS = st.lists(
    st.builds(Cell, series=st.sampled_from(SERIES), day=DAYS, amount=st.integers(-3, 9))
)


@given(CELLS, DAYS, DAYS, DAYS)
def test_amounts_are_those_of_the_cells_one_by_one(
    cells: list[Cell], one: date, other: date, as_of: date
) -> None:
    span = Period(start=min(one, other), end=max(one, other))
    sums = tallies(cells, as_of=as_of).sums

    within, before, end = (sums.amounts(at, span) for at in ("within", "before", "end"))

    for place, series in enumerate(sums.series):
        of_it = [cell for cell in cells if cell.series == series]
        assert within[place] == sum(
            cell.amount for cell in of_it if span.start <= cell.day <= span.end
        )
        assert before[place] == sum(c.amount for c in of_it if c.day < span.start)
        until = min(span.end, as_of)
        assert end[place] == sum(c.amount for c in of_it if c.day <= until)


@given(st.lists(CELLS, min_size=1, max_size=4), DAYS, DAYS, DAYS)
def test_units_side_by_side_have_the_amounts_of_each(
    units: list[list[Cell]], one: date, other: date, as_of: date
) -> None:
    span = Period(start=min(one, other), end=max(one, other))
    each = [tallies(cells, as_of=as_of).sums for cells in units]
    joined = side_by_side(each)
    places = np.arange(len(joined.series))[::2]

    assert joined.kinds.tolist() == [kind for sums in each for kind in sums.kinds.tolist()]
    for at in ("within", "before", "end"):
        together = joined.amounts(at, span)
        assert together.tolist() == [n for sums in each for n in sums.amounts(at, span).tolist()]
        assert joined.amounts(at, span, places).tolist() == together[places].tolist()


@given(
    st.lists(st.builds(Cell, series=st.sampled_from(SERIES), day=DAYS, amount=st.just(1))),
    st.lists(st.integers(0, 20)),
    DAYS,
)
def test_the_latest_is_the_one_set_last_and_not_taken_back(
    cells: list[Cell], taken_back: list[int], until: date
) -> None:
    """What a correction took out leaves cells that come to nothing."""
    out = [cells[n] for n in taken_back if n < len(cells)]
    every = [*cells, *(cell._replace(amount=-cell.amount) for cell in out)]
    sums = tallies(every).sums
    days = {
        (cell.day, sums.series.index(cell.series))
        for cell in cells
        if cell.series.measure == "closed"
        and cell.day <= until
        and sum(c.amount for c in every if (c.series, c.day) == (cell.series, cell.day)) > 0
    }
    expected = sums.series[max(days)[1]] if days else None

    assert sums.latest("closed", until) == expected
