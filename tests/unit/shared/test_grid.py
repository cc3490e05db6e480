"""Files as rows of cells: what a cell shows is what it means, and nothing is lost silently."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, time
from typing import Any

import openpyxl
import pytest

from shared import grid
from shared.refusal import Refused

LIMITS = grid.Limits(size=4_000_000, unpacked=16_000_000, rows=5_000, columns=40)

LIMITS_OF_MANY = grid.Limits(size=4_000_000, unpacked=16_000_000, rows=500_000, columns=40)


def read(data: bytes) -> grid.Grid:
    return grid.read(data, LIMITS)


def a_workbook(fill: Callable[[Any], object]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Biểu"
    fill(sheet)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def cell(value: object, *, format: str, kind: str | None = None) -> grid.Cell:  # noqa: A002
    """Return what is read of a cell B3 that holds a value."""

    def fill(sheet: Any) -> None:
        sheet["C3"] = "one more"
        sheet["B3"] = value
        sheet["B3"].number_format = format
        if kind:
            sheet["B3"].data_type = kind

    return read(a_workbook(fill))[2][1]


@pytest.mark.parametrize(
    ("value", "format_", "expected", "text"),
    [
        (4_729_000_000, "General", 4_729_000_000, "4729000000"),
        (9.3, "0.0", 9.3, "9.3"),
        (0.0, "General", 0.0, "0"),
        (9.299999999999999, "General", 9.3, "9.3"),
        (1.1 + 2.2, "0.0", 3.3, "3.3"),
        ("trên 95%", "@", "trên 95%", "trên 95%"),
        (0.95, "0%", "95%", "95%"),
        (1, "0.00%", "100%", "100%"),
        (0.0053, "0.00%", "0,53%", "0,53%"),
        (date(2023, 1, 2), "dd/mm/yyyy", date(2023, 1, 2), "2023-01-02"),
        (None, "General", None, ""),
    ],
)
def test_a_cell_holds_what_it_shows(
    value: object, format_: str, expected: object, text: str
) -> None:
    got = cell(value, format=format_)

    assert (got.place, got.value, got.text, got.refusal) == ("Biểu!B3", expected, text, None)


@pytest.mark.parametrize(
    ("value", "kind", "format_", "rule"),
    [
        ("#REF!", "e", "General", "cell_error"),
        ("=1/3", None, "General", "formula_without_value"),
        (True, None, "General", "cell_of_other_kind"),
        (time(3, 4), None, "h:mm", "cell_of_other_kind"),
    ],
)
def test_a_cell_that_shows_no_value_says_so_instead_of_being_empty(
    value: object, kind: str | None, format_: str, rule: str
) -> None:
    got = cell(value, kind=kind, format=format_)

    assert got.refusal is not None
    assert (got.refusal.rule, got.refusal.field) == (rule, "Biểu!B3")


def told(data: bytes) -> list[list[object]]:
    return [[one.value for one in row] for row in read(data)]


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffMã chỉ tiêu;Số liệu\r\neducation.pupils;9,3\r\n".encode(),
        'Mã chỉ tiêu,Số liệu\neducation.pupils,"9,3"\n'.encode(),
        "Mã chỉ tiêu\tSố liệu\neducation.pupils\t9,3".encode(),
        "Mã chỉ tiêu\tSố liệu\r\neducation.pupils\t9,3\r\n".encode("utf-16"),
    ],
    ids=["Excel", "comma", "tab", "Unicode text of Excel"],
)
def test_a_csv_file_is_read_by_the_delimiter_of_its_heading(data: bytes) -> None:
    assert told(data) == [["Mã chỉ tiêu", "Số liệu"], ["education.pupils", "9,3"]]


def test_a_cell_of_a_csv_file_is_called_by_column_and_record() -> None:
    """A quoted line break does not shift what is called row 3."""
    rows = read(b'a;b\n"x\ny";1\n;2\n')

    assert [[one.place for one in row] for row in rows] == [
        ["A1", "B1"],
        ["A2", "B2"],
        ["A3", "B3"],
    ]
    assert rows[1][0].value == "x\ny"
    assert rows[2][0].value is None


def a_bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "not_a_sheet"),
        (b"PK\x03\x04 and no zip file", "not_a_sheet"),
        ("Mã".encode("cp1258", "replace") + b"\xff", "not_a_sheet"),
        (b'a;"b', "not_a_sheet"),
        (a_bomb(), "sheet_too_large"),
        (b";" * 50, "sheet_too_large"),
        (b"1\n" * 6_000, "sheet_too_large"),
        (b"0" * 5_000_000, "file_too_large"),
        (a_workbook(lambda sheet: sheet.cell(900_000, 1, "far")), "sheet_too_large"),
    ],
    ids=["empty", "cut", "bytes", "quote", "bomb", "wide", "long", "large", "far"],
)
def test_what_is_no_form_is_refused_whole(data: bytes, rule: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(data)
    assert rule == refusal.value.rule


def test_a_file_stays_open_and_can_be_read_again_from_any_place() -> None:
    for data in (b"a;b\n1;2\n", a_workbook(lambda sheet: sheet.append(["a", "b"]))):
        file = io.BytesIO(data)
        once = list(grid.rows(file, LIMITS))

        assert once == list(grid.rows(file, LIMITS))
        assert next(grid.rows(file, LIMITS)) == once[0]
        file.seek(0)


def test_what_is_no_text_further_down_is_refused_where_it_is_reached() -> None:
    rows = grid.rows(io.BytesIO(b"a;b\n" * 100_000 + b"\xff;b\n"), LIMITS_OF_MANY)

    assert [cell.text for cell in next(rows)] == ["a", "b"]
    with pytest.raises(Refused) as refusal:
        list(rows)
    assert refusal.value.rule == "not_a_sheet"


@pytest.mark.parametrize("told", ["2023-12-31", "31/12/2023", "31.12.2023", "31-12-2023"])
def test_a_day_is_typed_as_people_write_it(told: str) -> None:
    assert grid.Cell("A1", told).day == date(2023, 12, 31)


@pytest.mark.parametrize(
    "told", ["31/02/2023", "31/12/23", "45000", 45000.0, "1699920000", "", "2023-12-31T00:00:00"]
)
def test_what_is_no_day_is_refused(told: str | float) -> None:
    """A number is the serial one of a spreadsheet, or seconds since 1970. Nobody means these."""
    with pytest.raises(Refused) as refusal:
        _ = grid.Cell("A1", told).day
    assert (refusal.value.rule, refusal.value.field) == ("not_a_day", "A1")
