"""The styles of the Word document: Times New Roman, sizes, indents and spacing as the law asks."""

from typing import cast

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

_FACE = "Times New Roman"
_FACES = ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia")
_FIRST_LINE = Cm(1.27)
_BLACK = RGBColor(0, 0, 0)


def set_styles(document: Document) -> None:
    """Give every style that the report uses its lawful form."""
    _drop_table_styles(document)
    _set_language(document)
    normal = _style(document, "Normal", 14).paragraph_format
    normal.space_after, normal.line_spacing = Pt(0), 1.0
    body = _style(document, "Body Text", 14, WD_ALIGN_PARAGRAPH.JUSTIFY)
    body.paragraph_format.first_line_indent = _FIRST_LINE
    body.paragraph_format.space_after = Pt(6)
    body.paragraph_format.line_spacing = 1.15
    for level in range(1, 6):
        _set_heading(document, level)
    _style(document, "Centred", 14, WD_ALIGN_PARAGRAPH.CENTER)
    _style(document, "Page Number Line", 14, WD_ALIGN_PARAGRAPH.CENTER)
    caption = _style(document, "Caption", 13, WD_ALIGN_PARAGRAPH.CENTER)
    caption.font.bold = False
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(6), Pt(4)
    caption.paragraph_format.keep_with_next = True
    note = _style(document, "Table Note", 10.5)
    note.paragraph_format.space_before, note.paragraph_format.space_after = Pt(3), Pt(8)
    cell = _style(document, "Table Cell", 10).paragraph_format
    cell.space_before = cell.space_after = Pt(1.5)


def _set_heading(document: Document, level: int) -> None:
    alignment = WD_ALIGN_PARAGRAPH.CENTER if level == 1 else WD_ALIGN_PARAGRAPH.LEFT
    heading = _style(document, f"Heading {level}", 14, alignment)
    heading.font.bold, heading.font.italic = True, False
    heading.font.color.rgb = _BLACK
    form = heading.paragraph_format
    form.first_line_indent = None if level == 1 else _FIRST_LINE
    form.space_before, form.space_after = Pt(6), Pt(6)
    form.keep_with_next = True


def _style(
    document: Document, name: str, size: float, alignment: WD_ALIGN_PARAGRAPH | None = None
) -> ParagraphStyle:
    """Return a style of the template, or a new one, set in the lawful face."""
    if name in document.styles:
        style = cast("ParagraphStyle", document.styles[name])
    else:
        style = cast("ParagraphStyle", document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH))
        style.base_style = document.styles["Normal"]
    style.font.size = Pt(size)
    style.font.color.rgb = _BLACK
    style.paragraph_format.alignment = alignment
    # The template names theme faces, which win over plain ones.
    faces = style.element.get_or_add_rPr().get_or_add_rFonts()
    faces.attrib.clear()
    for script in _FACES:
        faces.set(qn(script), _FACE)
    return style


def _drop_table_styles(document: Document) -> None:
    """Drop the hundred table styles of the template: unused, and each slows every look-up."""
    for style in document.styles.element.findall(qn("w:style")):
        if style.get(qn("w:type")) == "table" and style.get(qn("w:default")) is None:
            document.styles.element.remove(style)


def _set_language(document: Document) -> None:
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "vi-VN")
