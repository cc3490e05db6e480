"""A file as a grid of cells: XLSX or CSV, with the place of each cell and what is wrong with it."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from shared.refusal import Refused

_MOST_BYTES = 4_000_000
_MOST_UNPACKED = 16_000_000
_MOST_ROWS, _MOST_COLUMNS = 5_000, 40
_DELIMITERS = ";\t,"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds, None for nothing; `place` is what people call it: `Biểu!C7`, `C7`.

    A number that a workbook shows as a percentage is what it shows: "95%" where it stores 0,95.
    """

    place: str
    value: str | float | date | None
    refusal: Refused | None = None

    @property
    def text(self) -> str:
        """What it holds as a text, "" for nothing; a whole number has no decimals."""
        whole = isinstance(self.value, float) and self.value.is_integer()
        return "" if self.value is None else str(int(self.value) if whole else self.value).strip()  # type: ignore[arg-type]

    @property
    def is_of_workbook(self) -> bool:
        """Whether it stands in a workbook, whose places name the sheet, and not in a CSV file."""
        return "!" in self.place


type Grid = Sequence[Sequence[Cell]]


def check_size(size: int) -> None:
    """Refuse a file of more bytes than a form can have."""
    if size > _MOST_BYTES:
        raise Refused("file_too_large", status=413, megabytes=_MOST_BYTES // 1_000_000)


def read(data: bytes) -> Grid:
    """Return the cells of a workbook's first sheet, or of a CSV file: the bytes say which it is.

    Refuses what is neither, and what is too large to be a form.
    """
    check_size(len(data))
    if not data.startswith(b"PK\x03\x04"):
        return list(_csv(data))
    try:
        return list(_workbook(data))
    except Refused:
        raise
    except Exception:  # noqa: BLE001 - the library raises whatever it stumbles over
        raise Refused("not_a_sheet") from None


def _workbook(data: bytes) -> Iterator[Sequence[Cell]]:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > _MOST_UNPACKED:
            raise Refused("sheet_too_large", rows=_MOST_ROWS, columns=_MOST_COLUMNS)
    # Once with the values of formulas, once with these: a formula without a value shows nothing.
    title, with_values = _first_sheet(data, values=True)
    _, as_typed = _first_sheet(data, values=False)
    for number, (values, typed) in enumerate(zip(with_values, as_typed, strict=True), 1):
        _check_extent(number, len(values))
        yield [
            _cell(value, f"{title}!{get_column_letter(column)}{number}", formula.data_type == "f")
            for column, (value, formula) in enumerate(zip(values, typed, strict=True), 1)
        ]


def _first_sheet(data: bytes, *, values: bool) -> tuple[str, Iterator[Sequence[Any]]]:
    """Return the title and, one by one, the rows of the sheet that a workbook begins with."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values)
    sheet: Any = book.worksheets[0]
    sheet.reset_dimensions()  # what a file says of its own size is often wrong
    return sheet.title, sheet.iter_rows()


def _cell(cell: Any, place: str, is_formula: bool) -> Cell:  # noqa: FBT001 - by its name below
    """Return a cell of a workbook. One that shows no value of its own says so where it counts."""
    value = cell.value
    if cell.data_type == "e":
        return Cell(place, value, Refused("cell_error", place, shown=value))
    if value is None and is_formula:
        return Cell(place, None, Refused("formula_without_value", place))
    if isinstance(value, bool | time | timedelta):
        return Cell(place, str(value), Refused("cell_of_other_kind", place, shown=value))
    if isinstance(value, datetime):
        return Cell(place, value.date())
    if isinstance(value, int | float) and "%" in cell.number_format:
        shown = Decimal(f"{value * 100:.10g}")
        return Cell(place, f"{shown:f}%".replace(".", ","))
    if isinstance(value, float):
        # What a formula comes to is stored with more digits than any spreadsheet shows.
        value = float(f"{value:.15g}")
    return Cell(place, value if value != "" else None)


def _check_extent(rows: int, columns: int) -> None:
    if rows > _MOST_ROWS or columns > _MOST_COLUMNS:
        raise Refused("sheet_too_large", rows=_MOST_ROWS, columns=_MOST_COLUMNS)


def _csv(data: bytes) -> Iterator[Sequence[Cell]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("not_a_sheet") from None
    if not text.strip():
        raise Refused("not_a_sheet")
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(rows, 1):
            _check_extent(number, len(row))
            yield [
                Cell(f"{get_column_letter(column)}{number}", value.strip() or None)
                for column, value in enumerate(row, 1)
            ]
    except csv.Error:
        raise Refused("not_a_sheet") from None
