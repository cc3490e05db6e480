"""Fills the blocks of an outline: paragraphs and authored text; tables are in tables.py. Pure."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from services.reporting.figure import Absence
from services.reporting.report.book import printed_as
from services.reporting.report.content import Block, Paragraph, TextSpan
from services.reporting.report.outline import (
    BlockOutline,
    EachOutline,
    Layout,
    ProseOutline,
    TableOutline,
    TextOutline,
)
from services.reporting.report.tables import table
from services.reporting.report.wording import Writer, add_words
from shared.indicators import CATALOGUE
from shared.slots import FigureSlot, Piece, sentence


def fill(block: BlockOutline, layouts: Mapping[str, Layout], writer: Writer) -> Iterator[Block]:
    """Yield the blocks of the report that a block of the outline becomes."""
    match block:
        case TextOutline():
            yield _text(block, writer)
        case EachOutline():
            yield from _each(block, writer)
        case ProseOutline():
            yield from _prose(block, writer)
        case TableOutline():
            yield table(block, layouts[block.table], writer)


def _text(block: TextOutline, writer: Writer) -> Paragraph:
    if block.missing is not None:
        slots = [piece for piece in block.text if isinstance(piece, FigureSlot)]
        if any(writer.book.take(slot).absence is Absence.MISSING for slot in slots):
            return writer.fill(block.missing)
    return writer.fill(block.text)


def _each(block: EachOutline, writer: Writer) -> Iterator[Paragraph]:
    items = [
        one.fill(block.text)
        for one in writer.each(block.each, block.by, year_before=block.year_before)
    ]
    if not items:
        yield writer.fill(block.none)
    elif block.lead is None:
        yield from items
    else:
        spans = list(writer.fill(block.lead).spans)
        for number, item in enumerate(items):
            if number:
                add_words(spans, "; ")
            for span in item.spans:
                if isinstance(span, TextSpan):
                    add_words(spans, span.text)
                else:
                    spans.append(span)
        add_words(spans, ".")
        yield Paragraph(spans=tuple(spans))


def _prose(block: ProseOutline, writer: Writer) -> Iterator[Paragraph]:
    text = writer.book.prose(block.prose)
    if text is None:
        label = printed_as(block.prose).label
        yield Paragraph(spans=(TextSpan(text=f"[Chưa có nội dung: {label}]"),))
        return
    for line in filter(None, map(str.strip, text.split("\n"))):
        yield writer.fill(_read(line))


@lru_cache(maxsize=1024)
def _read(line: str) -> tuple[Piece, ...]:
    """Return authored text as a sentence, word for word where its slots are none (any more)."""
    try:
        pieces = sentence(line)
    except ValueError:
        return (line,)
    figures = [piece for piece in pieces if isinstance(piece, FigureSlot)]
    return (line,) if any(map(CATALOGUE.check, figures)) else pieces
