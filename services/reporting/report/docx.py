"""The report as a Word document in the form of Nghị định 30/2020/NĐ-CP, Phụ lục I."""

from collections.abc import Iterator

from docx.shared import Length, Mm

from services.reporting.report.charts import as_table
from services.reporting.report.content import Block, Chart, FigureList, Paragraph, Table
from services.reporting.report.docx_package import WIDTH, package, page
from services.reporting.report.docx_table import table_xml
from services.reporting.report.docx_text import grid, paragraph, rule, run, spacing
from services.reporting.report.model import Annex, Report, Signature

_WIDTH = Length(WIDTH).twips
_ISSUER, _COUNTRY = Mm(66).twips, Mm(99).twips
_MOTTO = Mm(60.5).twips  # as long as the motto is in 14 points
_CAPITAL, _SMALL = 0.65, 0.455  # what a bold letter takes on average, in its size
_KEEP = "<w:keepNext/>"
_END = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'


def to_docx(report: Report) -> bytes:
    """Return the document; its only date is the day as of which the report is drawn."""
    return package(
        "".join(_body(report)),
        title=report.subject,
        author=" ".join(report.header.issuer),
        day=report.about.as_of,
    )


def _body(report: Report) -> Iterator[str]:
    yield _header(report)
    yield from _title(report)
    for block in report.introduction:
        yield from _block(block)
    for part in report.parts:
        yield paragraph("Heading1", run(f"{part.label}\n{part.title}"))
        for block in part.blocks:
            yield from _block(block)
        for section in part.sections:
            yield paragraph(f"Heading{section.level + 1}", run(section.heading))
            for block in section.blocks:
                yield from _block(block)
    # The signature is never on a page without words above it.
    closing = "".join(span.text for span in report.closing.spans)
    yield paragraph("BodyText", run(closing), properties=_KEEP)
    yield _signature(report.signature)
    for number, annex in enumerate(report.annexes):
        # The pages of what stands before an annex are described in the paragraph that ends it.
        yield paragraph("Normal", properties=_END + page(numbered_anew=number > 0))
        yield from _annex(annex)
    if not report.annexes:
        # Word wants a paragraph after a table.
        yield paragraph("Normal", properties=_END)
    yield page(numbered_anew=bool(report.annexes))


def _header(report: Report) -> str:
    header = report.header
    bodies = [_line(line, 13) for line in header.superior]
    bodies += [_line(line, 13, bold=True) for line in header.issuer]
    country = [_line(header.country, 13, bold=True), _line(header.motto, 14, bold=True)]
    return grid(
        (_ISSUER, _COUNTRY),
        (
            "".join(bodies) + rule(_part_of(header.issuer[-1], 13, _ISSUER), _ISSUER),
            "".join(country) + rule(_MOTTO, _COUNTRY),
        ),
        (
            _line(header.number, 13) + ("" if report.title else _line(report.subject, 12)),
            _line(header.place_and_date, 13, italic=True),
        ),
    )


def _title(report: Report) -> Iterator[str]:
    if report.title:
        yield paragraph("Centred", run(report.title, bold=True), properties=spacing(before=24))
        yield paragraph("Centred", run(report.subject, bold=True))
        yield rule(_part_of(report.subject, 14, _WIDTH), _WIDTH)
        yield paragraph("Centred", run(report.period, italic=True), properties=spacing(after=12))
    if report.addressee:
        yield paragraph("Centred", run(report.addressee), properties=spacing(before=12, after=12))


def _block(block: Block) -> Iterator[str]:
    match block:
        case Table():
            yield from _table(block)
        case Chart():
            yield from _table(as_table(block))
        case Paragraph():
            yield paragraph("BodyText", run("".join(span.text for span in block.spans)))
        case FigureList():
            raise AssertionError(block)  # forms.py prints it as a table


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        scope = (run(f"\n{table.scope}", 11.5, italic=True),) if table.scope else ()
        yield paragraph("Caption", run(table.caption, bold=True), *scope)
    yield table_xml(table, _WIDTH)
    yield paragraph("TableNote", run(table.note, italic=True))


def _signature(signature: Signature) -> str:
    recipients = [run("Nơi nhận:", 12, bold=True, italic=True)]
    recipients += [run(f"\n- {line}", 11) for line in signature.recipients]
    # Room for the seal and the signature; the name under it is blank until it is signed.
    *above, last = signature.over_the_name
    signer = "".join(_line(line, 14, bold=True) for line in above)
    signer += _line(last, 14, bold=True, properties=spacing(after=85))
    signer += _line(signature.name, 14, bold=True)
    half = _WIDTH // 2
    return paragraph("Centred", properties=_KEEP) + grid(
        (half, half),
        (paragraph("Normal", *recipients), signer),
    )


def _annex(annex: Annex) -> Iterator[str]:
    yield paragraph("Heading1", run(f"{annex.label}\n{annex.title}"))
    yield paragraph("Centred", run(annex.attachment, italic=True), properties=spacing(after=10))
    for block in annex.blocks:
        yield from _block(block)


def _line(
    text: str, size: float, *, bold: bool = False, italic: bool = False, properties: str = ""
) -> str:
    return paragraph("Centred", run(text, size, bold=bold, italic=italic), properties=properties)


def _part_of(line: str, size: float, most: int) -> int:
    """Return two fifths of the length of a bold line in twips: the law asks for 1/3 to 1/2."""
    letter = _CAPITAL if line.isupper() else _SMALL
    return round(0.4 * min(len(line) * size * letter * 20, most))
