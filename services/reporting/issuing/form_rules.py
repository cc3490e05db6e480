"""The rules of Nghị định 30/2020/NĐ-CP, Phụ lục I, that a Word file keeps or breaks. Pure.

Each is a question to the file; what it asks for is said in lawful_form.py.
"""

import re
from collections.abc import Sequence

from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Length

from services.reporting.issuing.printed import Line, Printed

_COUNTRY, _MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
_POINTS_A_CM = 72 / 2.54
_REPORT = "BÁO CÁO"

# What is blank until it is given is non-breaking spaces.
_NUMBER = re.compile("Số:(?: [0-9]{2,}|\u00a0+)/[A-ZĐ]+(?:-[A-ZĐ]+)+")
_DAY = re.compile(
    "(?P<place>[^,.]+), ngày(?: (?:0[1-9]|[12][0-9]|3[01]) |\u00a0+)"
    "tháng(?: (?:0[12]|[3-9]|1[0-2]) |\u00a0+)năm [0-9]{4}"
)
_SIGNED = re.compile(
    r"(?:TM\. [^.\n]+\n)?(?:KT\. [^.\n]+\nPHÓ [^.\n]+|(?:Q\. )?[^.\n]+)"
    r"|(?:TL|TUQ)\. [^.\n]+\n[^.\n]+"
)
_ANNEX = re.compile("Phụ lục(?: [IVX]+)?")
_PART = re.compile("(?!Phần).*|Phần [IVX]+")


def _all(
    lines: Sequence[Line],
    sizes: tuple[float, float],
    *,
    bold: bool = False,
    italic: bool = False,
    side: str = "center",
    capitals: bool = False,
) -> bool:
    """Say whether there are lines, and all of them are set like this."""
    return bool(lines) and all(
        sizes[0] <= one.size <= sizes[1]
        and (one.bold, one.italic, one.side) == (bold, italic, side)
        and (one.text.isupper() or not capitals)
        for one in lines
    )


def paper(printed: Printed) -> bool:
    """Mục I.1."""
    return all(
        (_mm(one.page_width), _mm(one.page_height)) == (210, 297) for one in printed.sections
    )


def margins(printed: Printed) -> bool:
    """Mục I.3."""
    return all(
        20 <= _mm(one.top_margin) <= 25  # noqa: PLR2004
        and 20 <= _mm(one.bottom_margin) <= 25  # noqa: PLR2004
        and 30 <= _mm(one.left_margin) <= 35  # noqa: PLR2004
        and 15 <= _mm(one.right_margin) <= 20  # noqa: PLR2004
        for one in printed.sections
    )


def _mm(length: Length | None) -> int:
    return 0 if length is None else round(length.mm)


def face(printed: Printed) -> bool:
    """Mục I.4."""
    return {(one.face, one.colour) for one in printed.lines} == {("Times New Roman", "000000")}


def page_numbers(printed: Printed) -> bool:
    """Mục I.7."""
    return all(
        one.different_first_page_header_footer
        and not list(printed.lines_of(one.first_page_header._element))  # noqa: SLF001
        and _is_page_number(printed, one.header._element)  # noqa: SLF001
        for one in printed.sections
    )


def _is_page_number(printed: Printed, header: BaseOxmlElement) -> bool:
    lines = list(printed.lines_of(header))
    fields = {one.get(qn("w:instr"), "").strip() for one in header.iter(qn("w:fldSimple"))}
    return fields == {"PAGE"} and _all(lines, (13, 14))


def country(printed: Printed) -> bool:
    """Mục II.1."""
    country, motto = printed.cell("head", 0, 1)[:1], printed.cell("head", 0, 1)[1:]
    return (
        [one.text for one in (*country, *motto)] == [_COUNTRY, _MOTTO]
        and _all(country, (12, 13), bold=True)
        and _all(motto, (13, 14), bold=True)
        and motto[0].is_ruled
    )


def issuer(printed: Printed) -> bool:
    """Mục II.2."""
    lines = printed.cell("head", 0, 0)
    superior = [one for one in lines if not one.bold]
    issuer = lines[len(superior) :]
    return (
        _all(issuer, (12, 13), bold=True, capitals=True)
        and (not superior or _all(superior, (12, 13), capitals=True))
        and issuer[-1].is_ruled
    )


def number(printed: Printed) -> bool:
    """Mục II.3."""
    lines = printed.cell("head", 1, 0)[:1]
    return _all(lines, (13, 13)) and bool(_NUMBER.fullmatch(lines[0].text))


