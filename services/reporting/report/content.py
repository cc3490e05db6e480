"""What the body of a report is made of: paragraphs, tables and charts, each string as printed."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Discriminator

from shared.frozen import Frozen


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
    """A row of a table; a total is printed bold, a heading is one cell over the whole width."""

    cells: tuple[Span, ...]
    total: bool = False
    heading: bool = False


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


class Mark(Frozen):
    """A word on an axis, `at` a share of its length."""

    text: str
    at: float


class Series(Frozen):
    """One line of a chart: a value for each label, or nothing, and its share of the height."""

    name: str
    values: tuple[int | Decimal | None, ...]
    heights: tuple[float | None, ...]


class Chart(Frozen):
    """The course of some figures over the months or years of the period, oldest first.

    A value stands in the middle of its label's share of the width.
    """

    kind: Literal["chart"] = "chart"
    title: str
    unit_of_measure: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    across: tuple[Mark, ...]
    upwards: tuple[Mark, ...]


type Block = Annotated[Paragraph | Table | Chart, Discriminator("kind")]
