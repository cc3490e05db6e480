"""The report as a Word document in the form of Nghị định 30/2020/NĐ-CP, Phụ lục I."""

from datetime import UTC, datetime, time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement
from docx.section import Section as Pages
from docx.shared import Length, Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph as Lines

from services.reporting.report.docx_styles import set_styles
from services.reporting.report.docx_table import table_xml
from services.reporting.report.model import (
    Annex,
    Block,
    Paragraph,
    Signature,
    Table,
    TermReport,
)

_LEFT, _RIGHT = Mm(66), Mm(99)
_WIDTH = Mm(165)
_TOP_BOTTOM, _OUTER, _BINDING = Mm(20), Mm(15), Mm(30)
_PAGE_NUMBER = f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple>'
_NO_PADDING = (
    f'<w:tblCellMar {nsdecls("w")}><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/>'
    "</w:tblCellMar>"
)


def to_docx(report: TermReport) -> bytes:
    """Return the document; its only date is the day as of which the report is drawn."""
    document = Document()
    set_styles(document)
    _set_properties(document, report)
    _set_pages(document.sections[0])
    _add_header(document, report)
    if report.title:
        _add_title(document, report)
    else:
        _add_addressee(document, report.addressee)
    for paragraph in report.introduction:
        _add_block(document, paragraph)
    for part in report.parts:
        document.add_paragraph(f"{part.label}\n{part.title}", "Heading 1")
        for section in part.sections:
            document.add_paragraph(section.heading, f"Heading {section.level + 1}")
            for block in section.blocks:
                _add_block(document, block)
    _add_block(document, report.closing)
    _add_signature(document, report.signature)
    for annex in report.annexes:
        _add_annex(document, annex)
    return _reproducible(document)


def _set_properties(document: Docx, report: TermReport) -> None:
    properties = document.core_properties
    properties.title = report.subject
    properties.author = " ".join(report.header.issuer)
    properties.comments = ""
    properties.language = "vi-VN"
    properties.created = properties.modified = datetime.combine(report.about.as_of, time(), UTC)


def _set_pages(pages: Pages) -> None:
    pages.page_width, pages.page_height = Mm(210), Mm(297)
    pages.top_margin = pages.bottom_margin = _TOP_BOTTOM
    pages.left_margin, pages.right_margin = _BINDING, _OUTER
    pages.header_distance = Mm(10)
    pages.different_first_page_header_footer = True
    number = pages.header.paragraphs[0]
    number.style = "Page Number Line"
    number._p.append(parse_xml(_PAGE_NUMBER))  # noqa: SLF001  python-docx has no fields


def _add_header(document: Docx, report: TermReport) -> None:
    header = report.header
    (bodies, country), (number, date) = _two_columns(document, 2, _LEFT, _RIGHT)
    for line in header.superior:
        _add_line(bodies, line, 13)
    for line in header.issuer:
        _add_line(bodies, line, 13, bold=True)
    _add_rule(bodies, Mm(20))
    _add_line(country, header.country, 13, bold=True)
    _add_line(country, header.motto, 14, bold=True)
    _add_rule(country, Mm(19.5))
    _add_line(number, header.number, 13)
    if not report.title:
        _add_line(number, report.subject, 12)
    _add_line(date, header.place_and_date, 13, italic=True)


def _add_title(document: Docx, report: TermReport) -> None:
    title = document.add_paragraph(style="Centred")
    title.paragraph_format.space_before = Pt(24)
    title.add_run(report.title).bold = True
    document.add_paragraph(style="Centred").add_run(report.subject).bold = True
    _add_rule(document, Mm(52))
    period = document.add_paragraph(style="Centred")
    period.paragraph_format.space_after = Pt(12)
    period.add_run(report.period).italic = True


def _add_addressee(document: Docx, addressee: str) -> None:
    line = document.add_paragraph(addressee, "Centred")
    line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(18)


def _add_block(document: Docx, block: Block) -> None:
    if isinstance(block, Paragraph):
        document.add_paragraph("".join(span.text for span in block.spans), "Body Text")
    else:
        _add_table(document, block)


