"""Forms as sheets: what a template asks is what comes back of it, and every bad cell is told."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from services.returns import lines, sheets
from services.returns.template import template
from shared import grid
from shared.events.returns import Absence, DeclaredFigure
from shared.forms import FORMS, Form
from shared.indicators import INDICATORS
from shared.indicators.model import Kind
from shared.periods import Period
from shared.quantity import Qualifier
from shared.refusal import Refused, RefusedAll

YEAR = Period(start=date(2023, 1, 1), end=date(2023, 12, 31))
MARK = f"{sheets.MARK}2004-10525/education/2023-01-01/2023-12-31"
OTHER = MARK.replace("2023", "2022")


def a_template(form: Form) -> Any:
    """Return the workbook and the sheet of a form, as a spreadsheet opens them."""
    book = openpyxl.load_workbook(io.BytesIO(template(form, "phường Trần Hưng Đạo", YEAR, MARK)))
    return book, book.worksheets[0]


def saved(book: Any) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def columns(sheet: Any) -> Mapping[str, int]:
    """Return the columns by their headings."""
    return {cell.value: cell.column for cell in sheet[5]}


def declared(data: bytes, form: Form, mark: str = MARK) -> tuple[DeclaredFigure, ...]:
    return lines.read(sheets.figures(grid.read(data, sheets.LIMITS), form, mark))


def refusals(data: bytes, form: Form, mark: str = MARK) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refusal:
        declared(data, form, mark)
    return [(field, rule) for field, rule, _ in refusal.value.errors]


def typed(indicator: str, number: int) -> str:
    """Return something to type in the cell of an indicator's value."""
    told = INDICATORS[indicator]
    if told.kind is not Kind.TEXT:
        return f"{number}.000"
    return next(iter(told.words.values())) if told.words else "Giữ vững {population.residents}."


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.code)
def test_a_template_that_is_filled_in_comes_back_line_by_line(form: Form) -> None:
    """Every line, with each of its codes, on the first and on the last row for a name."""
    book, sheet = a_template(form)
    at, wanted = columns(sheet), []
    named: dict[str, int] = {}
    for row in range(6, sheet.max_row + 1):
        code = sheet.cell(row, at[sheets.CODE]).value
        indicator, _, narrowed = code.partition("?")
        dimensions = dict(pair.split("=") for pair in narrowed.split("&") if pair)
        for name, heading in form.rows.items():
            cell = sheet.cell(row, at[heading])
            if not cell.protection.locked:
                named[code] = named.get(code, 0) + 1
                cell.value = dimensions[name] = f"Tên số {named[code]}"
        told = typed(indicator, row)
        sheet.cell(row, at[sheets.AMOUNT]).value = told
        until = None
        if INDICATORS[indicator].kind is Kind.TARGET:
            until = date(2025, 12, 31)
            sheet.cell(row, at[sheets.UNTIL]).value = "31/12/2025"
        number = {"amount": row * 1000} if INDICATORS[indicator].kind is not Kind.TEXT else {}
        words = {said: code for code, said in INDICATORS[indicator].words.items()}
        wanted.append(
            DeclaredFigure(
                indicator=indicator,
                dimensions=dimensions or None,
                until=until,
                text=None if number else words.get(told, told),
                **number,
            )
        )

    assert list(declared(saved(book), form)) == wanted
    assert {line.indicator for line in form.lines} == {line.indicator for line in wanted}


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.code)
def test_a_template_as_it_is_declares_nothing(form: Form) -> None:
    """An empty form is not a zero."""
    assert refusals(template(form, "phường", YEAR, MARK), form) == [("", "nothing_declared")]


def test_a_template_is_the_same_bytes_each_time_and_another_library_reads_it() -> None:
    form = FORMS["education"]
    data = template(form, "phường Trần Hưng Đạo", YEAR, MARK)

    assert data == template(form, "phường Trần Hưng Đạo", YEAR, MARK)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows[0][:2] == [MARK, "Biểu giáo dục"]
    assert rows[1][1] == "phường Trần Hưng Đạo, từ ngày 01/01/2023 đến ngày 31/12/2023"
    assert rows[4] == ["Mã chỉ tiêu", "Chỉ tiêu", "Đơn vị tính", "Trường", "Số liệu"]


