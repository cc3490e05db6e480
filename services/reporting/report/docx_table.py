"""A table as WordprocessingML. Written out, because python-docx is slow with hundreds of cells."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from docx.oxml.ns import nsdecls
from markupsafe import escape

from services.reporting.report.content import HeadCell, Row, Table

_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_BORDERS = "".join(f'<w:{s} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for s in _SIDES)
_PADDING = '<w:left w:w="30" w:type="dxa"/><w:right w:w="30" w:type="dxa"/>'
_STYLE = '<w:pStyle w:val="TableCell"/>'
_KEPT_TOGETHER = 12  # so many rows are not parted by the end of a page

type _Merge = Literal["", "restart", "continue"]


def table_xml(table: Table, width: int) -> str:
    """Return a `w:tbl` of `width` twips whose head is repeated on every page."""
    columns = [width * share // sum(table.widths) for share in table.widths]
    grid = "".join(f'<w:gridCol w:w="{column}"/>' for column in columns)
    head = "".join(_head_row(row, columns) for row in _merged(table.head, len(columns)))
    rows = "".join(_row(row, columns, table.name_column) for row in table.rows)
    if len(table.rows) <= _KEPT_TOGETHER:
        rows = rows.replace(_STYLE, f"{_STYLE}<w:keepNext/>")
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(columns)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblBorders>{_BORDERS}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{_PADDING}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>"
    )


def _merged(
    head: tuple[tuple[HeadCell, ...], ...], width: int
) -> Iterator[list[tuple[HeadCell, _Merge]]]:
    """Yield the rows of a heading with a cell for every place: Word has no cell over many rows.

    A cell over several rows stands again, empty, in each row below its first.
    """
    below = dict[int, HeadCell]()  # by column: the cell that reaches into the next row
    for row in head:
        cells = iter(row)
        here, below, column = below, {}, 0
        line = list[tuple[HeadCell, _Merge]]()
        while column < width:
            merge: _Merge = "continue" if column in here else ""
            cell = here[column] if column in here else next(cells)
            if cell.rows > 1:
                below[column] = replace(cell, rows=cell.rows - 1, text="")
                merge = merge or "restart"
            line.append((cell, merge))
            column += cell.columns
        yield line


def _head_row(cells: list[tuple[HeadCell, _Merge]], columns: list[int]) -> str:
    texts, start = list[str](), 0
    for cell, merge in cells:
        width = sum(columns[start : start + cell.columns])
        start += cell.columns
        span = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
        vertical = f'<w:vMerge w:val="{merge}"/>' if merge else ""
        texts.append(_cell(cell.text, width, "center", bold=True, merges=span + vertical))
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(texts)}</w:tr>"


def _row(row: Row, columns: list[int], name_column: int) -> str:
    if row.heading:
        over = f'<w:gridSpan w:val="{len(columns)}"/>'
        texts = [_cell(row.cells[0].text, sum(columns), "left", bold=True, merges=over)]
    else:
        texts = [
            _cell(cell.text, width, "left" if n == name_column else "center", bold=row.total)
            for n, (cell, width) in enumerate(zip(row.cells, columns, strict=True), 1)
        ]
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(texts)}</w:tr>"


def _cell(text: str, width: int, side: str, *, bold: bool, merges: str = "") -> str:
    weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{merges}<w:vAlign w:val="center"/>'
        f'</w:tcPr><w:p><w:pPr>{_STYLE}<w:jc w:val="{side}"/></w:pPr>'
        f'<w:r>{weight}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
    )
