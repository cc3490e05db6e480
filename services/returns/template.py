"""The XLSX template of a form for a unit and period: what to fill in, and how it may be written.

The same bytes come of the same form, so that a template can be compared.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from services.returns import lines, sheets
from shared.forms import OWN_SPAN, Form, Line
from shared.indicators import INDICATORS
from shared.indicators.model import Kind
from shared.periods import Period

BLANK_ROWS = 12
"""How many schools or streets fit on a template: a sheet that is locked takes no further rows."""

_NUMBERS = (
    "Để trống: chưa có số liệu. 0: có theo dõi, không phát sinh. x: không áp dụng."
    " Có thể ghi: 4.100; 9,3; trên 95; khoảng 4.100; dưới 0,7; 60 - 65."
)
_TEXTS = (
    "Để trống: chưa có nội dung. Số liệu chèn bằng mã chỉ tiêu trong ngoặc nhọn, ví dụ"
    " {budget.revenue_actual}; không gõ số trực tiếp."
)
_FONT = {"font_name": "Times New Roman", "font_size": 12, "valign": "top", "text_wrap": True}
_FRAME = _FONT | {"border": 1}
_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "title": {**_FONT, "bold": True, "font_size": 14, "text_wrap": False},
    "note": {**_FONT, "italic": True, "text_wrap": False},
    "heading": {**_FRAME, "bold": True, "align": "center", "bg_color": "#E7E6E6"},
    "told": _FRAME,
    # Text keeps what is typed: a spreadsheet would take 1-2 for a day and 95% for 0,95.
    "filled": {**_FRAME, "locked": False, "num_format": "@"},
}
_WIDTHS = {"label": 56, "unit": 16, "row": 30, "amount": 22, "text": 90, "until": 14}


def template(form: Form, unit_name: str, period: Period, mark: str) -> bytes:
    """Return the workbook: codes of lines are hidden, what is not to be filled in is locked."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    book.set_properties({"title": form.label, "created": datetime(2021, 1, 1)})  # noqa: DTZ001
    formats = {name: book.add_format(dict(told)) for name, told in _FORMATS.items()}
    sheet = book.add_worksheet("Biểu")
    sheet.write_string(0, 0, mark)
    sheet.write_string(0, 1, form.label, formats["title"])
    days = f"từ ngày {period.start:%d/%m/%Y} đến ngày {period.end:%d/%m/%Y}"
    sheet.write_string(1, 1, f"{unit_name}, {days}", formats["note"])
    sheet.write_string(2, 1, _TEXTS if form.period == OWN_SPAN else _NUMBERS, formats["note"])
    for row, cells in enumerate(_rows(form), _HEADING_ROW):
        for column, (value, format_) in enumerate(cells):
            sheet.write_string(row, column, value, formats[format_])
    _arrange(sheet, form)
    book.close()
    return data.getvalue()


_HEADING_ROW = 4

type _Written = Sequence[tuple[str, str]]
"""The cells of a row: what stands in each, and its format."""


def _rows(form: Form) -> Iterator[_Written]:
    headings = [sheets.CODE, "Chỉ tiêu", "Đơn vị tính", *form.rows.values(), sheets.AMOUNT]
    if sheets.has_targets(form):
        headings.append(sheets.UNTIL)
    yield [(heading, "heading") for heading in headings]
    repeated = [line for line in form.lines if form.rows_of(line)]
    once = [line for line in form.lines if line not in repeated]
    for line in [*once, *repeated * BLANK_ROWS]:
        for dimensions in lines.cells_of(line):
            yield _row(form, line, dimensions)


def _row(form: Form, line: Line, dimensions: Mapping[str, str]) -> _Written:
    indicator, own = INDICATORS[line.indicator], form.rows_of(line)
    code = sheets.code_of(line.indicator, dimensions)
    label = lines.label_of(line.indicator, dimensions)
    until = "filled" if indicator.kind is Kind.TARGET else "told"
    return [
        *((cell, "told") for cell in (code, label, indicator.unit_of_measure)),
        *(("", "filled" if name in own else "told") for name in form.rows),
        ("", "filled"),
        *([("", until)] if sheets.has_targets(form) else []),
    ]


def _arrange(sheet: Any, form: Form) -> None:
    """Set what is seen and printed: widths, the hidden codes, A4 across, headings on each page."""
    texts = any(INDICATORS[line.indicator].kind is Kind.TEXT for line in form.lines)
    widths = ["label", "unit", *["row"] * len(form.rows), "text" if texts else "amount", "until"]
    sheet.set_column(0, 0, None, None, {"hidden": True})
    for column, name in enumerate(widths, 1):
        sheet.set_column(column, column, _WIDTHS[name])
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.freeze_panes(_HEADING_ROW + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADING_ROW)
