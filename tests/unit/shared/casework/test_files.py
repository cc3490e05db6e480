"""Files of cases: what a template offers can be filled in, and what a row says is understood."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest

from services.permits.model import PERMITS
from services.petitions.model import PETITIONS
from services.registry.commands import ResolveRegistryCase
from services.registry.model import REGISTRY
from shared import grid
from shared.casework.commands import RefuseCase
from shared.casework.files.columns import HEADINGS, WORDS, folded, form_of, head_of
from shared.casework.files.rows import LIMITS, Read, Row, rows_of
from shared.casework.files.template import template
from shared.casework.held import Department
from shared.events.cases import Channel, Outcome, Status
from shared.refusal import Refused
from tests.support.registers import Line, a_line, as_csv, as_xlsx

DEPARTMENTS = (REGISTRY, PERMITS, PETITIONS)


def read(data: bytes, department: Department = REGISTRY) -> list[Read]:
    return list(rows_of(grid.rows(io.BytesIO(data), LIMITS), form_of(department)))


def faults(read_: Sequence[Read]) -> list[tuple[str, str]]:
    return [(fault.cell, fault.rule) for one in read_ if not isinstance(one, Row) for fault in one]


def one(line: Line) -> Row:
    (row,) = read(as_csv([line]))
    assert isinstance(row, Row), row
    return row


@pytest.mark.parametrize("department", DEPARTMENTS, ids=lambda one: one.name)
def test_every_choice_of_a_template_can_be_made(department: Department) -> None:
    """Each heading is known, and each word of its lists means what it is listed for."""
    book = openpyxl.load_workbook(io.BytesIO(template(form_of(department))))
    sheet, notes = book.worksheets
    form = form_of(department)
    headings = [cell.value for cell in sheet[1]]
    lists = {
        next(iter(validation.sqref.ranges)).min_col: validation.formula1
        for validation in sheet.data_validations.dataValidation
    }
    assert len(headings) == len(form.fields)
    for column, field in enumerate(form.fields, 1):
        words = _words(notes, lists.get(column))
        assert (words == []) == (field not in form.codes)
        assert [form.codes[field][folded(word)] for word in words] == [*form.labels.get(field, ())]
    for column, value in enumerate(_filled(department), 1):
        sheet.cell(2, column, value)
    data = io.BytesIO()
    book.save(data)
    (row,) = read(data.getvalue(), department)
    assert isinstance(row, Row), row


def _words(notes: Any, source: str | None) -> list[str]:
    if source is None:
        return []
    sheet, _, cells = source.replace("$", "").partition("!")
    assert sheet == "'Hướng dẫn'"
    return [cell.value for (cell,) in notes[cells]]


def _filled(department: Department) -> list[str | None]:
    form = form_of(department)
    told = a_line(1) | {"procedure": next(iter(form.labels["procedure"].values()))}
    return [told.get(field) for field in form.fields]


def test_a_template_is_the_same_each_time() -> None:
    assert template(form_of(REGISTRY)) == template(form_of(REGISTRY))


def test_every_field_and_code_has_its_words() -> None:
    """A new field of a command is a column by its id; this says that its heading is owed."""
    fields = {field for department in DEPARTMENTS for field in form_of(department).fields}

    assert fields == HEADINGS.keys()
    assert WORDS.keys() == {*Channel, *Status, *Outcome} - {Status.CANCELLED}


@pytest.mark.parametrize(
    ("one", "other"),
    [("HOÀ  GIẢI", "Hòa giải"), ("Tho\u0309a thuận", "thỏa thuận"), ("uỷ quyền", "ủy quyền")],
)
def test_spellings_of_the_same_words_are_one(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_other_words_stay_others() -> None:
    assert len({folded(word) for word in ("ma", "má", "mà", "mã", "mạ", "mả", "mơ", "mở")}) == 8


def test_a_row_says_the_commands_that_it_is() -> None:
    line = a_line(7, procedure="đăng ký khai sinh", channel="ONLINE", due_on="2023-11-05")
    row = one(line | {"status": "RESOLVED", "closed_on": "3/11/2023", "born_on": "30-10-2023"})

    assert (row.number, row.key, row.status) == (2, "H31-7", Status.RESOLVED)
    assert row.receipt.model_dump(mode="json", exclude_none=True) == {
        "unit": "10525",
        "procedure": "registry.birth",
        "channel": "online",
        "received_on": "2023-11-01",
        "due_on": "2023-11-05",
        "applicant": "Nguyễn Văn 7",
    }
    assert isinstance(row.closing, ResolveRegistryCase)
    assert row.closing.model_dump(mode="json", exclude_none=True) == {
        "closed_on": "2023-11-03",
        "born_on": "2023-10-30",
    }


def test_an_open_row_closes_nothing_and_a_refusal_has_its_reason() -> None:
    assert one(a_line(1)).closing is None
    told = {"status": "Từ chối", "closed_on": "02/11/2023", "reason": "thiếu giấy tờ"}
    closing = one(a_line(1) | told).closing
    assert isinstance(closing, RefuseCase)
    assert closing.reason == "thiếu giấy tờ"


def test_blank_rows_are_passed_over_and_rows_may_end_early() -> None:
    lines: list[Line] = [a_line(1), {}, a_line(2), {"applicant": "A"}]
    rows = read(as_xlsx(lines))

    assert [row.number for row in rows if isinstance(row, Row)] == [3, 5]
    assert faults(rows) == [(f"Sổ!{column}6", "missing") for column in "ABCDEH"]
    short = as_csv([]) + b"H31-1;10525\r\n"
    assert faults(read(short)) == [(f"{column}2", "missing") for column in "CDEH"]


def test_a_row_is_told_all_that_is_wrong_with_it_at_once() -> None:
    line = a_line(1, channel="fax", received_on="hôm qua", status="Từ chối", born_on="2023-10-30")

    assert faults(read(as_csv([line]))) == [
        ("D2", "value_not_listed"),
        ("E2", "not_a_day"),
        ("J2", "cell_not_of_status"),
        ("I2", "missing"),
        ("L2", "missing"),
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"row_key": 15}, []),
        ({"unit": 1}, []),
        ({"row_key": "=1+1"}, [("Sổ!A3", "formula_without_value")]),
        ({"due_on": "=1+1"}, [("Sổ!F3", "formula_without_value")]),
        ({"applicant": True}, [("Sổ!G3", "cell_of_other_kind")]),
    ],
)
def test_cells_of_a_workbook_are_what_they_show(
    values: Mapping[str, Any], expected: list[tuple[str, str]]
) -> None:
    rows = read(as_xlsx([{**a_line(1), **values}]))

    assert faults(rows) == expected
    for row in rows:
        if isinstance(row, Row) and "unit" in values:
            assert row.receipt.unit == "00001"  # a spreadsheet takes the zeros away


def test_a_text_that_a_spreadsheet_took_for_a_day_is_no_key() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([a_line(1)])))
    sheet = book.worksheets[0]
    sheet["A3"] = sheet["E3"] = date(2023, 2, 1)
    data = io.BytesIO()
    book.save(data)

    assert faults(read(data.getvalue())) == [("Sổ!A3", "cell_of_other_kind")]


def test_a_text_that_the_commas_of_a_csv_file_part_is_no_shorter_one() -> None:
    """Else half of this reason would be lost."""
    line = a_line(1, status="Từ chối", closed_on="02/11/2023", reason="thiếu giấy, chưa ký")

    assert faults(read(as_csv([line], ","))) == []
    assert faults(read(as_csv([line], ",").replace(b'"', b""))) == [("M2", "cell_spilt")]


def test_a_key_that_comes_twice_is_told_with_its_first_row() -> None:
    first, second = read(as_csv([a_line(1), a_line(1, channel="post")]))

    assert isinstance(first, Row)
    assert not isinstance(second, Row)
    assert [(fault.cell, fault.rule, fault.values) for fault in second] == [
        ("A3", "row_key_twice", {"row": 2})
    ]


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (b"a;b\n", ["no_heading_row"]),
        (b"\n" * 20 + as_csv([]).removeprefix(b"\xef\xbb\xbf"), ["no_heading_row"]),
        ("Mã hồ sơ;Thủ tục;THỦ TỤC\n".encode(), ["column_twice", *["column_missing"] * 4]),
        ("SỔ\n\nSố hồ sơ *;procedure;unit;channel;received_on;status\n".encode(), []),
    ],
    ids=["none", "too far down", "twice and missing", "below a title"],
)
def test_a_file_is_known_by_its_heading(data: bytes, rules: list[str]) -> None:
    rows = grid.rows(io.BytesIO(data), LIMITS)
    if not rules:
        assert head_of(rows, form_of(REGISTRY)).row == 3
        return
    with pytest.raises(Refused) as refusal:
        head_of(rows, form_of(REGISTRY))
    assert [rule for _, rule, _ in refusal.value.errors] == rules
