"""What stands by year begins with the year before the period, where that is asked for."""

import pytest
from pydantic import ValidationError

from services.reporting.report.book import FigureBook
from services.reporting.report.outline import EachOutline
from services.reporting.report.spans import spans_of
from services.reporting.report.wording import Writer
from shared.slots import figure_slot
from tests.support.fixed_figures import TERM_PERIOD, FixedFigures

YEARS = ["2021", "2022", "2023"]


class OfThePeriod(FixedFigures):
    """Figures whose years are those of the period, as the reporting service has them."""

    def values(self, indicator: str, dimension: str) -> list[str]:
        """Return the years of the period that have a figure."""
        return [year for year in super().values(indicator, dimension) if year in YEARS]


@pytest.mark.parametrize(
    ("indicator", "year_before", "expected"),
    [
        ("budget.expenditure_actual", True, ["2020", *YEARS]),
        ("budget.expenditure_actual", False, YEARS),
        ("budget.revenue_actual", True, YEARS),  # of 2020 nothing was told
    ],
)
def test_the_year_before_comes_first_if_something_was_told_of_it(
    indicator: str, *, year_before: bool, expected: list[str]
) -> None:
    writer = Writer({}, spans_of(TERM_PERIOD), FigureBook(OfThePeriod()))

    found = writer.each(figure_slot(indicator), "year", year_before=year_before)

    assert [one.variables["year"] for one in found] == expected


def test_only_what_stands_by_year_has_a_year_before() -> None:
    told = {"each": "education.pupils", "by": "school", "text": "x", "none": "y"}
    EachOutline.model_validate(told)

    with pytest.raises(ValidationError, match="year_before is said of what stands by year"):
        EachOutline.model_validate(told | {"year_before": True})
