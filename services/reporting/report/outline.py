"""The report as data: sections, sentences with slots, tables, checks and charts, from a TOML file.

Here is what an outline may hold. What its figures and layouts have to be is in validate.py.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from shared.frozen import Closed
from shared.slots import Sentence, Slot, Sum

OUTLINES = Path(__file__).with_name("outlines")


class FormOutline(Closed):
    """What Nghị định 30/2020/NĐ-CP puts around a report."""

    country: str
    motto: str
    superior: tuple[Sentence, ...]
    issuer: tuple[Sentence, ...]
    number: Sentence
    place_and_date: Sentence
    title: str
    subject: Sentence
    addressee: Sentence | None = None  # of a report to a superior body: Kính gửi
    authority: str
    signer: str
    recipients: tuple[Sentence, ...]


class SeveralOutline(Closed):
    """What stands in a report of what is above units instead: it adds up theirs, and is not one.

    Authored text is of a unit, and stands in none of it.
    """

    subject: Sentence
    introduction: Sentence
    closing: Sentence


class TextOutline(Closed):
    """A paragraph; `missing` stands in its place when a figure of it is not reported at all."""

    text: Sentence
    missing: Sentence | None = None


class EachOutline(Closed):
    """A sentence for each value of a dimension, or year, for which an indicator has a figure.

    `by = "school"` makes `$school` the value: `{$school}` its words, `?school=$school` a narrowing.
    Each is a paragraph, or, with a `lead`, part of one: the lead, then all with "; " between them.
    `none` stands there when there is no value. `year_before` puts the year before the period first,
    for comparison, if something was told of it.
    """

    each: Slot
    by: str
    text: Sentence
    none: Sentence
    lead: Sentence | None = None
    year_before: bool = False

    @model_validator(mode="after")
    def _before_years(self) -> Self:
        if self.year_before and self.by != "year":
            raise ValueError("year_before is said of what stands by year")
        return self


class ProseOutline(Closed):
    """Authored text: an indicator whose text a person writes, a paragraph a line."""

    prose: Slot


class RowOutline(Closed):
    """A row of a table, or with `each` a row for each value of the dimension `by`.

    Its cells are the columns' figures narrowed by `dimensions`, or its own `figure` in the columns'
    spans. A `heading` is a row of one cell.
    """

    heading: Sentence | None = None
    label: Sentence | None = None
    figure: Slot | None = None
    dimensions: Mapping[str, str] = Field(default_factory=dict)
    each: Slot | None = None
    by: str | None = None
    total: bool = False

    @model_validator(mode="after")
    def _says_what_it_is(self) -> Self:
        if self.heading is None and self.label is None and self.figure is None:
            raise ValueError("a row has a heading, a label or a figure")
        if (self.each is None) != (self.by is None):
            raise ValueError("each and by go together")
        return self


class TableOutline(Closed):
    """A table of one of the layouts; `service` is put in for `$service` in the layout's figures."""

    table: str
    service: str = ""
    caption: Sentence
    rows: tuple[RowOutline, ...] = Field(min_length=1)


class ColumnOutline(Closed):
    """A column of a layout; neighbours with the same `group` stand under one heading.

    It says its own figure, or the row's: of the report's period, of the same days a year before, of
    the year so far, the first in percent of the second, or the unit of measure.
    """

    label: str
    figure: Sum | None = None
    say: Literal["period", "year_before", "year_to_date", "share", "unit"] = "period"
    group: str | None = None
    width: int = 11

    @model_validator(mode="after")
    def _sum_is_of_one_kind(self) -> Self:
        if self.figure and any(s.dimensions != self.figure[0].dimensions for s in self.figure):
            raise ValueError("the figures of a column are narrowed alike, so that a row sums them")
        return self


class Layout(Closed):
    """The columns of a table, shared by the tables that follow it."""

    row_heading: str
    row_width: int
    scope: Sentence | None = None
    note: Sentence | None = None
    numbered: bool = False  # a line of (1), (2), … under the heads, which the note cites
    columns: tuple[ColumnOutline, ...] = Field(min_length=1)


def _block(value: Any) -> str:
    keys = value if isinstance(value, Mapping) else ()
    return next((key for key in ("table", "prose", "each") if key in keys), "text")


def _spelt_out(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


BlockOutline = Annotated[
    Annotated[TextOutline, Tag("text")]
    | Annotated[EachOutline, Tag("each")]
    | Annotated[ProseOutline, Tag("prose")]
    | Annotated[TableOutline, Tag("table")],
    Discriminator(_block),
    BeforeValidator(
        _spelt_out,
        json_schema_input_type=str | TextOutline | EachOutline | ProseOutline | TableOutline,
    ),
]
"""A block of a section; a text alone is a paragraph of it."""


class SectionOutline(Closed):
    """A heading with what stands under it. Numbers are written, not counted, so gaps stay right."""

    id: str
    level: Literal[1, 2, 3, 4]
    heading: Sentence
    blocks: tuple[BlockOutline, ...] = ()


class PartOutline(Closed):
    """A part (phần) of the report."""

    label: str
    title: Sentence
    blocks: tuple[BlockOutline, ...] = ()
    sections: tuple[SectionOutline, ...] = ()


class ChartOutline(Closed):
    """The course of some figures, which are of one unit of measure, by month or by year."""

    title: str
    step: Literal["month", "year"]
    lines: tuple[Slot, ...] = Field(min_length=1, max_length=5)


class AnnexOutline(Closed):
    """An annex; its rows come from checks, figures, charts or returns, its words from here."""

    kind: Literal["checks", "figures", "charts", "returns"]
    title: str
    attachment: Sentence
    columns: tuple[str, ...] = ()
    note: str = ""


class Public(Closed):
    """What is for the public leaves out counts from 1 to `below` - 1 of sensitive indicators."""

    below: int = Field(default=5, ge=2)


class Outline(Closed):
    """A whole report as data."""

    id: str
    public: Public = Public()
    form: FormOutline
    several: SeveralOutline
    period: Sentence
    introduction: tuple[BlockOutline, ...]
    parts: tuple[PartOutline, ...]
    closing: Sentence
    checks: tuple[str, ...]  # groups of shared/checks.toml
    charts: tuple[ChartOutline, ...] = ()
    annexes: tuple[AnnexOutline, ...]

    @model_validator(mode="after")
    def _prints_its_checks(self) -> Self:
        """Without the annex of checks a waiver would be printed nowhere."""
        if [annex.kind for annex in self.annexes].count("checks") != 1:
            raise ValueError("an outline has one annex of checks, where waivers are printed too")
        return self


class Layouts(Closed):
    """A file of layouts, for all outlines."""

    layouts: Mapping[str, Layout]
