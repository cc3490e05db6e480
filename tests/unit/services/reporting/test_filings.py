"""How returns came: in time, late, not accepted yet, not at all."""

from collections.abc import Sequence
from datetime import date

from services.reporting.figure import Period
from services.reporting.filings import filings
from services.reporting.report import TERM, build, load
from services.reporting.report.content import Table
from services.reporting.report.filing import Filing
from services.reporting.statements import Statement
from shared.units import unit
from tests.support.fixed_figures import HEADING, FixedFigures

WARD = unit("2004-10525")
QUARTER = Period(start=date(2022, 1, 1), end=date(2022, 3, 31))
STATION = "health_station"  # owed for each month, within ten working days


def a_return(month: int, first: date, status: str = "accepted", form: str = STATION) -> Statement:
    ends = {1: date(2022, 1, 31), 2: date(2022, 2, 28), 3: date(2022, 3, 31)}
    return Statement(
        subject=f"{form}-{month}",
        sequence=2,
        kind="return",
        code=form,
        period=Period(start=date(2022, month, 1), end=ends[month]),
        status=status,
        delivered_on=first,
        recorded_on=first,
    )


def of_station(as_of: date, returns: Sequence[Statement]) -> Filing:
    (found,) = (one for one in filings(WARD, QUARTER, as_of, returns) if "Trạm" in one.form)
    return found


def test_returns_are_told_apart_by_how_they_came() -> None:
    told = of_station(
        date(2022, 6, 1),
        [
            a_return(1, date(2022, 2, 14)),
            a_return(2, date(2022, 3, 15)),
            a_return(3, date(2022, 4, 5), "submitted"),
        ],
    )

    assert (told.owed, told.in_time, told.late, told.waiting) == (3, 1, 1, 1)
    assert told.missing == ()


def test_what_was_sent_back_is_not_accepted_and_what_did_not_come_is_missing() -> None:
    told = of_station(date(2022, 6, 1), [a_return(2, date(2022, 3, 1), "sent_back")])

    assert (told.owed, told.in_time, told.waiting) == (3, 0, 1)
    assert [period.end for period in told.missing] == [date(2022, 1, 31), date(2022, 3, 31)]


def test_what_is_not_due_yet_is_not_told() -> None:
    assert of_station(date(2022, 3, 20), []).owed == 2


def test_only_periods_that_end_in_the_report_count() -> None:
    """A year that goes on, and months before it, are others' business."""
    forms = {one.form for one in filings(WARD, QUARTER, date(2022, 6, 1), [])}

    assert len(forms) == 1


def test_the_annex_names_the_periods_that_are_missing() -> None:
    told = of_station(date(2022, 6, 1), [a_return(1, date(2022, 2, 1))])
    report = build(load(TERM), HEADING, FixedFigures(), [told])

    (table,) = report.annexes[3].blocks
    assert isinstance(table, Table)
    assert [cell.text for cell in table.rows[0].cells] == [
        "1",
        told.form,
        *("3", "1", "0", "0", "2"),
        "01/02/2022 - 28/02/2022; 01/3/2022 - 31/3/2022",
    ]
    assert table.rows[0].total
