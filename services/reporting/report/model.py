"""The finished report: every string as it is printed, and the figures that the strings came from.

Renderers only arrange what stands here. In JSON whole numbers are numbers; ratios are exact
decimals in percent, as strings, so that no reader rounds them; `absence` says why a value is not
there.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Discriminator

from services.reporting.figure import Absence, Kind, Period
from shared.frozen import Frozen


def figure_key(indicator: str, dimensions: Mapping[str, str]) -> str:
    """Return the name of a figure within a report: `registry.births_registered?channel=online`."""
    narrowing = "&".join(f"{name}={value}" for name, value in sorted(dimensions.items()))
    return f"{indicator}?{narrowing}" if narrowing else indicator


class ReportHeading(Frozen):
    """What a report is about: a unit under its superior, a period, as known at the end of a day."""

    unit_id: str
    unit_code: str
    unit_name: str
    parent_name: str
    period: Period
    as_of: date


class TextSpan(Frozen):
    """Words of the outline."""

    kind: Literal["text"] = "text"
    text: str


class FigureSpan(Frozen):
    """A printed figure; `figure` is its key in the report's figures."""

    kind: Literal["figure"] = "figure"
    text: str
    figure: str


type Span = Annotated[TextSpan | FigureSpan, Discriminator("kind")]


class Paragraph(Frozen):
    """A paragraph of the body."""

    kind: Literal["paragraph"] = "paragraph"
    spans: tuple[Span, ...]


class HeadCell(Frozen):
    """A cell of a table's heading, over `columns` columns and `rows` rows."""

    text: str
    columns: int = 1
    rows: int = 1


class Row(Frozen):
    """A row of a table; a total is printed bold."""

    cells: tuple[Span, ...]
    total: bool = False


class Table(Frozen):
    """A table. `widths` are shares of the width; `name_column`, from 1, names the rows."""

    kind: Literal["table"] = "table"
    caption: str
    scope: str
    widths: tuple[int, ...]
    name_column: int
    head: tuple[tuple[HeadCell, ...], ...]
    rows: tuple[Row, ...]
    note: str


type Block = Annotated[Paragraph | Table, Discriminator("kind")]


class Section(Frozen):
    """A heading of level 1 (capitals) to 4, and what stands under it."""

    id: str
    level: int
    heading: str
    blocks: tuple[Block, ...]


class Part(Frozen):
    """A part (phần) of the report."""

    label: str
    title: str
    sections: tuple[Section, ...]


class Header(Frozen):
    """The lines above the title."""

    superior: tuple[str, ...]
    issuer: tuple[str, ...]
    country: str
    motto: str
    number: str
    place_and_date: str


class Signature(Frozen):
    """The lines below the body; the signer's name is blank until the report is signed."""

    authority: str
    signer: str
    recipients: tuple[str, ...]
    name: str = ""


class Annex(Frozen):
    """An annex (phụ lục) of one table."""

    label: str
    title: str
    attachment: str
    table: Table


class FigureEntry(Frozen):
    """A figure of the report. `display` is its form in a table; `parts` are the keys it sums up."""

    indicator: str
    dimensions: Mapping[str, str]
    label: str
    value: int | Decimal | str | None
    absence: Absence | None
    display: str
    unit_of_measure: str
    kind: Kind
    period: Period
    parts: tuple[str, ...] = ()


class Verdict(StrEnum):
    """What came of a check; one with an absent figure is not checked."""

    HOLDS = "holds"
    BROKEN = "broken"
    NOT_CHECKED = "not_checked"


class CheckResult(Frozen):
    """A check with both sides; `difference` is left minus right."""

    id: str
    label: str
    relation: str
    left: Decimal | int | None
    right: Decimal | int | None
    difference: Decimal | int | None
    verdict: Verdict
    figures: tuple[str, ...]


class TermReport(Frozen):
    """One report of one unit, complete; or a letter (công văn).

    A letter has no title: its subject stands under its number, and it names its addressee.
    """

    outline: str
    about: ReportHeading
    header: Header
    title: str
    subject: str
    period: str
    introduction: tuple[Paragraph, ...]
    parts: tuple[Part, ...]
    closing: Paragraph
    signature: Signature
    annexes: tuple[Annex, ...]
    figures: Mapping[str, FigureEntry]
    checks: tuple[CheckResult, ...]
    addressee: str = ""
