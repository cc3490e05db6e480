"""The one formatter: how figures, days and periods are printed in Vietnamese.

Days follow Nghị định 30/2020/NĐ-CP, Phụ lục I: a leading zero for days below 10 and for months 1
and 2 only. Counts below 10 have two digits in sentences ("03 hộ") and one in tables.
"""

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from services.reporting.figure import Absence, Figure, Kind, Period
from shared.indicators.model import Indicator
from shared.quantity import Qualifier

NOTHING_OCCURRED = "không phát sinh"
SUPPRESSED = "…"
NOT_REPORTED = "chưa báo cáo"
PERCENT = "%"

_IN_PROSE = {
    Absence.MISSING: NOT_REPORTED,
    Absence.NOT_APPLICABLE: "không áp dụng",
    Absence.SUPPRESSED: SUPPRESSED,
}
NO_RATE = "–"  # noqa: RUF001  the dash of statutory tables
_IN_CELLS = _IN_PROSE | {Absence.NOT_APPLICABLE: NO_RATE}
_COUNTS = frozenset({Kind.FLOW, Kind.LEVEL, Kind.TARGET})
_TEN = 10
_TWO_YEARS = re.compile(r"\b(\d{4})-(\d{4})\b")


@lru_cache(maxsize=8192)
def number(value: Decimal | int, decimals: int = 2) -> str:
    """Return a number with dots between thousands and so many decimals: `3.356`, `100,9`."""
    # Adding 0 takes its sign from what was rounded to nothing.
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0
    whole, _, rest = f"{rounded:,f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")


def in_prose(figure: Figure, indicator: Indicator) -> str:
    """Return a figure as part of a sentence, with its unit: `03 hộ`, `trên 95%`, `chưa báo cáo`.

    `indicator` is the one of the figure, or that to which its split leads.
    """
    plain = without_unit(figure, indicator)
    unit = unit_of(indicator)
    said = figure.absence is None and plain != NOTHING_OCCURRED and unit != PERCENT
    return f"{plain} {unit}" if said and unit and figure.kind is not Kind.TEXT else plain


def without_unit(figure: Figure, indicator: Indicator) -> str:
    """Return a figure as part of a sentence that names the unit itself."""
    # A rate over nothing: the thing that it would be a rate of did not occur.
    if figure.kind is Kind.RATIO and figure.absence is Absence.NOT_APPLICABLE:
        return NOTHING_OCCURRED
    # From 0 to 5, more than 0, less than 0,5: something may have occurred.
    exact = figure.upper is None and figure.qualifier is None
    if figure.value == 0 and exact and figure.kind in {Kind.FLOW, Kind.LEVEL}:
        return NOTHING_OCCURRED
    if figure.absence is not None:
        return _IN_PROSE[figure.absence]
    return _said(figure, indicator, two_digits=figure.kind in _COUNTS)


def in_cell(figure: Figure, indicator: Indicator) -> str:
    """Return a figure as it stands in a table, without unit: `3.356`, `0`, `–`, `100,9%`."""  # noqa: RUF002
    if figure.absence is not None:
        return _IN_CELLS[figure.absence]
    return _said(figure, indicator, two_digits=False)


def _said(figure: Figure, indicator: Indicator, *, two_digits: bool) -> str:
    if isinstance(figure.value, str):
        return _text(figure.value, indicator)
    assert figure.value is not None
    ends = [figure.value] if figure.upper is None else [figure.value, figure.upper]
    plain = " - ".join(_end(one, indicator, two_digits=two_digits) for one in ends)
    word = _qualifier(figure.qualifier, indicator)
    sign = PERCENT if indicator.unit_of_measure == PERCENT else ""
    return f"{word} {plain}{sign}" if word else f"{plain}{sign}"


def _end(value: int | Decimal, indicator: Indicator, *, two_digits: bool) -> str:
    if indicator.printed is not None:
        value = Decimal(value) / indicator.printed.divide
    if two_digits and 0 < value < _TEN and value == int(value):
        return f"0{int(value)}"
    return number(value, indicator.decimals)


def _text(value: str, indicator: Indicator) -> str:
    if indicator.entry is not None and indicator.entry.say == "day":
        return day(date.fromisoformat(value))
    return indicator.words.get(value) or _TWO_YEARS.sub(r"\1 - \2", value)


def _qualifier(qualifier: Qualifier | None, indicator: Indicator) -> str:
    match qualifier:
        case Qualifier.ABOUT:
            return "khoảng"
        case Qualifier.MORE_THAN:
            return indicator.more_than
        case Qualifier.LESS_THAN:
            return "dưới"
        case None:
            return ""


def unit_of(indicator: Indicator) -> str:
    """Return the printed unit of measure."""
    return indicator.printed.unit if indicator.printed else indicator.unit_of_measure


def day(when: date) -> str:
    """Return a day in figures: `07/9/2021`, `30/11/2023`."""
    return f"{when.day:02}/{_month(when)}/{when.year}"


def day_in_words(when: date) -> str:
    """Return a day as the law writes it: `ngày 05 tháng 01 năm 2024`."""
    return f"ngày {when.day:02} tháng {_month(when)} năm {when.year}"


def month(when: date) -> str:
    """Return a month: `tháng 6/2021`, `tháng 01/2022`."""
    return f"tháng {_month(when)}/{when.year}"


@lru_cache(maxsize=1024)
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