def test_what_is_not_to_be_filled_in_is_locked_and_codes_are_hidden() -> None:
    _, sheet = a_template(FORMS["education"])

    assert sheet.protection.sheet
    assert sheet.column_dimensions["A"].hidden
    locked = [[cell.protection.locked for cell in row] for row in sheet.iter_rows(min_row=6)]
    once, repeated = [True, True, True, True, False], [True, True, True, False, False]
    assert [row for row in locked if row not in (once, repeated)] == []
    assert repeated in locked
    assert {row[4].number_format for row in sheet.iter_rows(min_row=6)} == {"@"}


CSV = """\ufeffMã chỉ tiêu;Trường;Số liệu\r
education.schools;;3\r
education.pupils;Tiểu học  Trần Quốc Toản ;464\r
education.pupils;THCS Trần Hưng Đạo;khoảng 4.100\r
education.promotion_rate;;99,5\r
education.classes;Mầm non;0\r
education.classes;THCS;\r
education.graduation_rate;;x\r
education.national_standard_level;Mầm non;1\r
"""


def test_a_csv_file_declares_what_its_cells_say() -> None:
    """Zero is a number, x does not apply, and a blank cell says nothing at all."""
    at = {"school": "Tiểu học Trần Quốc Toản"}

    assert list(declared(CSV.encode(), FORMS["education"])) == [
        DeclaredFigure(indicator="education.schools", amount=3),
        DeclaredFigure(indicator="education.pupils", dimensions=at, amount=464),
        DeclaredFigure(
            indicator="education.pupils",
            dimensions={"school": "THCS Trần Hưng Đạo"},
            amount=4100,
            qualifier=Qualifier.ABOUT,
        ),
        DeclaredFigure(indicator="education.promotion_rate", amount=995, decimals=1),
        DeclaredFigure(indicator="education.classes", dimensions={"school": "Mầm non"}, amount=0),
        DeclaredFigure(indicator="education.graduation_rate", absence=Absence.NOT_APPLICABLE),
        DeclaredFigure(
            indicator="education.national_standard_level",
            dimensions={"school": "Mầm non"},
            text="1",
        ),
    ]


def test_numbers_of_a_workbook_are_taken_as_they_are_shown() -> None:
    """Though a cell is a number, a percentage or text."""
    form = FORMS["education"]
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append([sheets.CODE, "Trường", sheets.AMOUNT])
    sheet.append(["education.schools", None, 3])
    sheet.append(["education.promotion_rate", None, 0.995])
    sheet.append(["education.graduation_rate", None, "99,5%"])
    sheet["C3"].number_format = "0.0%"

    amounts = [figure.quantity for figure in declared(saved(book), form)]
    assert [str(one.value) for one in amounts if one] == ["3", "99.5", "99.5"]


