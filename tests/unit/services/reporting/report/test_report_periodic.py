"""The statutory periodic report: its periods and its tables over two years, from the same data."""

from datetime import date

import pytest

from services.reporting.figure import Absence, Period
from services.reporting.report import PERIODIC, Report, build, load
from services.reporting.report.content import Table
from services.reporting.report.spans import spans_of
from shared.periods import PERIOD_KINDS
from tests.support.fixed_figures import HEADING, FixedFigures, Value

QUARTER = PERIOD_KINDS["statutory_quarter"]
ABOUT = HEADING.model_copy(
    update={"period": QUARTER.period(2023, 2), "name": QUARTER.name(2023, 2)}
)
BEFORE = Period(start=date(2022, 3, 15), end=date(2022, 6, 14))
SO_FAR = Period(start=date(2022, 12, 15), end=date(2023, 6, 14))


def course(indicator: str, span: Period) -> Value:
    """Tell births and deaths of two other spans."""
    told: dict[tuple[str, Period], Value] = {
        ("registry.births_registered", BEFORE): 200,
        ("registry.births_registered", SO_FAR): 1302,
        ("registry.deaths_registered", BEFORE): 0,
    }
    return told.get((indicator, span), Absence.MISSING)


def a_report() -> Report:
    return build(load(PERIODIC), ABOUT, FixedFigures(course=course))


REPORT = a_report()


def tables() -> list[Table]:
    sections = [section for part in REPORT.parts for section in part.sections]
    return [block for one in sections for block in one.blocks if isinstance(block, Table)]


def cells(table: Table) -> dict[str, list[str]]:
    return {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows}


def test_it_is_named_by_its_period_and_addressed_to_the_superior_body() -> None:
    assert REPORT.subject == "Tình hình thực hiện nhiệm vụ quý II năm 2023"
    assert REPORT.addressee == "Kính gửi: Ủy ban nhân dân thành phố Hải Dương"
    assert "từ ngày 15 tháng 3 năm 2023 đến hết ngày 14 tháng 6 năm 2023" in REPORT.period
    assert REPORT.signature.recipients[0] == "Như trên;"
    assert [annex.label for annex in REPORT.annexes] == ["Phụ lục I", "Phụ lục II"]


@pytest.mark.parametrize(
    ("kind", "number", "name"),
    [
        ("statutory_month", 6, "tháng 6 năm 2023"),
        ("statutory_quarter", 4, "quý IV năm 2023"),
        ("statutory_half", 1, "6 tháng đầu năm 2023"),
        ("statutory_nine_months", 1, "9 tháng đầu năm 2023"),
        ("statutory_year", 1, "năm 2023"),
        ("half_year", 2, "6 tháng cuối năm 2023"),
    ],
)
def test_a_period_is_called_as_officials_call_it(kind: str, number: int, name: str) -> None:
    assert PERIOD_KINDS[kind].name(2023, number) == name


def test_a_row_tells_the_period_the_one_a_year_before_their_share_and_the_year_so_far() -> None:
    course_table = cells(tables()[2])

    assert course_table["Đăng ký khai sinh"] == ["trường hợp", "302", "200", "151%", "1.302"]
    # Nothing to compare with, and nothing known.
    assert course_table["Đăng ký khai tử"] == ["trường hợp", "128", "0", "–", "chưa báo cáo"]  # noqa: RUF001
    assert course_table["Đăng ký kết hôn"][2] == "chưa báo cáo"
    assert course_table["Đăng ký kết hôn"][3] == "–"  # noqa: RUF001


def test_the_dash_of_a_share_of_nothing_is_explained_below_the_table() -> None:
    assert "cùng kỳ năm trước không phát sinh" in tables()[2].note


def test_figures_of_other_spans_have_keys_of_their_own() -> None:
    before = REPORT.figures["registry.births_registered@2022-03-15..2022-06-14"]

    assert before.value == 200
    assert before.period == BEFORE
    assert REPORT.figures["registry.births_registered"].value == 302


def test_a_heading_of_rows_is_one_cell_over_the_table() -> None:
    headings = [row for row in tables()[2].rows if row.heading]

    assert headings[0].cells[0].text == "A. Hộ tịch, chứng thực"
    assert {len(row.cells) for row in headings} == {1}


def test_rows_stand_for_each_value_of_a_dimension() -> None:
    state = cells(tables()[3])

    assert state["Học sinh: Tiểu học Trần Quốc Toản"][:2] == ["học sinh", "464"]
    assert state["Học sinh: THCS Trần Hưng Đạo"][:2] == ["học sinh", "492"]


def test_a_table_without_groups_has_one_line_of_heads() -> None:
    assert [len(table.head) for table in tables()] == [3, 3, 1, 1]
    assert {cell.rows for cell in tables()[2].head[0]} == {1}


@pytest.mark.parametrize(
    ("start", "end", "before", "so_far"),
    [
        (
            date(2023, 3, 15),
            date(2023, 6, 14),
            (date(2022, 3, 15), date(2022, 6, 14)),
            date(2022, 12, 15),
        ),
        (
            date(2024, 2, 1),
            date(2024, 2, 29),
            (date(2023, 2, 1), date(2023, 2, 28)),
            date(2024, 1, 1),
        ),
        (
            date(2025, 1, 1),
            date(2025, 2, 28),
            (date(2024, 1, 1), date(2024, 2, 29)),
            date(2025, 1, 1),
        ),
        (
            date(1, 1, 1),
            date(1, 2, 28),
            (date(1, 1, 1), date(1, 2, 28)),
            date(1, 1, 1),
        ),
        (
            date(2021, 6, 1),
            date(2023, 11, 30),
            (date(2020, 6, 1), date(2022, 11, 30)),
            date(2023, 1, 1),
        ),
    ],
)
def test_the_spans_of_columns(
    start: date, end: date, before: tuple[date, date], so_far: date
) -> None:
    spans = spans_of(Period(start=start, end=end))

    assert spans["year_before"] == Period(start=before[0], end=before[1])
    assert spans["year_to_date"] == Period(start=so_far, end=end)
    assert spans["period"] is None
