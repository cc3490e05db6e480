"""Fills the tables of an outline: rows and columns meet in figures. Pure."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from services.reporting.figure import Figure
from services.reporting.report import numbers
from services.reporting.report.book import Absent, number_of, printed_as
from services.reporting.report.content import HeadCell, Row, Span, Table, TextSpan
from services.reporting.report.outline import ColumnOutline, Layout, RowOutline, TableOutline
from services.reporting.report.wording import Writer
from shared.slots import FigureSlot


def table(block: TableOutline, layout: Layout, writer: Writer) -> Table:
    """Return a table of a layout."""
    if block.service:
        writer = writer.with_variable("service", block.service, block.service)
    rows = [row for outline in block.rows for row in _rows(outline, layout, writer)]
    return Table(
        caption=writer.say(block.caption),
        scope=writer.say(layout.scope),
        widths=(layout.row_width, *(column.width for column in layout.columns)),
        name_column=1,
        head=tuple(_head(layout)),
        rows=tuple(rows),
        note=writer.say(layout.note),
    )


def _rows(outline: RowOutline, layout: Layout, writer: Writer) -> Iterator[Row]:
    if outline.heading is not None:
        yield Row(cells=(TextSpan(text=writer.say(outline.heading)),), heading=True)
    elif outline.each is None or outline.by is None:
        yield _row(outline, layout, writer)
    else:
        for one in writer.each(outline.each, outline.by):
            yield _row(outline, layout, one)


def _row(outline: RowOutline, layout: Layout, writer: Writer) -> Row:
    own = outline.figure and writer.slot(outline.figure.narrowed(outline.dimensions))
    label = writer.say(outline.label) if outline.label or not own else writer.book.label(own)
    cells: list[Span] = [TextSpan(text=label)]
    for column in layout.columns:
        if column.figure:
            slots = [slot.narrowed(outline.dimensions) for slot in column.figure]
            cells.append(writer.book.cell([writer.slot(slot) for slot in slots]))
        else:
            assert own, "validate.py asks for a figure in every row of such a layout"
            cells.append(_cell(column, own, writer))
    return Row(cells=tuple(cells), total=outline.total)


def _cell(column: ColumnOutline, slot: FigureSlot, writer: Writer) -> Span:
    if column.say == "unit":
        return TextSpan(text=numbers.unit_of(printed_as(slot)))
    if column.say == "share":
        now, before = (writer.book.take(slot, span) for span in (None, writer.spans["year_before"]))
        return TextSpan(text=_share(now, before))
    return writer.book.cell([slot], writer.spans[column.say])


def _share(now: Figure, before: Figure) -> str:
    """Return a figure in percent of that of another period."""
    try:
        share = 100 * number_of(now) / number_of(before)
    except (Absent, ZeroDivisionError):
        return numbers.NO_RATE
    return numbers.number(Decimal(share.numerator) / share.denominator) + numbers.PERCENT


def _head(layout: Layout) -> Iterator[tuple[HeadCell, ...]]:
    """Yield the rows of the heading: groups over their columns, then numbers that a note cites."""
    deep = 2 if any(column.group for column in layout.columns) else 1
    upper, lower = [HeadCell(text=layout.row_heading, rows=deep)], list[HeadCell]()
    for group, members in groupby(layout.columns, key=lambda column: column.group):
        labels = [column.label for column in members]
        if group is None:
            upper += [HeadCell(text=label, rows=deep) for label in labels]
        else:
            upper.append(HeadCell(text=group, columns=len(labels)))
            lower += [HeadCell(text=label) for label in labels]
    yield tuple(upper)
    if lower:
        yield tuple(lower)
    if layout.numbered:
        yield tuple(HeadCell(text=f"({n})") for n in range(1, len(layout.columns) + 2))
