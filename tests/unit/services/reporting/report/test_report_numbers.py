"""Numbers, days and the four kinds of nothing as they are printed."""

from datetime import date
from decimal import Decimal

import pytest

from services.reporting.figure import Absence, Figure, Kind, Period
from services.reporting.report import numbers
from shared.indicators.model import Indicator, Line, Printed
from shared.quantity import Qualifier

TERM = Period(start=date(2021, 6, 1), end=date(2023, 11, 30))


def an_indicator(unit: str = "hộ", kind: Kind = Kind.FLOW, **told: object) -> Indicator:
    given = {"id": "ward.houses", "label": "Nhà", "department": "statistics", "line": Line()}
    return Indicator.model_validate({"unit_of_measure": unit, "kind": kind, **given, **told})


def a_figure(
    value: int | Decimal | str | None,
    kind: Kind = Kind.FLOW,
    absence: Absence | None = None,
    upper: int | Decimal | None = None,
    qualifier: Qualifier | None = None,
) -> Figure:
    return Figure(
        indicator="ward.houses",
        dimensions={},
        label="Nhà",
        unit_of_measure="",
        kind=kind,
        period=TERM,
        value=value,
        absence=absence,
        upper=upper,
        qualifier=qualifier,
    )


COUNT, SHARE = an_indicator(), an_indicator("%", Kind.RATIO)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (3, "3"),
        (3356, "3.356"),
        (8_837_105_265, "8.837.105.265"),
        (-35, "-35"),
        (-3500, "-3.500"),
        (Decimal("100.896"), "100,9"),
        (Decimal("162.652"), "162,65"),
        (Decimal("0.005"), "0,01"),
        (Decimal("1234.5"), "1.234,5"),
        (Decimal("99.999"), "100"),
        (Decimal("-0.005"), "-0,01"),
        (Decimal("-0.004"), "0"),
    ],
)
def test_numbers_have_dots_between_thousands_and_a_decimal_comma(
    value: int | Decimal, printed: str
) -> None:
    assert printed == numbers.number(value)


def test_decimals_are_as_many_as_are_asked_for() -> None:
    assert numbers.number(Decimal("1.29972"), 4) == "1,2997"
    assert numbers.number(Decimal("1.5"), 0) == "2"


@pytest.mark.parametrize(
    ("figure", "prose", "cell"),
    [
        (a_figure(302), "302 hộ", "302"),
        (a_figure(3), "03 hộ", "3"),
        (a_figure(10), "10 hộ", "10"),
        (a_figure(9, Kind.LEVEL), "09 hộ", "9"),
        (a_figure(0), "không phát sinh", "0"),
        (a_figure(0, Kind.LEVEL), "không phát sinh", "0"),
        (a_figure(0, Kind.TARGET), "0 hộ", "0"),
        (a_figure(0, upper=5), "0 - 05 hộ", "0 - 5"),
        (a_figure(0, qualifier=Qualifier.MORE_THAN), "trên 0 hộ", "trên 0"),
        (a_figure(None, absence=Absence.MISSING), "chưa báo cáo", "chưa báo cáo"),
        (a_figure(None, absence=Absence.NOT_APPLICABLE), "không áp dụng", "–"),  # noqa: RUF001
        (a_figure(None, absence=Absence.SUPPRESSED), "…", "…"),
        (a_figure(4100, qualifier=Qualifier.ABOUT), "khoảng 4.100 hộ", "khoảng 4.100"),
        (a_figure(300, qualifier=Qualifier.MORE_THAN), "trên 300 hộ", "trên 300"),
        (a_figure(7, qualifier=Qualifier.LESS_THAN), "dưới 07 hộ", "dưới 7"),
        (a_figure(1, upper=2), "01 - 02 hộ", "1 - 2"),
        (a_figure(60, upper=65), "60 - 65 hộ", "60 - 65"),
    ],
)
def test_counts_are_told_as_officials_write_them(figure: Figure, prose: str, cell: str) -> None:
    assert prose == numbers.in_prose(figure, COUNT)
    assert cell == numbers.in_cell(figure, COUNT)


@pytest.mark.parametrize(
    ("figure", "prose", "cell"),
    [
        (a_figure(Decimal("101.86"), Kind.RATIO), "101,86%", "101,86%"),
        (a_figure(Decimal(0), Kind.RATIO), "0%", "0%"),
        (a_figure(5, Kind.RATIO), "5%", "5%"),
        (a_figure(95, Kind.RATIO, qualifier=Qualifier.MORE_THAN), "trên 95%", "trên 95%"),
        (a_figure(None, Kind.RATIO, Absence.NOT_APPLICABLE), "không phát sinh", "–"),  # noqa: RUF001
        (a_figure(None, Kind.RATIO, Absence.MISSING), "chưa báo cáo", "chưa báo cáo"),
    ],
)
def test_a_rate_over_nothing_is_no_rate(figure: Figure, prose: str, cell: str) -> None:
    assert prose == numbers.in_prose(figure, SHARE)
    assert cell == numbers.in_cell(figure, SHARE)


def test_the_words_of_an_indicator_are_printed() -> None:
    """Its own word for more than, its unit in millions, its codes, its days."""
    more = a_figure(2, Kind.LEVEL, qualifier=Qualifier.MORE_THAN)
    assert numbers.in_prose(more, an_indicator("năm", more_than="hơn")) == "hơn 02 năm"

    millions = Printed(divide=1_000_000, unit="triệu đồng/người/năm")
    income = a_figure(60_000_000, Kind.RATIO, upper=65_500_000)
    told = an_indicator("đồng", Kind.RATIO, printed=millions)
    assert numbers.in_prose(income, told) == "60 - 65,5 triệu đồng/người/năm"
    assert numbers.in_cell(income, told) == "60 - 65,5"

    weekly = an_indicator("", Kind.TEXT, words={"weekly": "hằng tuần"})
    assert numbers.in_prose(a_figure("weekly", Kind.TEXT), weekly) == "hằng tuần"
    assert numbers.in_cell(a_figure("sáng thứ Hai", Kind.TEXT), weekly) == "sáng thứ Hai"

    days = {"register": "meetings", "say": "day"}
    first = an_indicator("", Kind.TEXT, line=None, entry=days)
    assert numbers.in_prose(a_figure("2021-06-25", Kind.TEXT), first) == "25/6/2021"


def test_a_sentence_may_name_the_unit_itself() -> None:
    assert numbers.without_unit(a_figure(3), COUNT) == "03"
    assert numbers.without_unit(a_figure(95, Kind.RATIO), SHARE) == "95%"


def test_two_years_have_blanks_round_their_dash() -> None:
    term = an_indicator("", Kind.TEXT)
    assert numbers.in_prose(a_figure("2021-2026", Kind.TEXT), term) == "2021 - 2026"
    assert numbers.in_prose(a_figure("1-2026", Kind.TEXT), term) == "1-2026"


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
