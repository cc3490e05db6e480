"""What the body of a report is made of: paragraphs, tables and charts, each string as printed.

A report has thousands of these, so they are records: pydantic checks them when a report
is read, not when it is built.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Discriminator

from shared.record import record


@record(kw_only=True)
class TextSpan:
    """Words of the outline."""

    kind: Literal["text"] = "text"
    text: str


@record(kw_only=True)
class FigureSpan:
    """A printed figure; `figure` is its key in the report's figures."""

    kind: Literal["figure"] = "figure"
    text: str
    figure: str


type Span = Annotated[TextSpan | FigureSpan, Discriminator("kind")]


@record(kw_only=True)
class Paragraph:
    """A paragraph of the body."""

    kind: Literal["paragraph"] = "paragraph"
    spans: tuple[Span, ...]


@record(kw_only=True)
class HeadCell:
    """A cell of a table's heading, over `columns` columns and `rows` rows."""

    text: str
    columns: int = 1
    rows: int = 1


@record(kw_only=True)
class Row:
    """A row of a table; a total is printed bold, a heading is one cell over the whole width."""

    cells: tuple[Span, ...]
    total: bool = False
    heading: bool = False


@record(kw_only=True)
class Table:
    """A table. `widths` are shares of the width; `name_column`, from 1, names the rows."""

    kind: Literal["table"] = "table"
    caption: str
    scope: str
    widths: tuple[int, ...]
    name_column: int
    head: tuple[tuple[HeadCell, ...], ...]
    rows: tuple[Row, ...]
    note: str


@record(kw_only=True)
class Mark:
    """A word on an axis, `at` a share of its length."""

    text: str
    at: float


@record(kw_only=True)
class Series:
    """One line of a chart: for each label a value, or nothing, its print, its height (a share)."""

    name: str
    values: tuple[int | Decimal | None, ...]
    texts: tuple[str, ...]
    heights: tuple[float | None, ...]


@record(kw_only=True)
class Chart:
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


@record(kw_only=True)
class FigureList:
    """The place of the table of all figures, with its columns. It is made when it is printed.

    In a report as data its figures stand already, each with all that the table tells of it.
    """

    kind: Literal["figures"] = "figures"
    columns: tuple[str, ...]
    note: str


type Block = Annotated[Paragraph | Table | Chart | FigureList, Discriminator("kind")]
