"""Periods: where each kind begins and ends, and by when its report is due."""

from datetime import date
from itertools import pairwise

import pytest

from shared.periods import PERIOD_KINDS, Period


@pytest.mark.parametrize(
    ("kind", "year", "number", "start", "end"),
    [
        ("month", 2024, 2, date(2024, 2, 1), date(2024, 2, 29)),
        ("month", 2023, 1, date(2023, 1, 1), date(2023, 1, 31)),
        ("quarter", 2023, 1, date(2023, 1, 1), date(2023, 3, 31)),
        ("half_year", 2023, 2, date(2023, 7, 1), date(2023, 12, 31)),
        ("year", 2023, 1, date(2023, 1, 1), date(2023, 12, 31)),
        ("statutory_month", 2023, 1, date(2022, 12, 15), date(2023, 1, 14)),
        ("statutory_quarter", 2023, 1, date(2022, 12, 15), date(2023, 3, 14)),
        ("statutory_quarter", 2023, 3, date(2023, 6, 15), date(2023, 9, 14)),
        ("statutory_half", 2023, 1, date(2022, 12, 15), date(2023, 6, 14)),
        ("statutory_nine_months", 2023, 1, date(2022, 12, 15), date(2023, 9, 14)),
        ("statutory_year", 2023, 1, date(2022, 12, 15), date(2023, 12, 14)),
    ],
)
def test_a_period_has_its_days(kind: str, year: int, number: int, start: date, end: date) -> None:
    assert PERIOD_KINDS[kind].period(year, number) == Period(start=start, end=end)


@pytest.mark.parametrize("kind", ["month", "quarter", "half_year", "statutory_quarter"])
def test_periods_of_a_kind_follow_one_another_without_a_gap(kind: str) -> None:
    numbers = range(1, len(PERIOD_KINDS[kind].ends_in) + 1)
    periods = [PERIOD_KINDS[kind].period(year, n) for year in (2023, 2024) for n in numbers]
    assert {(later.start - earlier.end).days for earlier, later in pairwise(periods)} == {1}


@pytest.mark.parametrize("number", [0, 2])
def test_a_number_that_a_kind_has_not_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="statutory_half has numbers from 1 to 1"):
        PERIOD_KINDS["statutory_half"].period(2023, number)


def test_a_statutory_report_is_due_two_working_days_after_the_cut_off() -> None:
    """14 April 2023 is a Friday."""
    kind = PERIOD_KINDS["statutory_month"]
    assert kind.send
    assert kind.send.on(kind.period(2023, 4).end) == date(2023, 4, 18)
