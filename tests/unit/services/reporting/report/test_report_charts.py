"""Charts: months and years of the period, to scale."""

from datetime import date
from decimal import Decimal

import pytest

from services.reporting.figure import Absence, Period
from services.reporting.report.charts import as_table, chart
from services.reporting.report.outline import ChartOutline
from tests.support.fixed_figures import TERM_PERIOD, FixedFigures, Value

BIRTHS = "registry.births_registered"


def outline(step: str, *lines: str) -> ChartOutline:
    return ChartOutline.model_validate({"title": "Diễn biến", "step": step, "lines": lines})


def seen(course: dict[tuple[date, date], Value]) -> FixedFigures:
    def told(_: str, span: Period) -> Value:
        return course.get((span.start, span.end), Absence.MISSING)

    return FixedFigures(course=told)


def test_months_at_both_ends_are_as_long_as_they_lie_in_the_period() -> None:
    period = Period(start=date(2023, 1, 15), end=date(2023, 3, 14))
    spans = {
        (date(2023, 1, 15), date(2023, 1, 31)): 4,
        (date(2023, 2, 1), date(2023, 2, 28)): 0,
        (date(2023, 3, 1), date(2023, 3, 14)): 8,
    }
    drawn = chart(outline("month", BIRTHS), seen({**spans}), period)

    assert drawn.labels == ("1/2023", "2/2023", "3/2023")
    assert drawn.unit_of_measure == "trường hợp"
    (line,) = drawn.series
    assert (line.name, line.values) == ("Đăng ký khai sinh", (4, 0, 8))
    assert line.heights == (0.5, 0.0, 1.0)
    assert [mark.text for mark in drawn.upwards] == ["0", "2", "4", "6", "8"]
    assert [mark.at for mark in drawn.across] == pytest.approx([1 / 6, 1 / 2, 5 / 6])


def test_years_are_whole_calendar_years() -> None:
    drawn = chart(
        outline("year", "budget.revenue_actual", "budget.revenue_plan"),
        FixedFigures(),
        TERM_PERIOD,
    )

    assert drawn.labels == ("2021", "2022", "2023")
    assert drawn.series[0].values == (4_729_000_000, 7_077_000_000, 6_046_000_000)
    assert drawn.upwards[-1].text == "8.000.000.000"
    assert drawn.series[0].heights[1] == pytest.approx(7_077 / 8000)


def test_what_is_not_reported_is_a_gap() -> None:
    drawn = chart(outline("month", BIRTHS), seen({}), TERM_PERIOD)

    assert len(drawn.labels) == 30
    assert set(drawn.series[0].values) == {None}
    assert set(drawn.series[0].heights) == {None}
    assert len(drawn.across) == 10
    rows = [[cell.text for cell in row.cells] for row in as_table(drawn).rows]
    assert rows[0] == ["6/2021", "…"]


@pytest.mark.parametrize("start", [date.min, date(1900, 5, 17), date(2018, 12, 1)])
def test_of_a_long_period_the_end_is_shown(start: date) -> None:
    period = Period(start=start, end=date(2023, 11, 30))
    months = chart(outline("month", BIRTHS), seen({}), period)
    years = chart(outline("year", "budget.revenue_actual"), FixedFigures(), period)

    assert len(months.labels) == 60
    assert (months.labels[0], months.labels[-1]) == ("12/2018", "11/2023")
    assert years.labels[-1] == "2023"
    assert len(years.labels) <= 60


@pytest.mark.parametrize(
    ("highest", "marks"),
    [
        (0, ["0", "1"]),
        (1, ["0", "1"]),
        (3, ["0", "1", "2", "3"]),
        (9, ["0", "2", "4", "6", "8", "10"]),
        (11, ["0", "5", "10", "15"]),
        (26, ["0", "10", "20", "30"]),
        (302, ["0", "100", "200", "300", "400"]),
        (Decimal("0.55"), ["0", "0,2", "0,4", "0,6"]),
    ],
)
def test_the_scale_is_of_round_numbers_and_no_value_is_above_it(
    highest: int | Decimal, marks: list[str]
) -> None:
    month = Period(start=date(2023, 1, 1), end=date(2023, 1, 31))
    drawn = chart(outline("month", BIRTHS), seen({(month.start, month.end): highest}), month)

    assert [mark.text for mark in drawn.upwards] == marks
    assert drawn.series[0].heights[0] is not None
    assert 0 <= drawn.series[0].heights[0] <= 1
