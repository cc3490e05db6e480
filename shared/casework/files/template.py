"""The XLSX template of a department's file of cases: headings, lists to choose from, what is due.

The same bytes come each time, so that a template can be compared.
"""

import io
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range_abs

from shared.casework.files.columns import NEEDED, Form, heading_of

_FONT = {"font_name": "Times New Roman", "font_size": 12, "valign": "top", "text_wrap": True}
_HEADING = {**_FONT, "bold": True, "align": "center", "border": 1, "bg_color": "#E7E6E6"}
# Text keeps what is typed: a spreadsheet would take 1-2 for a day, and the zeros of 00001 away.
_FILLED = {**_FONT, "num_format": "@"}
_LAST_ROW = 1_048_575
_NOTES = (
    "Mỗi dòng là một hồ sơ. Cột có dấu * là cột bắt buộc.",
    "Mã hồ sơ là duy nhất trong mọi tệp của bộ phận.",
    "Gửi lại tệp thì hồ sơ đã nhập không bị nhập lần nữa.",
    "Ngày ghi như 31/12/2023 hoặc 2023-12-31.",
    "Hồ sơ đang giải quyết: để trống các cột về kết thúc.",
    "Khi hồ sơ có kết quả, ghi thêm vào chính dòng đó rồi gửi lại tệp.",
    "Để trống ngày hẹn trả thì hệ thống tính theo thời hạn của thủ tục.",
)


def template(form: Form) -> bytes:
    """Return the workbook: the sheet to fill in, then the one that explains it."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    book.set_properties({"title": "Hồ sơ", "created": datetime(2021, 1, 1)})  # noqa: DTZ001
    heading, filled = book.add_format(_HEADING), book.add_format(_FILLED)
    note = book.add_format(_FONT)
    sheet, notes = book.add_worksheet("Hồ sơ"), book.add_worksheet("Hướng dẫn")
    for row, text in enumerate(_NOTES):
        notes.write_string(row, 0, text, note)
    notes.set_column(0, 0, 60)
    for column, field in enumerate(form.fields):
        sheet.write_string(0, column, heading_of(field) + " *" * (field in NEEDED), heading)
        sheet.set_column(column, column, 24, filled)
        if field in form.labels:
            _offer(sheet, notes, column, [heading_of(field), *form.labels[field].values()])
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return data.getvalue()


def _offer(sheet: Any, notes: Any, column: int, words: list[str]) -> None:
    """Let the cells of a column be chosen from a list, which stands in the other sheet."""
    for row, text in enumerate(words):
        notes.write_string(row, column, text)
    notes.set_column(column, column, 30)
    source = f"='Hướng dẫn'!{xl_range_abs(1, column, len(words) - 1, column)}"
    told = {"validate": "list", "source": source, "error_type": "warning"}
    sheet.data_validation(1, column, _LAST_ROW, column, told)
