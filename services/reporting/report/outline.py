"""The report as data: sections, sentences with slots, tables and checks, read from a TOML file.

What can be wrong in the file is found when it is loaded; errors name the file and the place.
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, ValidationError, model_validator

from shared.frozen import Closed
from shared.slots import FigureSlot, ReportSlot, Sentence, Sum, Words

TERM = Path(__file__).with_name("outlines") / "term.toml"
"""The outline of a ward's term report."""


class OutlineError(Exception):
    """An outline cannot be used; the message names the file, the place and the fault."""


class Form(Closed):
    """What Nghị định 30/2020/NĐ-CP puts around a report."""

    country: str
    motto: str
    superior: tuple[Words, ...]
    issuer: tuple[Words, ...]
    number: str
    place_and_date: Words
    title: str
    subject: Words
    authority: str
    signer: str
    recipients: tuple[Words, ...]


class ParagraphOutline(Closed):
    """A paragraph; with `each_year` it is repeated for every year of that indicator's returns.

    `$year` in a slot is the year, `{report.year}` its words; `no_years` is for when there is none.
    """

    text: Sentence
    each_year: str | None = None
    no_years: Sentence | None = None

    @model_validator(mode="after")
    def _year_needs_years(self) -> Self:
        if self.each_year is None and any(map(_names_a_year, self.text)):
            raise ValueError("$year and {report.year} need each_year")
        if (self.each_year is None) != (self.no_years is None):
            raise ValueError("each_year and no_years go together")
        return self


def _names_a_year(piece: object) -> bool:
    if isinstance(piece, ReportSlot):
        return piece.name.lower() == "year"
    return isinstance(piece, FigureSlot) and "$year" in piece.dimensions.values()


class Row(Closed):
    """A row of a table: its cells are the columns narrowed by its dimensions."""

    label: str
    dimensions: Mapping[str, str] = Field(default_factory=dict)
    total: bool = False


class TableOutline(Closed):
    """A table of one of the layouts; `service` is put in for `$service` in the layout's figures."""

    table: str
    service: str
    caption: Words
    rows: tuple[Row, ...] = Field(min_length=1)


class Column(Closed):
    """A column of a layout; neighbours with the same `group` stand under one heading."""

    label: str
    figure: Sum
    group: str | None = None
    width: int = 11

    @model_validator(mode="after")
    def _sum_is_of_one_kind(self) -> Self:
        if any(slot.dimensions != self.figure[0].dimensions for slot in self.figure):
            raise ValueError("the figures of a column are narrowed alike, so that a row sums them")
        return self


class Layout(Closed):
    """The columns of a statutory table, shared by the tables that follow it."""

    row_heading: str
    row_width: int
    scope: Words
    note: Words
    columns: tuple[Column, ...] = Field(min_length=1)


def _block(value: Any) -> str:
    return "table" if isinstance(value, Mapping) and "table" in value else "paragraph"


BlockOutline = Annotated[
    Annotated[ParagraphOutline, Tag("paragraph")] | Annotated[TableOutline, Tag("table")],
    Discriminator(_block),
]


class SectionOutline(Closed):
    """A heading with what stands under it. Numbers are written, not counted, so gaps stay right."""

    id: str
    level: Literal[1, 2, 3, 4]
    heading: Words
    blocks: tuple[BlockOutline, ...] = ()


class PartOutline(Closed):
    """A part (phần) of the report."""

    label: str
    title: Words
    sections: tuple[SectionOutline, ...]


class CheckOutline(Closed):
    """A relation that must hold between two sums of figures."""

    id: str
    label: str
    left: Sum
    relation: Literal["=", "≤"] = "="
    right: Sum


class AnnexOutline(Closed):
    """An annex; its rows come from the figures or checks, its words from here."""

    label: str
    title: str
    attachment: Words
    columns: tuple[str, ...]
    note: str


class Outline(Closed):
    """A whole report as data."""

    id: str
    form: Form
    period: Words
    introduction: tuple[Sentence, ...]
    parts: tuple[PartOutline, ...]
    closing: Sentence
    layouts: dict[str, Layout]
    checks: tuple[CheckOutline, ...]
    checks_annex: AnnexOutline
    figures_annex: AnnexOutline
    text_words: dict[str, str]
    dimension_words: dict[str, str]

    @model_validator(mode="after")
    def _names_are_known_and_single(self) -> Self:
        sections = [section for part in self.parts for section in part.sections]
        _once("section", [section.id for section in sections])
        _once("check", [check.id for check in self.checks])
        for section in sections:
            for block in section.blocks:
                if isinstance(block, TableOutline) and block.table not in self.layouts:
                    raise ValueError(f"section {section.id}: there is no layout {block.table!r}")
        return self


def _once(what: str, ids: Iterable[str]) -> None:
    seen = set[str]()
    for name in ids:
        if name in seen:
            raise ValueError(f"{what} {name} stands twice")
        seen.add(name)


def load_outline(path: Path) -> Outline:
    """Read and validate an outline; raises OutlineError naming the file and the place."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return Outline.model_validate(raw)
    except tomllib.TOMLDecodeError as error:
        raise OutlineError(f"{path.name}: not TOML: {error}") from error
    except ValidationError as error:
        faults = (f"{path.name}: {_place(raw, e['loc'])}: {e['msg']}" for e in error.errors())
        raise OutlineError("\n".join(faults)) from error


def _place(raw: Any, location: tuple[int | str, ...]) -> str:
    """Return where a fault is in the writer's words: `part Phần I, section II.8, block 2, text`."""
    words = list[str]()
    for step in location:
        if isinstance(step, int) and isinstance(raw, list) and step < len(raw):
            raw = raw[step]
            named = raw if isinstance(raw, dict) else {}
            words[-1] = f"{words[-1].removesuffix('s')} {named.get('id') or step + 1}"
        else:
            raw = raw.get(step) if isinstance(raw, dict) and step in raw else raw
            words.append(str(step))
    return ", ".join(words) or "outline"
