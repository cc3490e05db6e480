"""The calendar of returns: what is owed in a year, and how each came."""

from datetime import date

from services.reporting.console.returns import calendar
from services.reporting.figure import Period
from services.reporting.filings import Course
from services.reporting.statements import Statement
from shared.units import unit

STATION = "health_station"  # owed for each month, within ten working days


def delivered(month: int, on: date, status: str = "accepted") -> Statement:
    end = {1: 31, 2: 28, 3: 31}[month]
    return Statement(
        subject=str(month),
        sequence=1,
        kind="return",
        code=STATION,
        period=Period(start=date(2022, month, 1), end=date(2022, month, end)),
        status=status,
        delivered_on=on,
        recorded_on=on,
    )


def test_each_month_tells_how_its_return_came() -> None:
    told = [
        delivered(1, date(2022, 2, 14)),
        delivered(2, date(2022, 3, 20)),
        delivered(3, date(2022, 4, 5), "submitted"),
    ]
    found = calendar(unit("2004-10525"), 2022, date(2022, 6, 1), told)

    [station] = [one for one in found.forms if one.label == "Biểu hoạt động của Trạm Y tế"]
    [of_february] = station.months[1]
    assert [[one.course for one in month] for month in station.months] == [
        [Course.IN_TIME],
        [Course.LATE],
        [Course.WAITING],
        [Course.MISSING],
        *([Course.NOT_DUE],) * 8,
    ]
    assert (of_february.days_late, of_february.delivered_on) == (6, date(2022, 3, 20))
    assert found.counts[Course.LATE] == 1


def test_a_unit_owes_nothing_before_it_was_there() -> None:
    assert not calendar(unit("2025-10525"), 2022, date(2026, 1, 1), []).forms