def day(printed: Printed) -> bool:
    """Mục II.4."""
    lines = printed.cell("head", 1, 1)
    told = _DAY.fullmatch(lines[0].text) if len(lines) == 1 else None
    words = told["place"].split() if told else [""]
    # A kind of unit has small letters ("Thị trấn"), a name may be a number ("Phường 10").
    named = words[0][:1].isupper() and not words[-1][:1].islower()
    return named and _all(lines, (13, 14), italic=True)


def title(printed: Printed) -> bool:
    """Mục II.5; it is the title of the file, too."""
    if printed.is_letter:
        subject = printed.cell("head", 1, 0)[1:]
        return _all(subject, (12, 13)) and subject[0].text.startswith("V/v ")
    title, subject = printed.title[:1], printed.title[1:2]
    return (
        [one.text for one in title] == [_REPORT]
        and _all([*title, *subject], (13, 14), bold=True)
        and len(subject) == 1
        and subject[0].is_ruled
        and printed.properties.title == subject[0].text
    )


def headings(printed: Printed) -> bool:
    """Mục II.6đ and V.6."""
    for one in printed.headings:
        top = one.style == "Heading1"
        label, _, title = one.text.partition("\n")
        capitals = title if top else label if one.style == "Heading2" else "A"
        if not _all([one], (13, 14), bold=True, side="center" if top else "left"):
            return False
        if not capitals.isupper() or not _PART.fullmatch(label):
            return False
    return True


def body(printed: Printed) -> bool:
    """Mục II.6e."""
    return _all(printed.text, (13, 14), side="both") and all(
        round(one.points("w:ind", "w:firstLine") / _POINTS_A_CM, 2) in {1, 1.27}
        and one.points("w:spacing", "w:after") >= 6  # noqa: PLR2004
        and 12 <= one.points("w:spacing", "w:line") <= 18  # noqa: PLR2004  12 points are a single line
        for one in printed.text
    )


def end(printed: Printed) -> bool:
    """Phụ lục III."""
    return bool(printed.text) and printed.text[-1].text.endswith("./.")


def signature(printed: Printed) -> bool:
    """Mục II.7."""
    lines = printed.cell("foot", 0, 1)
    right = [one for one in lines if one.text.isupper()]
    name = lines[len(right) :]
    return (
        _all(right, (13, 14), bold=True)
        and bool(_SIGNED.fullmatch("\n".join(one.text for one in right)))
        and len(name) <= 1
        and all("." not in one.text and _all([one], (13, 14), bold=True) for one in name)
    )


def recipients(printed: Printed) -> bool:
    """Mục II.9."""
    head, listed = printed.cell("foot", 0, 0)[:1], printed.cell("foot", 0, 0)[1:]
    told = [one.text.strip() for one in listed]
    addressed = any(one.text.startswith("Kính gửi: ") for one in printed.title)
    return (
        [one.text for one in head] == ["Nơi nhận:"]
        and _all(head, (12, 12), bold=True, italic=True, side="left")
        and _all(listed, (11, 11), side="left")
        and all(one.startswith("- ") for one in told)
        and all(one.endswith(";") for one in told[:-1])
        and bool(re.fullmatch(r"- Lưu: VT\b.*\.", told[-1]))
        and (told[0] == "- Như trên;") == addressed
    )


def order(printed: Printed) -> bool:
    """Điều 8.2; the seal stands on the signature, who receives it beside that."""
    return printed.order == ["head", "title", "text", "foot"]


def annexes(printed: Printed) -> bool:
    """Phần III.1."""
    starts = [section._sectPr.find(qn("w:pgNumType")) for section in printed.sections]  # noqa: SLF001
    numbered = [start is not None and start.get(qn("w:start")) == "1" for start in starts[1:]]
    named = [one for one in printed.headings if one.text.startswith("Phụ lục")]
    labels = [one.text.partition("\n")[0] for one in named]
    attachments = [one for one in printed.lines if one.text.startswith("(Kèm theo ")]
    return (
        all(numbered)
        and len(labels) == len(numbered) == len(attachments)
        and len(set(labels)) == len(labels)
        and (len(labels) < 2) == (labels in ([], ["Phụ lục"]))  # noqa: PLR2004
        and all(map(_ANNEX.fullmatch, labels))
        and all(one.size == 14 for one in named)  # noqa: PLR2004
        and (not attachments or _all(attachments, (13, 14), italic=True))
    )
