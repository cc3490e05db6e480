"""The forms of a report, each read back by an independent reader."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from pypdf import PdfReader

from services.reporting.figure import Absence, Period
from services.reporting.report import TERM, Report, build, forms, load
from shared.toml_files import BadFile
from tests.support.fixed_figures import HEADING, FixedFigures, Value
from tests.support.forms_of_reports import FORMS
from tests.support.printed import flat, printed

PLAN = load(TERM)


def course(indicator: str, span: Period) -> Value:
    """Tell a course for the charts: something else each month, once nothing."""
    return Absence.MISSING if span.start.month == 8 else 7 * span.start.month + len(indicator)


def a_report() -> Report:
    changes: dict[str, Value] = {
        "registry.guardianships": Absence.MISSING,
        "registry.applications_refused?field=civil_status": Absence.NOT_APPLICABLE,
        "registry.applications_withdrawn": 0,
    }
    return build(PLAN, HEADING, FixedFigures(changes, course))


REPORT = a_report()
EXPECTED = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "PHƯỜNG TRẦN HƯNG ĐẠO",
    "Phường Trần Hưng Đạo, ngày",
    "BÁO CÁO",
    "Phần I",
    "1.1. Lĩnh vực phát triển kinh tế",
    "mức thực hiện so với kế hoạch: 162,65%.",
    "Biểu số 06/VPCP/KSTT",
    "đăng ký giám hộ: chưa báo cáo.",
    "Phần II PHƯƠNG HƯỚNG, NHIỆM VỤ",
    "thực hiện theo Nghị định số 73/2023/",
    "Nơi nhận:",
    "TM. ỦY BAN NHÂN DÂN",
    "Phụ lục I ĐỐI CHIẾU SỐ LIỆU",
    "Không khớp",
    "Phụ lục II DANH MỤC SỐ LIỆU CỦA BÁO CÁO",
    "8.837.105.265",
    "Phụ lục III DIỄN BIẾN CÁC CHỈ TIÊU CHÍNH",
    "Thu, chi ngân sách theo năm",
    "Dự toán thu ngân sách được giao",
    "Phụ lục IV TÌNH HÌNH NỘP BIỂU",
]


class _Page(HTMLParser):
    """Reads a page: its figures, its charts, and whether every element is closed."""

    VOID = frozenset({"meta", "col", "link"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open = list[str]()
        self.figures = list[dict[str, str | None]]()
        self.points = list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        told = dict(attrs)
        if tag == "data":
            self.figures.append(told)
        if tag == "polyline":
            self.points.append(told["points"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@cache
def rendered(form: str) -> bytes:
    return FORMS[form].render(REPORT)


@pytest.mark.parametrize("form", FORMS)
def test_equal_reports_give_equal_bytes(form: str) -> None:
    assert FORMS[form].render(a_report()) == rendered(form)


def test_json_is_as_pydantic_writes_it() -> None:
    assert rendered("json") == REPORT.model_dump_json().encode()


@pytest.mark.parametrize("form", FORMS)
def test_a_report_read_from_json_gives_the_same_bytes(form: str) -> None:
    reread = Report.model_validate_json(rendered("json"))

    assert FORMS[form].render(reread) == rendered(form)


@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
def test_a_form_says_everything(form: str) -> None:
    text = printed(form, rendered(form))

    for expected in EXPECTED:
        assert flat(expected) in text


def test_json_has_raw_values_and_printed_ones() -> None:
    report = json.loads(rendered("json"))

    online = report["figures"]["registry.applications_received?channel=online"]
    assert (online["value"], online["display"], online["absence"]) == (1183, "1.183", None)
    attainment = report["figures"]["budget.revenue_plan_attainment?year=2022"]
    assert attainment["value"] == "162.65"
    assert attainment["display"] == "162,65%"
    missing = report["figures"]["registry.guardianships"]
    assert (missing["value"], missing["absence"]) == (None, "missing")
    share = report["figures"]["culture.cultural_families_share"]
    assert (share["value"], share["qualifier"], share["sections"]) == (
        95,
        "more_than",
        ["II.3", "II.4"],
    )
    assert report["checks"][0]["difference"] == 35
    assert report["checks"][0]["verdict"] == "broken"
    assert report["checks"][0]["severity"] == "error"


def test_decimals_are_read_from_json_as_what_they_are() -> None:
    reread = Report.model_validate_json(rendered("json"))

    assert reread.figures["covid.vaccinated_share?doses=any"].value == Decimal("99.87")
    assert (
        reread.figures["committee.working_regulation_decision?action=issued"].value == "418/QĐ-UBND"
    )
    assert reread == REPORT


def test_html_names_each_figure_and_draws_each_chart() -> None:
    page = _Page(rendered("html").decode())

    assert page.open == []
    online = next(
        figure
        for figure in page.figures
        if figure["data-figure"] == "registry.applications_received?channel=online"
    )
    assert online["value"] == "1183"
    assert online["data-indicator"] == "registry.applications_received"
    assert online["data-dimension-channel"] == "online"
    assert {figure["data-figure"] for figure in page.figures} == set(REPORT.figures)
    assert any(figure.get("data-absence") == "missing" for figure in page.figures)
    drawn = [points.split() for points in page.points if points != "0,4 40,4"]
    # Thirty months without three Augusts; three years.
    assert [len(points) for points in drawn] == [27, 27, 27, 27, 27, 3, 3, 3]


def test_html_escapes_what_it_prints() -> None:
    hostile = REPORT.model_copy(update={"subject": "<script>alert(1)</script>"})

    assert b"<script>" not in FORMS["html"].render(hostile)


def test_html_needs_nothing_from_elsewhere() -> None:
    page = rendered("html").decode()

    assert "http" not in page
    assert "<html lang=" in page


def test_docx_escapes_what_it_prints() -> None:
    hostile = REPORT.model_copy(update={"subject": "<w:p/> & co"})

    assert "<w:p/> & co" in printed("docx", FORMS["docx"].render(hostile))


def test_docx_bears_no_time_of_writing() -> None:
    with ZipFile(BytesIO(rendered("docx"))) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
        properties = archive.read("docProps/core.xml").decode()
        names = archive.namelist()
    assert properties.count(f"{HEADING.as_of}T00:00:00Z") == 2
    assert "docProps/thumbnail.jpeg" not in names


def test_pdf_is_made_in_several_threads_at_once() -> None:
    with ThreadPoolExecutor(4) as threads:
        made = set(threads.map(FORMS["pdf"].render, [REPORT] * 4))

    assert made == {rendered("pdf")}


def test_pdf_bears_no_date() -> None:
    reader = PdfReader(BytesIO(rendered("pdf")))

    assert reader.metadata is not None
    assert reader.metadata.creation_date is None
    assert reader.metadata.title == REPORT.subject


def test_without_the_typeface_there_are_no_forms_and_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"deploy\.embedded\.fonts.*WARDBOOK_FONTS"):
        forms(tmp_path)


@cache
def workbook() -> Workbook:
    return load_workbook(BytesIO(rendered("xlsx")))


def test_xlsx_has_a_sheet_for_each_table_and_annex_and_one_of_raw_figures() -> None:
    assert workbook().sheetnames == [
        "Biểu 1",
        "Biểu 2",
        "Phụ lục I",
        "Phụ lục II",
        "Phụ lục III",
        "Phụ lục IV",
        "Số liệu",
    ]


def test_xlsx_holds_numbers_to_count_with() -> None:
    sheet = workbook()["Biểu 2"]

    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6, max_row=8)]
    assert cells[0][:4] == ["Hộ tịch", 699, 220, 479]
    assert cells[0][12] == "–"  # noqa: RUF001
    assert cells[2][:3] == ["Tổng", 3356, 1183]
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    assert {"A3:A4", "B3:E3", "M3:M4"} <= merged


def test_xlsx_tells_every_figure_with_code_ends_and_period() -> None:
    sheet = workbook()["Số liệu"]

    told = {row[0]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert told.keys() == REPORT.figures.keys()
    income = told["economy.income_per_capita"]
    assert income[2:6] == (60, 65, "60 - 65", "triệu đồng/người/năm")
    revenue = told["budget.revenue_actual?year=2023"]
    assert revenue[2] == 6_046_000_000
    assert [str(day)[:10] for day in revenue[6:8]] == ["2023-01-01", "2023-11-30"]
    assert revenue[8] == "II.1.1"


def test_xlsx_draws_the_charts_from_cells() -> None:
    sheet: Any = workbook()["Phụ lục III"]

    assert len(sheet._charts) == len(PLAN.outline.charts)
    assert sheet["A1"].value == "Hồ sơ tiếp nhận theo tháng"
    assert [sheet["A3"].value, sheet["A4"].value] == ["6/2021", "7/2021"]
    assert sheet["B3"].value == 7 * 6 + len("registry.applications_received")


def test_xlsx_bears_no_time_of_writing() -> None:
    properties = workbook().properties

    assert properties.created is not None
    assert properties.created.date() == HEADING.as_of
    with ZipFile(BytesIO(rendered("xlsx"))) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
