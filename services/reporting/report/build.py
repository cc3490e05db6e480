"""Builds the report: an outline filled with the figures of one unit, period and day. Pure."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby

from services.reporting.figure import Figures
from services.reporting.report import numbers
from services.reporting.report.annexes import checks_annex, figures_annex
from services.reporting.report.book import FigureBook
from services.reporting.report.checks import evaluate
from services.reporting.report.model import (
    Block,
    HeadCell,
    Header,
    Paragraph,
    Part,
    ReportHeading,
    Row,
    Section,
    Signature,
    Span,
    Table,
    TermReport,
    TextSpan,
)
from services.reporting.report.outline import (
    Form,
    Layout,
    Outline,
    OutlineError,
    ParagraphOutline,
    PartOutline,
    SectionOutline,
    TableOutline,
)
from services.reporting.report.wording import fill, say, words_about
from shared.slots import FigureSlot, Piece


def build(outline: Outline, heading: ReportHeading, figures: Figures) -> TermReport:
    """Return the report on `heading`; raises OutlineError naming the place of an unknown figure."""
    book = FigureBook(outline, figures)
    words = words_about(heading)
    introduction = tuple(fill(sentence, words, book) for sentence in outline.introduction)
    parts = tuple(_part(part, outline, words, book) for part in outline.parts)
    closing = fill(outline.closing, words, book)
    with _at("checks"):
        checks = tuple(evaluate(check, book) for check in outline.checks)
    entries = book.entries()
    return TermReport(
        outline=outline.id,
        about=heading,
        header=_header(outline.form, words),
        title=outline.form.title,
        subject=say(outline.form.subject, words),
        period=say(outline.period, words),
        introduction=introduction,
        parts=parts,
        closing=closing,
        signature=_signature(outline.form, words),
        annexes=(
            checks_annex(outline.checks_annex, checks, words),
            figures_annex(outline.figures_annex, entries, words),
        ),
        figures=entries,
        checks=checks,
    )


@contextmanager
def _at(place: str) -> Iterator[None]:
    try:
        yield
    except OutlineError as error:
        raise OutlineError(f"{place}: {error}") from error


def _header(form: Form, words: Mapping[str, str]) -> Header:
    return Header(
        superior=tuple(say(line, words) for line in form.superior),
        issuer=tuple(say(line, words) for line in form.issuer),
        country=form.country,
        motto=form.motto,
        number=form.number,
        place_and_date=say(form.place_and_date, words),
    )


def _signature(form: Form, words: Mapping[str, str]) -> Signature:
    recipients = tuple(say(line, words) for line in form.recipients)
    return Signature(authority=form.authority, signer=form.signer, recipients=recipients)


def _part(part: PartOutline, outline: Outline, words: Mapping[str, str], book: FigureBook) -> Part:
    sections = tuple(_section(section, outline, words, book) for section in part.sections)
    return Part(label=part.label, title=say(part.title, words), sections=sections)


def _section(
    section: SectionOutline, outline: Outline, words: Mapping[str, str], book: FigureBook
) -> Section:
    blocks = list[Block]()
    for number, block in enumerate(section.blocks, 1):
        with _at(f"{outline.id}: section {section.id}, block {number}"):
            if isinstance(block, TableOutline):
                blocks.append(_table(block, outline.layouts[block.table], words, book))
            else:
                blocks.extend(_paragraphs(block, words, book))
    return Section(
        id=section.id,
        level=section.level,
        heading=say(section.heading, words),
        blocks=tuple(blocks),
    )


def _paragraphs(
    block: ParagraphOutline, words: Mapping[str, str], book: FigureBook
) -> Iterator[Paragraph]:
    if block.each_year is None:
        yield fill(block.text, words, book)
        return
    years = book.years(block.each_year)
    if not years and block.no_years:
        yield fill(block.no_years, words, book)
    for year in years:
        declared = book.take(FigureSlot(block.each_year, {"year": str(year)}))
        year_words = {**words, "year": numbers.year_in_words(declared.period)}
        yield fill(_bound(block.text, {"year": str(year)}), year_words, book)


def _bound(sentence: tuple[Piece, ...], variables: Mapping[str, str]) -> tuple[Piece, ...]:
    return tuple(p.bind(variables) if isinstance(p, FigureSlot) else p for p in sentence)


def _table(
    block: TableOutline, layout: Layout, words: Mapping[str, str], book: FigureBook
) -> Table:
    service = {"service": block.service}
    columns = [tuple(slot.bind(service) for slot in column.figure) for column in layout.columns]
    rows = list[Row]()
    for row in block.rows:
        cells: list[Span] = [TextSpan(text=row.label)]
        cells += [
            book.cell(tuple(s.narrowed(row.dimensions) for s in column)) for column in columns
        ]
        rows.append(Row(cells=tuple(cells), total=row.total))
    return Table(
        caption=say(block.caption, words),
        scope=say(layout.scope, words),
        widths=(layout.row_width, *(column.width for column in layout.columns)),
        name_column=1,
        head=_head(layout),
        rows=tuple(rows),
        note=say(layout.note, words),
    )


def _head(layout: Layout) -> tuple[tuple[HeadCell, ...], ...]:
    """Return the heading: groups over their columns, then the numbers that the note cites."""
    upper, lower = [HeadCell(text=layout.row_heading, rows=2)], list[HeadCell]()
    for group, members in groupby(layout.columns, key=lambda column: column.group):
        labels = [column.label for column in members]
        if group is None:
            upper += [HeadCell(text=label, rows=2) for label in labels]
        else:
            upper.append(HeadCell(text=group, columns=len(labels)))
            lower += [HeadCell(text=label) for label in labels]
    numbered = tuple(HeadCell(text=f"({n})") for n in range(1, len(layout.columns) + 2))
    return tuple(upper), tuple(lower), numbered
