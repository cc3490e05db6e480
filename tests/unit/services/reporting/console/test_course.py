"""A unit by itself: steps of time, gaps in a course, differences, plans."""

from datetime import date
from decimal import Decimal

import pytest

from services.reporting.console.course import Pair, course_of, line, plans, runs
from services.reporting.console.figures import a_year_before
from services.reporting.figure import Period
from shared.periods import Step, steps
from shared.units import unit

OLD, NEW = unit("2004-10525"), unit("2025-10525")


def period(start: str, end: str) -> Period:
    return Period(start=date.fromisoformat(start), end=date.fromisoformat(end))


def test_steps_are_cut_where_the_period_begins_and_ends() -> None:
    found = list(steps(period("2023-02-10", "2023-07-05"), "quarter"))

    assert found == [
        period("2023-02-10", "2023-03-31"),
        period("2023-04-01", "2023-06-30"),
        period("2023-07-01", "2023-07-05"),
    ]


@pytest.mark.parametrize(("by", "many"), [("month", 24), ("quarter", 16), ("year", 8)])
def test_a_course_ends_with_the_period(by: Step, many: int) -> None:
    found = list(course_of(OLD, period("2023-01-01", "2023-12-31"), by))

    assert (len(found), found[-1].end) == (many, date(2023, 12, 31))
    assert all(one.start.day == 1 for one in found)


def test_a_course_is_of_days_on_which_there_was_the_unit() -> None:
    over = period("2025-01-01", "2025-12-31")

    assert next(course_of(NEW, over, "month")).start == date(2025, 7, 1)
    assert [*course_of(OLD, over, "month")][-1].end == date(2025, 6, 30)
    assert not [*course_of(NEW, period("2024-01-01", "2024-12-31"), "month")]


def test_a_line_has_a_gap_where_nothing_was_told() -> None:
    spans = list(steps(period("2023-01-01", "2023-05-31"), "month"))
    drawn = line("received", spans, [5, 10, None, 0, None])

    assert [[*run] for run in runs(drawn.points)] == [[(0, 0.5), (1, 1.0)], [(3, 0.0)]]
    assert drawn.marks[0] == (0, 0.0)


def pair(former: int | Decimal | None, latter: int | Decimal | None, *, is_ratio: bool) -> Pair:
    return Pair(
        key="x",
        label="x",
        unit_of_measure="",
        former=former,
        latter=latter,
        decimals=0,
        is_ratio=is_ratio,
    )


def test_a_difference_is_told_of_two_values_and_percent_of_no_ratio() -> None:
    assert pair(80, 100, is_ratio=False).difference == 20
    assert pair(80, 100, is_ratio=False).percent == Decimal(25)
    assert pair(Decimal(80), Decimal(90), is_ratio=True).percent is None
    assert pair(0, 5, is_ratio=False).percent is None
    assert pair(None, 5, is_ratio=False).difference is None


def test_the_year_before_is_of_the_same_days() -> None:
    assert a_year_before(period("2024-02-01", "2024-02-29")) == period("2023-02-01", "2023-02-28")
    assert a_year_before(period("2025-02-01", "2025-02-28")) == period("2024-02-01", "2024-02-29")
    assert a_year_before(period("2024-01-01", "2024-03-15")) == period("2023-01-01", "2023-03-15")


def test_each_target_is_held_against_what_it_is_a_target_of() -> None:
    found = list(plans())

    assert ("budget.revenue_plan", "budget.revenue_actual", {}) in found
    assert ("population.growth_rate_target", "population.growth_rate", {}) in found
    assert ("covid.vaccinated_share_target", "covid.vaccinated_share", {"doses": "three"}) in found
