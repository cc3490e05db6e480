"""The four forms of a report, each read back by an independent reader."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from zipfile import ZipFile

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt
from pypdf import PdfReader

from services.reporting.figure import Absence
from services.reporting.report import FORMS, TERM, TermReport, build, load_outline
from tests.support.fixed_figures import HEADING, FixedFigures, Value


def a_report() -> TermReport:
    changes: dict[str, Value] = {
        "registry.guardianships": Absence.MISSING,
        "registry.applications_refused?field=civil_status": Absence.NOT_APPLICABLE,
        "registry.applications_withdrawn": 0,
    }
    return build(load_outline(TERM), HEADING, FixedFigures(changes))


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
    "Nơi nhận:",
    "TM. ỦY BAN NHÂN DÂN",
    "ĐỐI CHIẾU SỐ LIỆU",
    "Không khớp",
    "DANH MỤC SỐ LIỆU CỦA BÁO CÁO",
    "8.837.105.265",
]


class _Page(HTMLParser):
    """Reads a page: its text, its figures, and whether every element is closed."""

    VOID = frozenset({"meta", "col"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open = list[str]()
        self.text = ""
        self.figures = list[dict[str, str | None]]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "data":
            self.figures.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@cache
def rendered(form: str) -> bytes:
    return FORMS[form].render(REPORT)


def flat(text: str) -> str:
    """Return a text with every space, break and blank as one space."""
    return " ".join(text.split())


@pytest.mark.parametrize("form", FORMS)
def test_equal_reports_give_equal_bytes(form: str) -> None:
    again = FORMS[form].render(a_report())

    assert rendered(form) == again


@pytest.mark.parametrize("form", FORMS)
def test_a_report_read_from_json_gives_the_same_bytes(form: str) -> None:
    reread = TermReport.model_validate_json(rendered("json"))

    assert rendered(form) == FORMS[form].render(reread)


def test_json_has_raw_values_and_printed_ones() -> None:
    report = json.loads(rendered("json"))

    online = report["figures"]["registry.applications_received?channel=online"]
    assert (online["value"], online["display"], online["absence"]) == (1183, "1.183", None)
    attainment = report["figures"]["budget.revenue_plan_attainment?year=2022"]
    assert attainment["value"].startswith("162.6522")
    assert attainment["display"] == "162,65%"
    missing = report["figures"]["registry.guardianships"]
    assert (missing["value"], missing["absence"]) == (None, "missing")
    assert report["checks"][0]["difference"] == 35
    assert report["checks"][0]["verdict"] == "broken"


def test_html_says_everything_and_names_each_figure() -> None:
    page = _Page(rendered("html").decode())

    assert page.open == []
    for text in EXPECTED:
        assert text in flat(page.text)
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


def test_html_escapes_what_it_prints() -> None:
    hostile = REPORT.model_copy(update={"subject": "<script>alert(1)</script>"})

    assert b"<script>" not in FORMS["html"].render(hostile)


def test_html_needs_nothing_from_elsewhere() -> None:
    page = rendered("html").decode()

    assert "http" not in page
    assert "<html lang=" in page


def test_docx_says_everything() -> None:
    document = Document(BytesIO(rendered("docx")))

    text = " ".join(node.text or "" for node in document.element.body.iter(qn("w:t")))
    for expected in EXPECTED:
        assert flat(expected) in flat(text)


def test_docx_has_the_lawful_page_and_body() -> None:
    document = Document(BytesIO(rendered("docx")))
    page = document.sections[0]

    size = (page.page_width, page.page_height)
    sides = (page.left_margin, page.right_margin, page.top_margin, page.bottom_margin)
    assert [round(length.mm) for length in size if length] == [210, 297]
    assert [round(length.mm) for length in sides if length] == [30, 15, 20, 20]
    assert page.different_first_page_header_footer
    assert "PAGE" in page.header._element.xml
    assert "PAGE" not in page.first_page_header._element.xml
    body = next(p for p in document.paragraphs if "báo cáo kết quả hoạt động" in p.text)
    assert body.style is not None
    assert body.style.font.name == "Times New Roman"
    assert body.style.font.size == Pt(14)
    form = body.style.paragraph_format
    assert form.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    assert (form.first_line_indent, form.space_after) == (Cm(1.27), Pt(6))


def test_docx_tables_fit_the_page_and_repeat_their_heads() -> None:
    document = Document(BytesIO(rendered("docx")))
    tables = [table for table in document.tables if "Lĩnh vực" in table.rows[0].cells[0].text]

    assert len(tables) == 2
    total = " ".join(cell.text for cell in tables[1].rows[-1].cells)
    assert total == "Tổng 3.356 1.183 2.173 0 3.319 3.288 31 0 2 2 0 0 0"
    assert [cell.text for cell in tables[1].rows[1].cells][:3] == [
        "Lĩnh vực",
        "Tổng số",
        "Trực tuyến",
    ]
    for table in tables:
        assert sum(column.width or 0 for column in table.columns) <= Mm(165)
        assert len(list(table._tbl.iter(qn("w:tblHeader")))) == 3


def test_docx_annexes_are_numbered_on_their_own() -> None:
    document = Document(BytesIO(rendered("docx")))

    starts = [section._sectPr.find(qn("w:pgNumType")) for section in document.sections]
    assert [start is not None for start in starts] == [False, True, True]


def test_docx_bears_no_time_of_writing() -> None:
    content = rendered("docx")

    with ZipFile(BytesIO(content)) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
    properties = Document(BytesIO(content)).core_properties
    assert properties.created == properties.modified
    assert properties.created is not None
    assert properties.created.date() == HEADING.as_of


def test_pdf_says_everything_on_a4() -> None:
    reader = PdfReader(BytesIO(rendered("pdf")))

    text = flat(" ".join(page.extract_text() for page in reader.pages))
    text = text.replace("ơơ", "ơ")  # Libertinus sets a bold italic ơ as two glyphs, both named ơ
    for expected in EXPECTED:
        assert flat(expected) in text
    width, height = reader.pages[0].mediabox[2:]
    assert (round(float(width)), round(float(height))) == (595, 842)


def test_pdf_numbers_its_pages_but_no_first_page() -> None:
    pages = PdfReader(BytesIO(rendered("pdf"))).pages

    first_lines = [page.extract_text().split("\n")[0].strip() for page in pages]
    body = next(n for n, page in enumerate(pages) if "Phụ lục I\n" in page.extract_text())
    assert first_lines[1:body] == [str(number) for number in range(2, body + 1)]
    assert first_lines[0].startswith("ỦY BAN")
    annexes = [int(line) if line.isdigit() else 1 for line in first_lines[body:]]
    assert annexes[0] == 1
    assert all(after in {1, before + 1} for before, after in pairwise(annexes))


def test_pdf_is_made_in_several_threads_at_once() -> None:
    with ThreadPoolExecutor(4) as threads:
        made = set(threads.map(FORMS["pdf"].render, [REPORT] * 8))

    assert made == {rendered("pdf")}


def test_pdf_bears_no_date() -> None:
    reader = PdfReader(BytesIO(rendered("pdf")))

    assert reader.metadata is not None
    assert reader.metadata.creation_date is None
    assert reader.metadata.title == REPORT.subject
