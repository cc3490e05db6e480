"""A file as rows of cells: XLSX or CSV, with the place of each cell and what is wrong with it.

Rows are read one by one, so that a file of a hundred thousand takes no more memory than its texts.
"""

import csv
import io
import re
import zipfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

import openpyxl
from openpyxl.utils import get_column_letter

from shared.refusal import Refused

_DELIMITERS = ";\t,"
_SAMPLE = 65_536
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


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

    @property
    def day(self) -> date:
        """The day that it holds, or that is typed as 31/12/2025 or 2025-12-31; or refuse it."""
        if isinstance(self.value, date):
            return self.value
        try:
            if found := _ISO_DAY.fullmatch(self.text):
                return date(int(found[1]), int(found[2]), int(found[3]))
            if found := _DAY.fullmatch(self.text):
                return date(int(found[3]), int(found[2]), int(found[1]))
        except ValueError:
            pass  # there is no 31/02
        raise Refused("not_a_day", self.place, shown=self.text)


type Grid = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a file may be; `unpacked` are the bytes of what a workbook packs."""

    size: int
    unpacked: int
    rows: int
    columns: int

    def check_size(self, size: int) -> None:
        """Refuse a file of more bytes."""
        if size > self.size:
            raise Refused("file_too_large", status=413, megabytes=self.size // 1_000_000)

    def check_extent(self, rows: int, columns: int) -> None:
        """Refuse a sheet of more rows or columns."""
        if rows > self.rows or columns > self.columns:
            raise self.too_large()

    def too_large(self) -> Refused:
        """Return what is said of a sheet that is too large."""
        return Refused("sheet_too_large", rows=self.rows, columns=self.columns)


def read(data: bytes, limits: Limits) -> Grid:
    """Return all rows of a file that is in memory, as `rows` does."""
    limits.check_size(len(data))
    return list(rows(io.BytesIO(data), limits))


def rows(file: BinaryIO, limits: Limits) -> Generator[Sequence[Cell]]:
    """Yield the rows of a workbook's first sheet, or of a CSV file: the bytes say which it is.

    Refuses, at the row where it turns out, what is neither and what is too large. Rows may be
    shorter than others. `file` stays open.
    """
    file.seek(0)
    is_workbook = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    try:
        yield from (_workbook if is_workbook else _csv)(file, limits)
    except Refused:
        raise
    except Exception:  # noqa: BLE001 - the libraries raise whatever they stumble over
        raise Refused("not_a_sheet") from None


def _workbook(file: BinaryIO, limits: Limits) -> Iterator[Sequence[Cell]]:
    with zipfile.ZipFile(file) as parts:
        if sum(part.file_size for part in parts.infolist()) > limits.unpacked:
            raise limits.too_large()
    # Once with the values of formulas, once with these: a formula without a value shows nothing.
    title, with_values = _first_sheet(file, values=True)
    _, as_typed = _first_sheet(file, values=False)
    for number, (values, typed) in enumerate(zip(with_values, as_typed, strict=True), 1):
        limits.check_extent(number, len(values))
        yield [
            _cell(value, f"{title}!{get_column_letter(column)}{number}", formula.data_type == "f")
            for column, (value, formula) in enumerate(zip(values, typed, strict=True), 1)
        ]


def _first_sheet(file: BinaryIO, *, values: bool) -> tuple[str, Iterator[Sequence[Any]]]:
    """Return the title and, one by one, the rows of the sheet that a workbook begins with."""
    book = openpyxl.load_workbook(file, read_only=True, data_only=values)
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


def _csv(file: BinaryIO, limits: Limits) -> Iterator[Sequence[Cell]]:
    encoding = "utf-16" if file.read(2) in _UTF_16 else "utf-8-sig"
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        sample = text.read(_SAMPLE).lstrip()
        if not sample:
            raise Refused("not_a_sheet")
        delimiter = max(_DELIMITERS, key=sample.partition("\n")[0].count)
        text.seek(0)
        records = csv.reader(text, delimiter=delimiter, strict=True)
        for number, record in enumerate(records, 1):
            limits.check_extent(number, len(record))
            yield [
                Cell(f"{get_column_letter(column)}{number}", value.strip() or None)
                for column, value in enumerate(record, 1)
            ]
    finally:
        if not file.closed:
            text.detach()  # else it would close the file
