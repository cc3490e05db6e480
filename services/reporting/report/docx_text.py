"""Lines and paragraphs as WordprocessingML, written out: python-docx takes a second for them."""

from markupsafe import escape


def run(text: str, size: float | None = None, *, bold: bool = False, italic: bool = False) -> str:
    """Return a `w:r` of a text; a line break in it is one in the document."""
    marks = "<w:b/>" * bold + "<w:i/>" * italic
    if size:
        marks += f'<w:sz w:val="{round(2 * size)}"/><w:szCs w:val="{round(2 * size)}"/>'
    properties = f"<w:rPr>{marks}</w:rPr>" if marks else ""
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n")
    )
    return f"<w:r>{properties}{lines}</w:r>"


def paragraph(style: str, *runs: str, properties: str = "") -> str:
    """Return a `w:p` in a style, with further properties in the order of the schema."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{"".join(runs)}</w:p>'


def spacing(before: float = 0, after: float = 0) -> str:
    """Return the space in points around a paragraph."""
    return f'<w:spacing w:before="{round(20 * before)}" w:after="{round(20 * after)}"/>'


def rule(length: int, width: int) -> str:
    """Return a solid rule of a length in the middle of a width (twips): an empty, bordered line."""
    side = (width - length) // 2
    return paragraph(
        "Centred",
        properties='<w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
        '<w:spacing w:before="40" w:after="80" w:line="80" w:lineRule="exact"/>'
        f'<w:ind w:left="{side}" w:right="{side}"/>',
    )


def grid(widths: tuple[int, ...], *rows: tuple[str, ...]) -> str:
    """Return a table without lines, which sets blocks beside each other; a cell is paragraphs."""
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
        + "".join(
            "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
            + "".join(
                f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{cell}</w:tc>'
                for width, cell in zip(widths, row, strict=True)
            )
            + "</w:tr>"
            for row in rows
        )
        + "</w:tbl>"
    )