def test_every_bad_cell_of_a_workbook_is_told_and_nothing_is_taken_in() -> None:
    """Twelve kinds of them, in the order of the rows; good rows stand between."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Biểu"
    sheet.append([sheets.CODE, "Trường", sheets.AMOUNT, sheets.UNTIL])
    for row in (
        ("education.schools", None, 3, None),
        ("education.school_levels", None, "ba", None),  # 3: no number
        ("education.promotion_rate", None, "162.65", None),  # 4: a dot before two decimals
        ("education.pupils", None, 464, None),  # 5: no school
        ("education.pupils", "Mầm non", 127, None),
        ("education.pupils", "Mầm  non", 128, None),  # 7: twice
        ("education.jokes", None, 1, None),  # 8: no line of the form
        ("Tổng số học sinh", None, 1, None),  # 9: no code
        (None, None, 1083, None),  # 10: a value without a code
        ("education.graduation_rate", "Mầm non", 100, None),  # 11: not by school
        ("education.classes", "THCS", date(2023, 1, 2), None),  # 12: 1-2, taken for a day
        ("education.classes", "Mầm non", "=1/3", None),  # 13: not calculated
        ("education.classes", "Tiểu học", "#REF!", None),  # 14: an error
        ("education.programme_completion_rate", None, True, None),  # 15: yes
        ("education.preschool_age_requirement_rate", None, 100, "31/02/2025"),  # 16: no such day
        ("education.school_levels?school=3", None, 3, None),  # 17: not by school, in the code
        ("education.programme_completion_rate", None, 99, date(2025, 1, 1)),  # 18: no target
    ):
        sheet.append(row)
    sheet["C14"].data_type = "e"

    assert refusals(saved(book), FORMS["education"]) == [
        ("Biểu!C3", "not_a_quantity"),
        ("Biểu!C4", "not_a_quantity"),
        ("Biểu!B5", "dimension_missing"),
        ("Biểu!A7", "line_twice"),
        ("Biểu!A8", "line_not_of_form"),
        ("Biểu!A9", "code_unknown"),
        ("Biểu!A10", "code_missing"),
        ("Biểu!B11", "dimension_unknown"),
        ("Biểu!C12", "cell_of_other_kind"),
        ("Biểu!C13", "formula_without_value"),
        ("Biểu!C14", "cell_error"),
        ("Biểu!C15", "cell_of_other_kind"),
        ("Biểu!D16", "not_a_day"),
        ("Biểu!A17", "dimension_unknown"),
        ("Biểu!D18", "not_a_target"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CSV.replace("Mã chỉ tiêu", "Mã"), ("", "no_header")),
        (CSV.replace("Số liệu", "Kết quả"), ("", "no_header")),
        (CSV.replace("Mã", f"{OTHER};\nMã", 1), ("A1", "sheet_of_other_return")),
    ],
    ids=["no code", "no value", "another year"],
)
def test_a_sheet_that_is_not_of_the_form_is_refused(text: str, expected: tuple[str, str]) -> None:
    assert refusals(text.encode(), FORMS["education"]) == [expected]


def test_columns_stand_in_any_order_and_a_row_may_end_early() -> None:
    form, head = FORMS["education"], "Số liệu;Ghi chú;Mã chỉ tiêu;Trường\n"

    (pupils,) = declared(f"{head}127;;education.pupils;Mầm non\n;;\n".encode(), form)
    assert (pupils.amount, pupils.dimensions) == (127, {"school": "Mầm non"})
    assert refusals(f"{head}1083\n127;;education.pupils\n".encode(), form) == [
        ("A2", "code_missing"),
        ("C3", "dimension_missing"),
    ]


def test_a_control_character_is_refused_where_it_stands() -> None:
    text = CSV.replace("Mầm non;1", "Mầm non;mức\x01 1")
    assert refusals(text.encode(), FORMS["education"]) == [("C9", "unprintable")]


def test_a_cell_of_a_form_in_words_may_hold_the_words_or_their_code() -> None:
    form, head = FORMS["committee"], "Mã chỉ tiêu;Số liệu\ncommittee.briefing_frequency;"

    for told in ("Hằng tuần", "weekly"):
        (figure,) = declared(f"{head}{told}".encode(), form)
        assert figure.text == "weekly"
    assert refusals(f"{head}mỗi ngày".encode(), form) == [("B2", "value_not_listed")]


def test_refusals_of_a_sheet_name_their_cells_in_both_languages() -> None:
    with pytest.raises(RefusedAll) as refusal:
        declared(CSV.replace("464", "nhiều").encode(), FORMS["education"])
    assert (refusal.value.field, refusal.value.rule) == ("C3", "not_a_quantity")


@pytest.mark.parametrize(
    ("typed", "format_"), [("95%", "@"), (0.95, "0%")], ids=["as text", "as a percentage"]
)
def test_a_percentage_of_what_is_counted_is_told_by_its_cell(typed: object, format_: str) -> None:
    """It is not taken as that many schools."""
    book, sheet = a_template(FORMS["education"])
    row = next(row for row in range(6, 20) if sheet.cell(row, 1).value == "education.schools")
    cell = sheet.cell(row, columns(sheet)[sheets.AMOUNT], typed)
    cell.number_format = format_
    place = f"{sheet.title}!{cell.coordinate}"
    assert refusals(saved(book), FORMS["education"]) == [(place, "percent_elsewhere")]


@pytest.mark.parametrize("spilt", ["1,005", "99,5"])
def test_a_number_that_the_commas_of_a_csv_file_part_is_no_smaller_one(spilt: str) -> None:
    """1,005 without quotes are two cells: neither 1 nor 1005 is taken in."""
    data = f"{sheets.CODE},{sheets.AMOUNT}\neducation.schools,{spilt}\neducation.pupils,,\n"
    assert refusals(data.encode(), FORMS["education"]) == [("C2", "cell_spilt")]
