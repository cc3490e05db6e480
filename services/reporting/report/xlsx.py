"""The report's tables, figures, checks and charts as a workbook: numbers in it can be counted with.

A sheet for each table of the body, one for each annex, and one of every figure with its raw value.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from services.reporting.figure import Kind
from services.reporting.report.content import Block, Chart, FigureSpan, Row, Span, Table
from services.reporting.report.model import FigureEntry, Report

_FACE = {"font_name": "Times New Roman", "font_size": 12}
_CELL = _FACE | {"border": 1, "text_wrap": True, "valign": "vcenter"}
_FORMATS: Mapping[str, Mapping[str, object]] = {
    "title": _FACE | {"bold": True},
    "plain": _FACE | {"italic": True},
    "head": _CELL | {"bold": True, "align": "center"},
    "text": _CELL,
    "bold": _CELL | {"bold": True, "num_format": "#,##0.######"},
    "number": _CELL | {"num_format": "#,##0.######"},
    "percent": _CELL | {"num_format": '#,##0.##"%"'},
    "day": _CELL | {"num_format": "dd/mm/yyyy"},
}
_CHART_LINES = 15
_CHARACTERS = 120  # across a page in landscape
_HEADS = {
    "Mã chỉ tiêu": 44,
    "Chỉ tiêu": 50,
    "Giá trị": 18,
    "Cận trên": 18,
    "Bản in": 24,
    "Đơn vị tính": 16,
    "Từ ngày": 12,
    "Đến ngày": 12,
    "Mục": 14,
}

type _Value = str | int | Decimal | date | None


def to_xlsx(report: Report) -> bytes:
    """Return the workbook; its only date is the day as of which the report is drawn."""
    written = BytesIO()
    with Workbook(written, {"in_memory": True}) as workbook:
        drawn = datetime.combine(report.about.as_of, time(), UTC).replace(tzinfo=None)
        author = " ".join(report.header.issuer)
        workbook.set_properties({"title": report.subject, "author": author, "created": drawn})
        book = _Book(workbook, report.figures)
        bodies = [part.blocks for part in report.parts]
        bodies += [section.blocks for part in report.parts for section in part.sections]
        tables = [block for blocks in bodies for block in blocks if isinstance(block, Table)]
        for number, table in enumerate(tables, 1):
            book.add(f"Biểu {number}", [table])
        for annex in report.annexes:
            book.add(annex.label, annex.blocks)
        book.add_figures("Số liệu")
    return written.getvalue()


class _Book:
    """A workbook that is being written."""

    def __init__(self, workbook: Workbook, figures: Mapping[str, FigureEntry]) -> None:
        self._workbook = workbook
        self._figures = figures
        self._formats = {name: workbook.add_format(form) for name, form in _FORMATS.items()}

    def add(self, name: str, blocks: Iterable[Block]) -> None:
        """Write a sheet of tables and charts below each other."""
        sheet = self._sheet(name)
        line = 0
        for block in blocks:
            if isinstance(block, Table):
                line = self._table(sheet, line, block)
            elif isinstance(block, Chart):
                line = self._chart(sheet, line, block)

    def add_figures(self, name: str) -> None:
        """Write the sheet of every figure."""
        sheet = self._sheet(name)
        sheet.freeze_panes(1, 2)
        for column, (head, width) in enumerate(_HEADS.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head, self._formats["head"])
        for line, (key, figure) in enumerate(self._figures.items(), 1):
            values: tuple[_Value, ...] = (
                *(key, figure.label, figure.value, figure.upper, figure.display),
                *(figure.unit_of_measure, figure.period.start, figure.period.end),
                ", ".join(figure.sections),
            )
            for column, value in enumerate(values):
                self._write(sheet, line, column, value, "number")

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def _table(self, sheet: Worksheet, line: int, table: Table) -> int:
        """Write a table from a line on and return the line after it."""
        for column, share in enumerate(table.widths):
            sheet.set_column(column, column, _CHARACTERS * share / sum(table.widths))
        for text, form in ((table.caption, "title"), (table.scope, "plain")):
            if text:
                sheet.write_string(line, 0, text, self._formats[form])
                line += 1
        line = self._head(sheet, line, table)
        for row in table.rows:
            self._row(sheet, line, row, len(table.widths))
            line += 1
        if table.note:
            sheet.write_string(line, 0, table.note, self._formats["plain"])
        return line + 2

    def _head(self, sheet: Worksheet, line: int, table: Table) -> int:
        taken = set[tuple[int, int]]()
        for row in table.head:
            column = 0
            for cell in row:
                while (line, column) in taken:
                    column += 1
                last, right = line + cell.rows - 1, column + cell.columns - 1
                taken |= {(y, x) for y in range(line, last + 1) for x in range(column, right + 1)}
                if (last, right) == (line, column):
                    sheet.write_string(line, column, cell.text, self._formats["head"])
                else:
                    sheet.merge_range(line, column, last, right, cell.text, self._formats["head"])
            line += 1
        return line

    def _row(self, sheet: Worksheet, line: int, row: Row, columns: int) -> None:
        if row.heading:
            text, form = row.cells[0].text, self._formats["bold"]
            sheet.merge_range(line, 0, line, columns - 1, text, form)
            return
        for column, cell in enumerate(row.cells):
            value, form = self._raw(cell)
            self._write(sheet, line, column, value, "bold" if row.total else form)

    def _raw(self, cell: Span) -> tuple[_Value, str]:
        """Return what can be counted with where it is all that is printed, else the print."""
        if not isinstance(cell, FigureSpan):
            return cell.text, "text"
        figure = self._figures[cell.figure]
        if figure.value is None or figure.qualifier or figure.upper is not None:
            return cell.text, "text"
        return figure.value, "percent" if figure.kind is Kind.RATIO else "number"

    def _write(self, sheet: Worksheet, line: int, column: int, value: _Value, form: str) -> None:
        if isinstance(value, date):
            sheet.write_datetime(line, column, value, self._formats["day"])
        elif isinstance(value, int | Decimal):
            sheet.write_number(line, column, value, self._formats[form])
        else:
            text = self._formats["text" if form == "number" else form]
            sheet.write_string(line, column, value or "", text)

    def _chart(self, sheet: Worksheet, line: int, chart: Chart) -> int:
        """Write a chart with its values beside it and return the line after it."""
        drawn = self._workbook.add_chart({"type": "line"})
        drawn.set_title({"name": chart.title})
        sheet.write_string(line, 0, chart.title, self._formats["title"])
        first, last = line + 2, line + 1 + len(chart.labels)
        for row, label in enumerate(chart.labels, first):
            sheet.write_string(row, 0, label, self._formats["text"])
        for column, series in enumerate(chart.series, 1):
            sheet.write_string(first - 1, column, series.name, self._formats["head"])
            for row, value in enumerate(series.values, first):
                self._write(sheet, row, column, value, "number")
            places = (first, column, last, column)
            names = (first, 0, last, 0)
            drawn.add_series(
                {
                    "name": series.name,
                    "categories": [sheet.get_name(), *names],
                    "values": [sheet.get_name(), *places],
                }
            )
        sheet.insert_chart(line, len(chart.series) + 2, drawn)
        return max(last, line + _CHART_LINES) + 2