def _add_table(document: Docx, table: Table) -> None:
    if table.caption:
        caption = document.add_paragraph(style="Caption")
        caption.add_run(table.caption).bold = True
        scope = caption.add_run(f"\n{table.scope}")
        scope.italic, scope.font.size = True, Pt(11.5)
    note = document.add_paragraph(style="Table Note")
    note.add_run(table.note).italic = True
    note._p.addprevious(parse_xml(table_xml(table, _WIDTH.twips)))  # noqa: SLF001  see docx_table


def _add_signature(document: Docx, signature: Signature) -> None:
    document.add_paragraph(style="Centred")
    ((left, right),) = _two_columns(document, 1, _WIDTH // 2, _WIDTH // 2)
    heading = _add_line(left, "Nơi nhận:", 12, bold=True, italic=True)
    heading.alignment = WD_ALIGN_PARAGRAPH.LEFT
    for line in signature.recipients:
        _add_line(left, f"- {line}", 11).alignment = WD_ALIGN_PARAGRAPH.LEFT
    _add_line(right, signature.authority, 14, bold=True)
    # Room for the seal and the signature; the name under it is blank until it is signed.
    _add_line(right, signature.signer, 14, bold=True).paragraph_format.space_after = Mm(30)
    _add_line(right, signature.name, 14, bold=True)


def _add_annex(document: Docx, annex: Annex) -> None:
    pages = document.add_section(WD_SECTION.NEW_PAGE)
    start = OxmlElement("w:pgNumType", {qn("w:start"): "1"})
    margins = pages._sectPr.find(qn("w:pgMar"))  # noqa: SLF001  python-docx has no page numbering
    if margins is not None and pages._sectPr.find(qn("w:pgNumType")) is None:  # noqa: SLF001
        margins.addnext(start)
    document.add_paragraph(f"{annex.label}\n{annex.title}", "Heading 1")
    attachment = document.add_paragraph(style="Centred")
    attachment.paragraph_format.space_after = Pt(10)
    attachment.add_run(annex.attachment).italic = True
    _add_table(document, annex.table)


def _two_columns(document: Docx, rows: int, left: int, right: int) -> list[tuple[_Cell, _Cell]]:
    table = document.add_table(rows, 2)
    table.autofit = False
    table._tblPr.append(parse_xml(_NO_PADDING))  # noqa: SLF001  python-docx has no cell margins
    for column, width in zip(table.columns, (left, right), strict=True):
        column.width = Length(width)
    pairs = list[tuple[_Cell, _Cell]]()
    for row in table.rows:
        first, second = row.cells
        first.width, second.width = Length(left), Length(right)
        pairs.append((first, second))
    return pairs


def _add_line(
    cell: _Cell, text: str, size: float, *, bold: bool = False, italic: bool = False
) -> Lines:
    # A new cell has one empty paragraph, which is used up first.
    lines: Lines = cell.add_paragraph() if cell.text else cell.paragraphs[0]
    lines.style = "Centred"
    run = lines.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return lines


def _add_rule(place: Docx | _Cell, indent: int) -> None:
    """Add a solid rule, `indent` short of the width on both sides: an empty, bordered paragraph."""
    lines = place.add_paragraph(style="Centred")
    form = lines.paragraph_format
    form.left_indent = form.right_indent = indent
    form.space_before, form.space_after, form.line_spacing = Pt(3), Pt(6), Pt(4)
    border = '<w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/>'
    properties = lines._p.get_or_add_pPr()  # noqa: SLF001  python-docx has no paragraph borders
    properties.insert_element_before(
        parse_xml(f"<w:pBdr {nsdecls('w')}>{border}</w:pBdr>"),
        *("w:shd", "w:spacing", "w:ind", "w:jc"),
    )


def _reproducible(document: Docx) -> bytes:
    """Return the file with the time of writing taken out of its archive."""
    written, fixed = BytesIO(), BytesIO()
    document.save(written)
    with ZipFile(written) as source, ZipFile(fixed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name), source.read(name), ZIP_DEFLATED)
    return fixed.getvalue()
