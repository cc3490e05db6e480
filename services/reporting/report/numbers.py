"""The one formatter: how figures, days and periods are printed in Vietnamese.

Days follow Nghị định 30/2020/NĐ-CP, Phụ lục I: a leading zero for days below 10 and for months 1
and 2 only. Babel knows the numbers of Việt Nam but not this rule, so days are written here.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_decimal

from services.reporting.figure import Absence, Figure, Kind, Period

NOTHING_OCCURRED = "không phát sinh"
SUPPRESSED = "…"
NOT_REPORTED = "chưa báo cáo"

_IN_PROSE = {
    Absence.MISSING: NOT_REPORTED,
    Absence.NOT_APPLICABLE: "không áp dụng",
    Absence.SUPPRESSED: SUPPRESSED,
}
_IN_CELLS = _IN_PROSE | {Absence.NOT_APPLICABLE: "–"}  # noqa: RUF001  the dash of statutory tables
_CENT = Decimal("0.01")


def number(value: Decimal | int) -> str:
    """Return a number with dots between thousands and at most two decimals: `3.356`, `100,9`."""
    rounded = Decimal(value).quantize(_CENT, ROUND_HALF_UP)
    return str(format_decimal(rounded, format="#,##0.##", locale="vi"))


def in_prose(figure: Figure, words: Mapping[str, str]) -> str:
    """Return a figure as part of a sentence, with its unit: `3.356 hồ sơ`, `không phát sinh`.

    `words` gives the printed words of text codes (`tuesday`); other texts stand as they are.
    """
    # A rate over nothing: the thing that it would be a rate of did not occur.
    if figure.kind is Kind.RATIO and figure.absence is Absence.NOT_APPLICABLE:
        return NOTHING_OCCURRED
    if figure.absence is None and figure.value == 0 and figure.kind is not Kind.RATIO:
        return NOTHING_OCCURRED
    plain = _plain(figure, words, _IN_PROSE)
    counted = figure.absence is None and figure.kind in {Kind.FLOW, Kind.LEVEL}
    return f"{plain} {figure.unit_of_measure}" if counted else plain


def in_cell(figure: Figure, words: Mapping[str, str]) -> str:
    """Return a figure as it stands in a table, without unit: `3.356`, `0`, `–`, `100,9%`."""  # noqa: RUF002
    return _plain(figure, words, _IN_CELLS)


def _plain(figure: Figure, words: Mapping[str, str], absences: Mapping[Absence, str]) -> str:
    if figure.absence is not None:
        return absences[figure.absence]
    if isinstance(figure.value, int | Decimal):
        return number(figure.value) + ("%" if figure.kind is Kind.RATIO else "")
    return words.get(str(figure.value), str(figure.value))


def unit(figure: Figure) -> str:
    """Return the printed unit of measure."""
    return "%" if figure.kind is Kind.RATIO else figure.unit_of_measure


def day(when: date) -> str:
    """Return a day in figures: `07/9/2021`, `30/11/2023`."""
    return f"{when.day:02}/{_month(when)}/{when.year}"


def day_in_words(when: date) -> str:
    """Return a day as the law writes it: `ngày 05 tháng 01 năm 2024`."""
    return f"ngày {when.day:02} tháng {_month(when)} năm {when.year}"


def month(when: date) -> str:
    """Return a month: `tháng 6/2021`, `tháng 01/2022`."""
    return f"tháng {_month(when)}/{when.year}"


def span(period: Period) -> str:
    """Return a period for a table: `01/6/2021 - 30/11/2023`, or its day when it has only one."""
    if period.start == period.end:
        return day(period.start)
    return f"{day(period.start)} - {day(period.end)}"


def span_in_words(period: Period) -> str:
    """Return a period for a sentence: `từ ngày … đến hết ngày …`."""
    return f"từ {day_in_words(period.start)} đến hết {day_in_words(period.end)}"


def year_in_words(period: Period) -> str:
    """Return a budget year: `năm 2021`, unfinished `11 tháng đầu năm 2023`, else its days."""
    starts_the_year = (period.start.month, period.start.day) == (1, 1)
    ends_a_month = (period.end + timedelta(days=1)).day == 1
    if not starts_the_year or not ends_a_month or period.start.year != period.end.year:
        return span_in_words(period)
    if period.end.month == 12:  # noqa: PLR2004  December
        return f"năm {period.end.year}"
    return f"{period.end.month} tháng đầu năm {period.end.year}"


def _month(when: date) -> str:
    return f"{when.month:02}" if when.month <= 2 else str(when.month)  # noqa: PLR2004  by law
