"""The form that Nghị định 30/2020/NĐ-CP, Phụ lục I asks for, read from the files themselves.

The Word file is read as XML, the PDF by the marks on its pages; neither by what made them. What the
step of checking the form holds the Word file against is tested in issuing/test_lawful_form.py.
"""

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import pairwise

import pytest
from lxml import etree
from pypdf import PageObject, PdfReader

from services.reporting.report import TERM, build, load
from services.reporting.report.content import Paragraph
from tests.support.fixed_figures import HEADING, FixedFigures
from tests.support.forms_of_reports import FORMS
from tests.support.printed import W, document_xml

REPORT = build(load(TERM), HEADING, FixedFigures())
MM_A_TWIP = 25.4 / 1440
MM_A_POINT = 25.4 / 72
BODY = next(
    span.text[:12]
    for block in REPORT.introduction
    if isinstance(block, Paragraph)
    for span in block.spans
)


@cache
def docx() -> bytes:
    return FORMS["docx"].render(REPORT)


def test_rules_are_as_long_as_the_law_says() -> None:
    """II.1b: as long as the motto; II.2, II.5: a third to a half of the line."""
    rules = [
        paragraph
        for paragraph in document_xml(docx()).iter(f"{W}p")
        if paragraph.find(f"{W}pPr/{W}pBdr") is not None
    ]
    lengths = [_rule_length(paragraph) for paragraph in rules]

    issuer, motto, subject = lengths
    assert 61.2 / 3 <= issuer <= 61.2 / 2  # the line is 61,2 mm long in Times New Roman
    assert motto == pytest.approx(60.5, abs=1)
    assert 165 / 3 <= subject <= 165 / 2


def _rule_length(paragraph: etree._Element) -> float:
    indent = paragraph.find(f"{W}pPr/{W}ind")
    cell = next(paragraph.iterancestors(f"{W}tc"), None)
    whole = 165.0
    if cell is not None:
        whole = float(cell.find(f"{W}tcPr/{W}tcW").get(f"{W}w")) * MM_A_TWIP
    taken = sum(float(indent.get(f"{W}{side}")) for side in ("left", "right"))
    return whole - taken * MM_A_TWIP


def test_tables_fit_the_page_repeat_their_heads_and_stay_whole() -> None:
    bordered = [
        table
        for table in document_xml(docx()).iter(f"{W}tbl")
        if table.find(f"{W}tblPr/{W}tblBorders") is not None
    ]

    assert len(bordered) == 2 + 2 + 3 + 1  # Biểu 06 twice, two lists, three charts, returns
    for table in bordered:
        widths = [float(column.get(f"{W}w")) for column in table.iter(f"{W}gridCol")]
        assert sum(widths) * MM_A_TWIP <= 165
        assert list(table.iter(f"{W}tblHeader"))
        rows = table.findall(f"{W}tr")
        assert len(list(table.iter(f"{W}cantSplit"))) == len(rows)


def test_the_signature_is_on_no_page_of_its_own() -> None:
    """What is above it is kept with it."""
    (closing,) = (
        paragraph
        for paragraph in document_xml(docx()).iter(f"{W}p")
        if "".join(paragraph.itertext()).startswith("Trên đây là báo cáo")
    )

    assert closing.find(f"{W}pPr/{W}keepNext") is not None


@cache
def pdf() -> PdfReader:
    return PdfReader(BytesIO(FORMS["pdf"].render(REPORT)))


@dataclass(frozen=True)
class Mark:
    """A piece of text on a page: its place in millimetres from the left and the top, its size."""

    text: str
    left: float
    top: float
    size: float
    face: str


def marks(page: PageObject) -> list[Mark]:
    found = list[Mark]()

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            assert isinstance(font, dict)
            left, top = x * MM_A_POINT, 297 - y * MM_A_POINT
            height = abs(size * (tm[3] or 1) * (cm[3] or 1))
            found.append(Mark(text.strip(), left, top, height, str(font["/BaseFont"])))

    page.extract_text(visitor_text=visit)
    return found


def test_pdf_pages_are_a4() -> None:
    for page in pdf().pages:
        wide, high = (float(side) * MM_A_POINT for side in page.mediabox[2:])
        assert (round(wide), round(high)) == (210, 297)
    assert pdf().pdf_header >= "%PDF-1.4"


def test_pdf_has_its_faces_in_it() -> None:
    """All of the face with the measures of Times New Roman, whatever the machine has."""
    fonts = [
        font.get_object()
        for page in pdf().pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]

    assert fonts
    for font in fonts:
        assert "LiberationSerif" in font["/BaseFont"]
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & descriptor.keys()


def test_pdf_keeps_the_margins() -> None:
    for page in pdf().pages:
        for mark in marks(page):
            numbered = mark.top < 20
            assert mark.left >= 30 - 0.1 or numbered or mark.text.isdecimal()
            assert mark.top <= 297 - 20 + 0.1


def test_pdf_numbers_its_pages_in_the_middle_of_the_top_but_no_first_page() -> None:
    """I.7; each annex is numbered on its own (III.1đ)."""
    told = list[str]()
    for page in pdf().pages:
        above = [mark for mark in marks(page) if mark.top < 19]
        told.append(above[0].text if above else "")
        for mark in above:
            assert 13 <= mark.size <= 14
            assert 30 <= mark.left <= 195
    firsts = [n for n, number in enumerate(told) if not number]
    assert len(firsts) == 1 + len(REPORT.annexes)
    assert firsts[0] == 0
    for before, after in pairwise([*firsts, len(told)]):
        expected = [str(number) for number in range(2, after - before + 1)]
        assert told[before + 1 : after] == expected


@pytest.mark.parametrize(
    ("text", "sizes", "cut"),
    [
        ("CỘNG HÒA", (12, 13), "Bold"),
        ("Độc lập - Tự do", (13, 14), "Bold"),
        ("THÀNH PHỐ HẢI DƯƠNG", (12, 13), "LiberationSerif"),
        ("PHƯỜNG TRẦN HƯNG ĐẠO", (12, 13), "Bold"),
        ("Số:", (13, 13), "LiberationSerif"),
        ("Phường Trần Hưng Đạo, ngày", (13, 14), "Italic"),
        ("BÁO CÁO", (13, 14), "Bold"),
        (BODY, (13, 14), "LiberationSerif"),
    ],
)
def test_a_line_of_the_pdf_has_its_size_and_cut(
    text: str, sizes: tuple[float, float], cut: str
) -> None:
    mark = next(mark for mark in marks(pdf().pages[0]) if mark.text.startswith(text))

    assert sizes[0] <= round(mark.size, 1) <= sizes[1]
    assert mark.face.endswith(cut)


def test_the_signature_of_the_pdf_stands_at_the_right_beside_those_who_receive_it() -> None:
    (page,) = (page for page in pdf().pages if "Nơi nhận:" in page.extract_text())
    told = {mark.text: mark for mark in marks(page)}

    receivers, authority = told["Nơi nhận:"], told["TM. ỦY BAN NHÂN DÂN"]
    assert receivers.left == pytest.approx(30, abs=0.5)
    assert authority.left > 105
    assert abs(receivers.top - authority.top) < 2
    assert (round(receivers.size), round(told["- Lưu: VT, VP."].size)) == (12, 11)
