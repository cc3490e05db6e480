"""The form that Nghị định 30/2020/NĐ-CP, Phụ lục I asks for, read from the files themselves.

The Word file is read as XML, the PDF by the marks on its pages; neither by what made them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import pairwise
from zipfile import ZipFile

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
COUNTRY, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
NINE_PARTS = (  # Điều 8.2; the seal stands on the signature
    *(COUNTRY, MOTTO, "Số:", "Phường Trần Hưng Đạo, ngày", "BÁO CÁO", "Kết quả hoạt động"),
    *(BODY, "Trên đây là báo cáo", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
)


@cache
def docx() -> bytes:
    return FORMS["docx"].render(REPORT)


@cache
def styles() -> dict[str, etree._Element]:
    with ZipFile(BytesIO(docx())) as archive:
        root = etree.fromstring(archive.read("word/styles.xml"))
    return {style.get(f"{W}styleId"): style for style in root.iter(f"{W}style")}


@dataclass(frozen=True)
class Line:
    """A run of text as Word shows it, with what its paragraph and styles give it."""

    text: str
    run: etree._Element
    paragraph: etree._Element

    def _chain(self, kind: str) -> Iterator[etree._Element]:
        """Yield the properties that hold for it, the nearest first."""
        own = self.run if kind == "rPr" else self.paragraph
        if (properties := own.find(f"{W}{kind}")) is not None:
            yield properties
        named = self.paragraph.find(f"{W}pPr/{W}pStyle")
        name = None if named is None else named.get(f"{W}val")
        while name is not None:
            style = styles()[name]
            if (properties := style.find(f"{W}{kind}")) is not None:
                yield properties
            based = style.find(f"{W}basedOn")
            name = None if based is None else based.get(f"{W}val")

    def _first(self, kind: str, tag: str, attribute: str = "val") -> str | None:
        for properties in self._chain(kind):
            found = properties.find(f"{W}{tag}")
            if found is not None and found.get(f"{W}{attribute}", "1") is not None:
                return str(found.get(f"{W}{attribute}", "1"))
        return None

    @property
    def size(self) -> float:
        """Points."""
        return float(self._first("rPr", "sz") or 0) / 2

    @property
    def bold(self) -> bool:
        """Whether it is bold."""
        return self._first("rPr", "b") not in {None, "0", "false"}

    @property
    def italic(self) -> bool:
        """Whether it is italic."""
        return self._first("rPr", "i") not in {None, "0", "false"}

    @property
    def face(self) -> str | None:
        """The typeface."""
        return self._first("rPr", "rFonts", "hAnsi")

    @property
    def side(self) -> str | None:
        """To which side its paragraph is set."""
        return self._first("pPr", "jc")

    def twips(self, tag: str, attribute: str) -> float:
        """Return a measure of its paragraph."""
        return float(self._first("pPr", tag, attribute) or 0)


@cache
def lines() -> tuple[Line, ...]:
    return tuple(
        Line("".join(text.text or "" for text in run.iter(f"{W}t")), run, paragraph)
        for paragraph in document_xml(docx()).iter(f"{W}p")
        for run in paragraph.iter(f"{W}r")
    )


def line(text: str) -> Line:
    return next(one for one in lines() if one.text.startswith(text))


def place(text: str) -> int:
    return next(n for n, one in enumerate(lines()) if one.text.startswith(text))


def test_word_pages_are_a4_with_lawful_margins_and_annexes_numbered_on_their_own() -> None:
    """I.1, I.3, III.1đ."""
    sections = list(document_xml(docx()).iter(f"{W}sectPr"))

    assert len(sections) == 1 + len(REPORT.annexes)
    for number, section in enumerate(sections):
        size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        wide, high = (float(size.get(f"{W}{side}")) * MM_A_TWIP for side in "wh")
        assert (round(wide), round(high)) == (210, 297)
        told = {
            side: round(float(margins.get(f"{W}{side}")) * MM_A_TWIP, 1)
            for side in ("top", "bottom", "left", "right")
        }
        assert 20 <= told["top"] <= 25
        assert 20 <= told["bottom"] <= 25
        assert 30 <= told["left"] <= 35
        assert 15 <= told["right"] <= 20
        assert section.find(f"{W}titlePg") is not None
        start = section.find(f"{W}pgNumType")
        assert (start is not None) == (number > 0)


def test_word_numbers_pages_in_the_middle_of_the_top_margin_but_the_first() -> None:
    """I.7."""
    with ZipFile(BytesIO(docx())) as archive:
        headers = [archive.read(n).decode() for n in archive.namelist() if "word/header" in n]
    numbered = [header for header in headers if "PAGE" in header]
    assert len(numbered) == 1
    style = styles()["PageNumberLine"]
    assert "PageNumberLine" in numbered[0]
    assert 13 <= float(style.find(f"{W}rPr/{W}sz").get(f"{W}val")) / 2 <= 14
    assert style.find(f"{W}pPr/{W}jc").get(f"{W}val") == "center"
    references = document_xml(docx()).iter(f"{W}headerReference")
    assert {reference.get(f"{W}type") for reference in references} <= {"default", "first"}


def test_word_uses_one_face_in_black() -> None:
    """I.4."""
    assert {one.face for one in lines()} == {"Times New Roman"}
    colours = {node.get(f"{W}val") for node in document_xml(docx()).iter(f"{W}color")}
    used = {style.find(f"{W}rPr/{W}color") for style in styles().values()}
    colours |= {colour.get(f"{W}val") for colour in used if colour is not None}
    shown = {one.paragraph.find(f"{W}pPr/{W}pStyle").get(f"{W}val") for one in lines()}
    black = {
        styles()[name].find(f"{W}rPr/{W}color").get(f"{W}val") for name in shown if name != "Normal"
    }
    assert black == {"000000"}


@pytest.mark.parametrize(
    ("text", "sizes", "cut", "side"),
    [
        (COUNTRY, (12, 13), "bold", "center"),  # II.1a
        (MOTTO, (13, 14), "bold", "center"),  # II.1b
        ("THÀNH PHỐ HẢI DƯƠNG", (12, 13), "", "center"),  # II.2
        ("PHƯỜNG TRẦN HƯNG ĐẠO", (12, 13), "bold", "center"),
        ("Số:", (13, 13), "", "center"),  # II.3
        ("Phường Trần Hưng Đạo, ngày", (13, 14), "italic", "center"),  # II.4
        ("BÁO CÁO", (13, 14), "bold", "center"),  # II.5
        ("Kết quả hoạt động", (13, 14), "bold", "center"),
        ("Phần thứ nhất", (13, 14), "bold", "center"),  # II.6đ
        ("I. TÌNH HÌNH", (13, 14), "bold", "left"),
        ("1. Về cơ cấu", (13, 14), "bold", "left"),
        (BODY, (13, 14), "", "both"),  # II.6e
        ("Nơi nhận:", (12, 12), "bold italic", None),  # II.9d
        ("- Lưu: VT.", (11, 11), "", None),
        ("- Ủy ban nhân dân thành phố", (11, 11), "", None),
        ("TM. ỦY BAN NHÂN DÂN", (13, 14), "bold", "center"),  # II.7
        ("CHỦ TỊCH", (13, 14), "bold", "center"),
        ("Phụ lục I", (14, 14), "bold", "center"),  # III.1
        ("(Kèm theo Báo cáo số", (13, 14), "italic", "center"),
    ],
)
def test_a_line_of_the_word_file_has_its_size_weight_and_side(
    text: str, sizes: tuple[float, float], cut: str, side: str | None
) -> None:
    one = line(text)

    assert sizes[0] <= one.size <= sizes[1]
    assert (one.bold, one.italic) == ("bold" in cut, "italic" in cut)
    assert one.side == side or (one.side, side) == (None, "left")


def test_the_body_of_the_word_file_is_indented_and_spaced() -> None:
    """II.6e: first line 1 or 1,27 cm, 6 points or more between paragraphs, spacing up to 1,5."""
    body = [one for one in lines() if _style(one) == "BodyText"]

    assert len(body) > 60
    assert {one.side for one in body} == {"both"}
    for one in body[:3]:
        assert 10 <= one.twips("ind", "firstLine") * MM_A_TWIP <= 12.71
        assert one.twips("spacing", "after") >= 120
        assert 240 <= one.twips("spacing", "line") <= 360


def _style(one: Line) -> str:
    return str(one.paragraph.find(f"{W}pPr/{W}pStyle").get(f"{W}val"))


def test_the_nine_parts_stand_in_their_order() -> None:
    """Điều 8.2; those who receive it stand beside the signature, left of it."""
    places = [place(text) for text in NINE_PARTS]

    assert all(before < after for before, after in pairwise(places))
    assert places[-3] < place("Nơi nhận:") < places[-2]


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
    closing = line("Trên đây là báo cáo")

    assert closing.paragraph.find(f"{W}pPr/{W}keepNext") is not None


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
    assert (round(receivers.size), round(told["- Lưu: VT."].size)) == (12, 11)
