"""A Word file as it is printed: its parts, and each line with what holds for it. Pure.

What a line does not say itself it has from its style, and that from the style that it is based on.
The parts stand as in Phụ lục I, Phần I, mục IV: a grid is at the head, one at the foot.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import groupby, takewhile

from docx import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section

_PROPERTIES = qn("w:pPr")
_OFF = frozenset({"0", "false", "none"})

type _Chain = Sequence[BaseOxmlElement]
"""Properties that hold for something, the nearest first."""


@dataclass(frozen=True, slots=True)
class Line:
    """A run of text, with the properties of it and of its paragraph; measures are in points."""

    text: str
    paragraph: BaseOxmlElement
    style: str
    of_run: _Chain
    of_paragraph: _Chain

    @property
    def size(self) -> float:
        """The size of its letters."""
        return float(_first(self.of_run, "w:sz") or 0) / 2

    @property
    def bold(self) -> bool:
        """Whether it is bold."""
        return (_first(self.of_run, "w:b") or "0") not in _OFF

    @property
    def italic(self) -> bool:
        """Whether it is italic."""
        return (_first(self.of_run, "w:i") or "0") not in _OFF

    @property
    def face(self) -> str:
        """Its typeface."""
        return _first(self.of_run, "w:rFonts", "w:hAnsi") or ""

    @property
    def colour(self) -> str:
        """Its colour; without one it is black."""
        found = _first(self.of_run, "w:color") or "auto"
        return "000000" if found == "auto" else found

    @property
    def side(self) -> str:
        """To which side its paragraph is set: left, center, right, both."""
        return _first(self.of_paragraph, "w:jc") or "left"

    @property
    def is_ruled(self) -> bool:
        """Whether a rule stands under it: the paragraph after its own begins with one."""
        below = self.paragraph.getnext()
        rule = None if below is None else below.find(f"{_PROPERTIES}/{qn('w:pBdr')}/{qn('w:top')}")
        return rule is not None and rule.get(qn("w:val")) == "single"

    def points(self, tag: str, attribute: str) -> float:
        """Return a measure of its paragraph in points."""
        return float(_first(self.of_paragraph, tag, attribute) or 0) / 20


def _first(chain: _Chain, tag: str, attribute: str = "w:val") -> str | None:
    for properties in chain:
        found = properties.find(qn(tag))
        # A mark without a value is set: `<w:b/>`.
        if found is not None and (told := found.get(qn(attribute), "1")):
            return str(told)
    return None


class Printed:
    """A Word file, read."""

    def __init__(self, docx: bytes) -> None:
        """Read it."""
        self._document = Document(BytesIO(docx))
        self.body = self._document.element.body
        self.properties = self._document.core_properties
        styles = self._document.styles.element.findall(qn("w:style"))
        self._styles: Mapping[str, BaseOxmlElement] = {
            style.get(qn("w:styleId")): style for style in styles
        }
        self._chains = dict[str, tuple[_Chain, _Chain]]()

        grids = [one for one in self.body.findall(qn("w:tbl")) if not _has_borders(one)]
        self._grids = {
            "head": next(iter(grids), None),
            "foot": next((one for one in grids if self._text(one).startswith("Nơi nhận")), None),
        }

    @property
    def sections(self) -> Sequence[Section]:
        """The sections: that of the text, then one of each annex."""
        return list(self._document.sections)

    @cached_property
    def lines(self) -> Sequence[Line]:
        """All lines, in the order in which they stand in the file."""
        return list(self.lines_of(self.body))

    @cached_property
    def title(self) -> Sequence[Line]:
        """What stands between the head and the text: title, subject, period, addressee."""
        named = (line for line in self._outside_tables if line.text)
        return list(takewhile(lambda line: line.style == "Centred", named))

    @cached_property
    def text(self) -> Sequence[Line]:
        """The paragraphs of the text."""
        return [line for line in self.lines if line.style == "BodyText"]

    @cached_property
    def headings(self) -> Sequence[Line]:
        """The headings of parts and sections, and of annexes."""
        return [line for line in self.lines if line.style.startswith("Heading")]

    @property
    def is_letter(self) -> bool:
        """Whether it is a letter (công văn): no kind of document is in its number."""
        return not any("/BC" in line.text for line in self.cell("head", 1, 0)[:1])

    @property
    def order(self) -> Sequence[str]:
        """The parts before the annexes, in the order in which they stand."""
        return [name for name, _ in groupby(filter(None, map(self._part, self._before_annexes)))]

    def cell(self, grid: str, row: int, column: int) -> Sequence[Line]:
        """Return what stands in a place of the grid at the head or foot."""
        cells = self._grids[grid]
        for tag, place in (("w:tr", row), ("w:tc", column)):
            found = [] if cells is None else cells.findall(qn(tag))
            cells = found[place] if place < len(found) else None
        return [] if cells is None else [line for line in self.lines_of(cells) if line.text]

    @property
    def _outside_tables(self) -> Iterator[Line]:
        for paragraph in self.body.findall(qn("w:p")):
            yield from self.lines_of(paragraph)

    @property
    def _before_annexes(self) -> Iterator[BaseOxmlElement]:
        return takewhile(lambda one: next(one.iter(qn("w:sectPr")), None) is None, self.body)

    def _part(self, element: BaseOxmlElement) -> str | None:
        for name, grid in self._grids.items():
            if element is grid:
                return name
        if element.tag == qn("w:p") and (lines := [*self.lines_of(element)]) and lines[0].text:
            of_text = lines[0].style == "BodyText" or lines[0].style.startswith("Heading")
            return "text" if of_text else "title" if lines[0].style == "Centred" else None
        return None

    def _text(self, element: BaseOxmlElement) -> str:
        return "".join(line.text for line in self.lines_of(element))

    def lines_of(self, element: BaseOxmlElement) -> Iterator[Line]:
        """Yield the lines of an element and of what is in it."""
        for paragraph in element.iter(qn("w:p")):
            own = paragraph.find(_PROPERTIES)
            named = None if own is None else own.find(qn("w:pStyle"))
            style = "" if named is None else str(named.get(qn("w:val")))
            of_runs, of_paragraphs = self._of(style)
            for run in paragraph.iter(qn("w:r")):
                marks = run.find(qn("w:rPr"))
                yield Line(
                    text=_text(run),
                    paragraph=paragraph,
                    style=style,
                    of_run=[*_there(marks), *of_runs],
                    of_paragraph=[*_there(own), *of_paragraphs],
                )

    def _of(self, style: str) -> tuple[_Chain, _Chain]:
        """Return what a style and those below it give to runs and to paragraphs."""
        if style not in self._chains:
            below = list(self._based(style))
            of_runs, of_paragraphs = (
                [found for one in below for found in _there(one.find(qn(tag)))]
                for tag in ("w:rPr", "w:pPr")
            )
            self._chains[style] = of_runs, of_paragraphs
        return self._chains[style]

    def _based(self, style: str) -> Iterator[BaseOxmlElement]:
        while style in self._styles:
            found = self._styles[style]
            yield found
            based = found.find(qn("w:basedOn"))
            style = "" if based is None else str(based.get(qn("w:val")))


def _has_borders(grid: BaseOxmlElement) -> bool:
    return grid.find(f"{qn('w:tblPr')}/{qn('w:tblBorders')}") is not None


def _text(run: BaseOxmlElement) -> str:
    nodes = run.iter(qn("w:t"), qn("w:br"))
    return "".join((node.text or "") if node.tag == qn("w:t") else "\n" for node in nodes)


def _there(properties: BaseOxmlElement | None) -> _Chain:
    return [] if properties is None else [properties]
