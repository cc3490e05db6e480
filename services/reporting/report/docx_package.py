"""The parts of a Word file that are the same in every report, made once by python-docx."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.section import Section
from docx.shared import Mm
from markupsafe import escape

from services.reporting.report.docx_styles import set_styles

# Nghị định 30/2020/NĐ-CP, Phụ lục I, Phần I: A4; above, below 20-25 mm, left 30-35, right 15-20.
TOP_BOTTOM, RIGHT, LEFT = Mm(20), Mm(15), Mm(30)
WIDTH = Mm(210) - LEFT - RIGHT

_DOCUMENT, _CORE = "word/document.xml", "docProps/core.xml"
_LEFT_OUT, _RELATION = (
    "docProps/thumbnail.jpeg",
    re.compile(rb"<Relationship [^>]*thumbnail[^>]*/>"),
)
_PAGE_NUMBER = f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple>'
_BODY = "<w:body>"
_PROPERTIES = """\
<?xml version='1.0' encoding='UTF-8' standalone='yes'?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"\
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"\
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title>\
<dc:creator>{author}</dc:creator><dc:language>vi-VN</dc:language>\
<dcterms:created xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:created>\
<dcterms:modified xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:modified>\
</cp:coreProperties>"""


@dataclass(frozen=True, slots=True)
class _Template:
    """The `parts` of the archive; the document's `opening` up to its body; its page `section`."""

    parts: Mapping[str, bytes]
    opening: str
    section: str


def page(*, numbered_anew: bool = False) -> str:
    """Return the `w:sectPr` of the report's pages, or of an annex, which has page 1 of its own."""
    section = _template().section
    start = '<w:pgNumType w:start="1"/><w:cols '
    return section.replace("<w:cols ", start, 1) if numbered_anew else section


def package(body: str, title: str, author: str, day: date) -> bytes:
    """Return the file of a body. Its only date is `day`: equal bodies give equal bytes."""
    template = _template()
    properties = _PROPERTIES.format(title=escape(title), author=escape(author), day=day)
    own = {
        _DOCUMENT: f"{template.opening}{body}</w:body></w:document>".encode(),
        _CORE: properties.encode(),
    }
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for name, content in {**template.parts, **own}.items():
            # A ZipInfo of its own has no time of writing.
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return written.getvalue()


@cache
def _template() -> _Template:
    document = Document()
    set_styles(document)
    _set_pages(document.sections[0])
    saved = BytesIO()
    document.save(saved)
    with ZipFile(saved) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != _LEFT_OUT}
    parts["_rels/.rels"] = _RELATION.sub(b"", parts["_rels/.rels"])
    opening, _, rest = parts[_DOCUMENT].decode().partition(_BODY)
    return _Template(parts, opening + _BODY, rest[: rest.index("</w:body>")])


def _set_pages(pages: Section) -> None:
    pages.page_width, pages.page_height = Mm(210), Mm(297)
    pages.top_margin = pages.bottom_margin = TOP_BOTTOM
    pages.left_margin, pages.right_margin = LEFT, RIGHT
    pages.header_distance = Mm(10)
    pages.different_first_page_header_footer = True
    number = pages.header.paragraphs[0]
    number.style = "Page Number Line"
    number._p.append(parse_xml(_PAGE_NUMBER))  # noqa: SLF001  python-docx has no fields
