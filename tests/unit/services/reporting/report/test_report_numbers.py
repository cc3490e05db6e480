"""Numbers, days and the four kinds of nothing as they are printed."""

from datetime import date
from decimal import Decimal

import pytest

from services.reporting.figure import Absence, Figure, Kind, Period
from services.reporting.report import numbers

WORDS = {"tuesday": "thứ Ba hằng tuần"}
TERM = Period(start=date(2021, 6, 1), end=date(2023, 11, 30))


def a_figure(
    value: int | Decimal | str | None, kind: Kind = Kind.FLOW, absence: Absence | None = None
) -> Figure:
    return Figure(
        indicator="registry.births_registered",
        dimensions={},
        label="Đăng ký khai sinh",
        unit_of_measure="%" if kind is Kind.RATIO else "trường hợp",
        kind=kind,
        period=TERM,
        value=value,
        absence=absence,
    )


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (3, "3"),
        (3356, "3.356"),
        (8_837_105_265, "8.837.105.265"),
        (-35, "-35"),
        (Decimal("100.896"), "100,9"),
        (Decimal("162.652"), "162,65"),
        (Decimal("0.005"), "0,01"),
    ],
)
def test_numbers_have_dots_between_thousands_and_a_decimal_comma(
    value: int | Decimal, printed: str
) -> None:
    assert printed == numbers.number(value)


@pytest.mark.parametrize(
    ("figure", "prose", "cell"),
    [
        (a_figure(302), "302 trường hợp", "302"),
        (a_figure(0), "không phát sinh", "0"),
        (a_figure(0, Kind.LEVEL), "không phát sinh", "0"),
        (a_figure(None, absence=Absence.MISSING), "chưa báo cáo", "chưa báo cáo"),
        (a_figure(None, absence=Absence.NOT_APPLICABLE), "không áp dụng", "–"),  # noqa: RUF001
        (a_figure(None, absence=Absence.SUPPRESSED), "…", "…"),
        (a_figure(Decimal("101.86"), Kind.RATIO), "101,86%", "101,86%"),
        (a_figure(Decimal(0), Kind.RATIO), "0%", "0%"),
        (a_figure("tuesday", Kind.TEXT), "thứ Ba hằng tuần", "thứ Ba hằng tuần"),
        (a_figure("sáng thứ Hai", Kind.TEXT), "sáng thứ Hai", "sáng thứ Hai"),
    ],
)
def test_zero_and_the_kinds_of_nothing_are_told_apart(
    figure: Figure, prose: str, cell: str
) -> None:
    assert prose == numbers.in_prose(figure, WORDS)
    assert cell == numbers.in_cell(figure, WORDS)


def test_a_rate_over_nothing_is_no_rate() -> None:
    nothing = a_figure(None, Kind.RATIO, Absence.NOT_APPLICABLE)

    assert numbers.in_prose(nothing, WORDS) == "không phát sinh"
    assert numbers.in_cell(nothing, WORDS) == "–"  # noqa: RUF001


def test_days_below_ten_and_the_first_two_months_have_a_leading_zero() -> None:
    assert numbers.day(date(2021, 9, 7)) == "07/9/2021"
    assert numbers.day(date(2023, 11, 30)) == "30/11/2023"
    assert numbers.day_in_words(date(2024, 1, 5)) == "ngày 05 tháng 01 năm 2024"
    assert numbers.day_in_words(date(2023, 11, 30)) == "ngày 30 tháng 11 năm 2023"
    assert numbers.month(date(2021, 6, 1)) == "tháng 6/2021"
    assert numbers.month(date(2022, 2, 1)) == "tháng 02/2022"


def test_periods_name_both_ends() -> None:
    assert numbers.span(TERM) == "01/6/2021 - 30/11/2023"
    assert numbers.span(Period(start=TERM.end, end=TERM.end)) == "30/11/2023"
    assert (
        numbers.span_in_words(TERM)
        == "từ ngày 01 tháng 6 năm 2021 đến hết ngày 30 tháng 11 năm 2023"
    )


@pytest.mark.parametrize(
    ("start", "end", "printed"),
    [
        (date(2021, 1, 1), date(2021, 12, 31), "năm 2021"),
        (date(2023, 1, 1), date(2023, 11, 30), "11 tháng đầu năm 2023"),
        (
            date(2021, 6, 1),
            date(2021, 12, 31),
            "từ ngày 01 tháng 6 năm 2021 đến hết ngày 31 tháng 12 năm 2021",
        ),
        (
            date(2023, 1, 1),
            date(2023, 11, 15),
            "từ ngày 01 tháng 01 năm 2023 đến hết ngày 15 tháng 11 năm 2023",
        ),
    ],
)
def test_an_unfinished_year_is_not_called_a_year(start: date, end: date, printed: str) -> None:
    assert printed == numbers.year_in_words(Period(start=start, end=end))
