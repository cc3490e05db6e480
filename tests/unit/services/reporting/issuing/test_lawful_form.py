"""The rules of Nghị định 30/2020/NĐ-CP that a Word file is held against, each broken once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO

import pytest
from docx import Document
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from services.reporting.issuing.kept import kept
from services.reporting.issuing.lawful_form import broken_rules, refuse_unlawful
from services.reporting.issuing.letter import FormError, letter
from services.reporting.issuing.stamp import Stamp, stamped
from services.reporting.report import PERIODIC, TERM, Report, build, load, to_json
from services.reporting.report.annexes import listed
from services.reporting.report.docx import to_docx
from shared.people import Capacity
from shared.refusal import Refused
from tests.support.fixed_figures import HEADING, FixedFigures

REPORT = build(load(TERM), HEADING, FixedFigures())
STAMP = Stamp(number=5, dated=date(2024, 1, 5), signer="Nguyễn Thị Mẫu")
DEPUTY = replace(STAMP, capacity=Capacity.DEPUTY, position="Phó Chủ tịch")
BY_ORDER = replace(STAMP, capacity=Capacity.BY_ORDER, position="Chánh Văn phòng")
LETTER = letter(
    kept(to_json(REPORT)),
    "Báo cáo số 05/BC-UBND ngày 05 tháng 01 năm 2024",
    [FormError(place="nơi nhận", printed="Lưu: VP.", right="Lưu: VT.")],
)

type Change = Callable[[WordFile], object]


@pytest.mark.parametrize(
    "report",
    [
        REPORT,
        stamped(REPORT, STAMP),
        stamped(REPORT, replace(STAMP, capacity=Capacity.ACTING, number=117)),
        stamped(REPORT, DEPUTY),
        build(load(PERIODIC), HEADING.model_copy(update={"name": "quý IV"}), FixedFigures()),
        LETTER,
        stamped(LETTER, BY_ORDER),
        *(
            build(load(TERM), HEADING.model_copy(update={"unit_name": name}), FixedFigures({}))
            for name in ("Thị trấn Gia Lộc", "Phường 10", "Đặc khu Cô Tô")
        ),
    ],
    ids=[
        *("drawn", "issued", "acting", "deputy", "periodic", "letter", "letter-by-order"),
        *("town", "numbered", "special"),
    ],
)
def test_what_is_printed_is_lawful(report: Report) -> None:
    assert broken_rules(to_docx(listed(report))) == ()


@cache
def the_file(*, of_letter: bool = False) -> bytes:
    return to_docx(listed(stamped(LETTER, BY_ORDER) if of_letter else stamped(REPORT, DEPUTY)))


def changed(change: Change, *, of_letter: bool = False) -> bytes:
    file = Document(BytesIO(the_file(of_letter=of_letter)))
    change(file)
    saved = BytesIO()
    file.save(saved)
    return saved.getvalue()


def paragraphs(file: WordFile) -> Iterator[Paragraph]:
    return (Paragraph(one, file) for one in file.element.body.iter(qn("w:p")))


def line(file: WordFile, text: str) -> Paragraph:
    return next(one for one in paragraphs(file) if one.text.startswith(text))


def says(old: str, new: str) -> Change:
    """Return what puts other words into a line."""

    def change(file: WordFile) -> None:
        found = [
            node
            for node in line(file, old)._p.iter(qn("w:t"))
            if node.text and (node.text in old or old in node.text)
        ]
        found[0].text = new

    return change


def sized(text: str, points: float) -> Change:
    def change(file: WordFile) -> None:
        line(file, text).runs[0].font.size = Pt(points)

    return change


def cut(text: str, **marks: bool) -> Change:
    def change(file: WordFile) -> None:
        for mark, wanted in marks.items():
            setattr(line(file, text).runs[0].font, mark, wanted)

    return change


def aside(text: str) -> Change:
    def change(file: WordFile) -> None:
        line(file, text).alignment = WD_ALIGN_PARAGRAPH.RIGHT

    return change


def unruled(text: str) -> Change:
    def change(file: WordFile) -> None:
        below = line(file, text)._p.getnext()
        borders = below.find(f"{qn('w:pPr')}/{qn('w:pBdr')}")
        borders.getparent().remove(borders)

    return change


def styled(style: str, **form: object) -> Change:
    def change(file: WordFile) -> None:
        found = file.styles[style]
        for name, value in form.items():
            holder = found.font if hasattr(found.font, name) else found.paragraph_format
            setattr(holder, name, value)

    return change


def paged(section: int, **form: object) -> Change:
    def change(file: WordFile) -> None:
        for name, value in form.items():
            setattr(file.sections[section], name, value)

    return change


def without(tag: str, at: int) -> Change:
    def change(file: WordFile) -> None:
        found = list(file.element.body.iter(qn(tag)))[at]
        found.getparent().remove(found)

    return change


def head_after_title(file: WordFile) -> None:
    line(file, "BÁO CÁO")._p.addnext(file.element.body[0])


def numbers_at_the_left(file: WordFile) -> None:
    file.sections[0].header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.LEFT


def no_page_number(file: WordFile) -> None:
    file.sections[0].header.paragraphs[0].clear()
    file.sections[0].header.paragraphs[0].text = "2"


def retitled(file: WordFile) -> None:
    file.core_properties.title = "Báo cáo"


def red_cell(file: WordFile) -> None:
    file.tables[1].cell(1, 1).paragraphs[0].runs[0].font.color.rgb = RGBColor(200, 0, 0)


def to_others(file: WordFile) -> None:
    """Though it is addressed to somebody, "as above" is not the first whom it names."""
    for node in line(file, "Nơi nhận")._p.iter(qn("w:t")):
        node.text = (node.text or "").replace("Như trên", "Đảng ủy")


def large_recipients(file: WordFile) -> None:
    line(file, "Nơi nhận").runs[1].font.size = Pt(12)


def another_face(file: WordFile) -> None:
    line(file, "BÁO CÁO").runs[0].font.name = "Arial"


DAY = "Phường Trần Hưng Đạo, ngày 05 tháng 01 năm 2024"
SUBJECT = "Kết quả hoạt động"
BROKEN: tuple[tuple[str, Change], ...] = (
    ("mục I.1", paged(0, page_width=Mm(216))),
    ("mục I.3", paged(0, top_margin=Mm(26))),
    ("mục I.3", paged(1, left_margin=Mm(25))),
    ("mục I.3", paged(2, right_margin=Mm(22))),
    ("mục I.3", paged(0, bottom_margin=Mm(15))),
    ("mục I.4", red_cell),
    ("mục I.4", another_face),
    ("mục I.7", paged(0, different_first_page_header_footer=False)),
    ("mục I.7", numbers_at_the_left),
    ("mục I.7", no_page_number),
    ("mục I.7", styled("Page Number Line", size=Pt(11))),
    ("mục II.1", says("CỘNG HÒA", "CỘNG HOÀ XÃ HỘI")),
    ("mục II.1", says("Độc lập", "Độc lập-Tự do-Hạnh phúc")),
    ("mục II.1", sized("CỘNG HÒA", 14)),
    ("mục II.1", cut("Độc lập", bold=False)),
    ("mục II.1", aside("Độc lập")),
    ("mục II.1", unruled("Độc lập")),
    ("mục II.2", says("PHƯỜNG TRẦN", "Phường Trần Hưng Đạo")),
    ("mục II.2", sized("THÀNH PHỐ", 11)),
    ("mục II.2", unruled("PHƯỜNG TRẦN")),
    ("mục II.3", says("Số: 05", "Số: 5/BC-UBND")),
    ("mục II.3", says("Số: 05", "Số: 05/BC - UBND")),
    ("mục II.3", sized("Số: 05", 14)),
    ("mục II.4", says(DAY, "P. Trần Hưng Đạo, ngày 05 tháng 01 năm 2024")),
    ("mục II.4", says(DAY, "Phường Trần Hưng Đạo, ngày 5 tháng 01 năm 2024")),
    ("mục II.4", says(DAY, "Phường Trần Hưng Đạo, ngày 05 tháng 06 năm 2024")),
    ("mục II.4", cut(DAY, italic=False)),
    ("mục II.5", says("BÁO CÁO", "Báo cáo")),
    ("mục II.5", cut(SUBJECT, bold=False)),
    ("mục II.5", unruled(SUBJECT)),
    ("mục II.5", retitled),
    ("mục II.6đ", says("I. TÌNH HÌNH", "I. Tình hình")),
    ("mục II.6đ", cut("1. Về cơ cấu", italic=True)),
    ("mục II.6đ", aside("Phần I")),
    ("mục II.6đ", says("Phần I", "Phần thứ nhất")),
    ("mục II.6e", styled("Body Text", size=Pt(12))),
    ("mục II.6e", styled("Body Text", alignment=WD_ALIGN_PARAGRAPH.LEFT)),
    ("mục II.6e", styled("Body Text", first_line_indent=Cm(2))),
    ("mục II.6e", styled("Body Text", space_after=Pt(3))),
    ("mục II.6e", styled("Body Text", line_spacing=2.0)),
    ("mục II.7", says("TM. ỦY BAN", "TM ỦY BAN NHÂN DÂN")),
    ("mục II.7", says("KT. CHỦ TỊCH", "TL. CHỦ TỊCH")),
    ("mục II.7", says("PHÓ CHỦ TỊCH", "CHÁNH VĂN PHÒNG")),
    ("mục II.7", says("Nguyễn Thị Mẫu", "TS. Nguyễn Thị Mẫu")),
    ("mục II.7", sized("KT. CHỦ TỊCH", 12)),
    ("mục II.9", says("Nơi nhận:", "Nơi gửi:")),
    ("mục II.9", cut("Nơi nhận:", italic=False)),
    ("mục II.9", large_recipients),
    ("Phần III", says("Phụ lục II", "Phụ lục 2")),
    ("Phần III", sized("Phụ lục I", 13)),
    ("Phần III", without("w:pgNumType", 0)),
    ("Phần III", cut("(Kèm theo", italic=False)),
    ("Điều 8 khoản 2", head_after_title),
    ("Phụ lục III", says("Trên đây là", "Trên đây là báo cáo.")),
)


@pytest.mark.parametrize(("place", "change"), BROKEN)
def test_a_rule_that_is_broken_is_named_and_no_other(place: str, change: Change) -> None:
    told = broken_rules(changed(change))

    assert place in " ".join(one.place for one in told)
    assert len(told) == 1 or place in {"Điều 8 khoản 2", "mục II.9"}, told


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("mục II.5", says("V/v ", "Về việc đính chính")),
        ("mục II.9", to_others),
        ("mục II.7", says("TL. CHỦ TỊCH", "TL CHỦ TỊCH.")),
    ],
)
def test_a_rule_of_letters_that_is_broken_is_named(place: str, change: Change) -> None:
    (told,) = broken_rules(changed(change, of_letter=True))

    assert place in told.place


def test_a_file_that_is_no_document_breaks_rules_and_nothing_else() -> None:
    """What is not there is told as broken; nothing is raised."""
    saved = BytesIO()
    Document().save(saved)

    assert len(broken_rules(saved.getvalue())) > 10


def test_a_refusal_names_law_and_article() -> None:
    with pytest.raises(Refused) as refusal:
        refuse_unlawful(changed(sized("CỘNG HÒA", 14)))

    assert (refusal.value.rule, refusal.value.status) == ("form_unlawful", 409)
    assert "Nghị định 30/2020/NĐ-CP, Phụ lục I, Phần I, mục II.1: Quốc hiệu" in str(refusal.value)
