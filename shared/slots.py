"""The sentences of an outline: text with slots, `{registry.births_registered?channel=online}`.

A slot of the form `{report.unit}` takes a word about the report itself, `{$school}` the words of a
variable of its block; the case of the name gives the case of the word (`{report.Unit}` starts a
sentence, `{report.UNIT}` stands in a heading). `{…|value}` takes a part of a figure, see PARTS.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from shared.record import record

REPORT_WORDS = frozenset(
    {"unit", "parent", "level", "name", "period", "start", "end", "start_month", "end_month"}
    | {"as_of", "as_of_year"}
)
PARTS: Mapping[str, str] = {
    "value": "the figure without its unit of measure",
    "number": "the figure as it stands in a table, without unit or leading zero",
    "day": "its last day: of a decision, of a target",
    "lower": "with its first letter small",
    "label": "its name in place of its value",
}
"""What a slot may take of a figure, after `|`."""

_BRACES = re.compile(r"\{([^{}]*)\}")
_FIGURE = re.compile(r"(\$?[a-z_]+\.[a-z_]+)(?:\?(.+))?")
_DIMENSION = re.compile(r"([a-z_]+)=([$\w.-]+)")
_VARIABLE = re.compile(r"\$[A-Za-z_]+")


@record()
class FigureSlot:
    """A place for a figure. `$name` in it is a variable, bound by the block that it stands in.

    `part` is what of the figure is wanted (PARTS), all of it where it is empty.
    """

    indicator: str
    dimensions: Mapping[str, str]
    part: str = ""

    def bind(self, variables: Mapping[str, str]) -> "FigureSlot":
        """Return the slot with its variables replaced."""
        return FigureSlot(
            _bound(self.indicator, variables),
            {name: _bound(value, variables) for name, value in self.dimensions.items()},
            self.part,
        )

    def narrowed(self, dimensions: Mapping[str, str]) -> "FigureSlot":
        """Return the slot narrowed by further dimensions, as a row narrows a column."""
        return FigureSlot(self.indicator, {**self.dimensions, **dimensions}, self.part)


@record()
class ReportSlot:
    """A place for a word about the report (its unit, its period), or, `$name`, for a variable."""

    name: str


type Piece = str | ReportSlot | FigureSlot


def _bound(text: str, variables: Mapping[str, str]) -> str:
    if "$" in text:
        for name, value in variables.items():
            text = text.replace(f"${name}", value)
    return text


def figure_slot(text: str) -> FigureSlot:
    """Read `indicator` or `indicator?dimension=value&…`. Raises ValueError where it is neither."""
    match = _FIGURE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not of the form indicator or indicator?dimension=value&…")
    dimensions = {}
    for pair in match[2].split("&") if match[2] else ():
        dimension = _DIMENSION.fullmatch(pair)
        if dimension is None:
            raise ValueError(f"{pair!r} in {text!r} is not of the form dimension=value")
        dimensions[dimension[1]] = dimension[2]
    return FigureSlot(match[1], dimensions)


def _slot(text: str) -> FigureSlot | ReportSlot:
    name = text.removeprefix("report.")
    # Some figures are about the report, too: report.years_in_office.
    if _VARIABLE.fullmatch(text) or (name != text and name.lower() in REPORT_WORDS):
        return ReportSlot(name)
    figure, bar, part = text.partition("|")
    if bar and part.strip() not in PARTS:
        raise ValueError(f"{part.strip()!r} in {text!r} is not one of {', '.join(PARTS)}")
    return replace(figure_slot(figure), part=part.strip())


def _pieces(text: str) -> Iterator[Piece]:
    end = 0
    for match in _BRACES.finditer(text):
        yield from _text(text[end : match.start()])
        yield _slot(match[1])
        end = match.end()
    yield from _text(text[end:])


def _text(text: str) -> Iterator[str]:
    if "{" in text or "}" in text:
        raise ValueError(f"a brace without its partner in {text!r}")
    if text:
        yield text


def sentence(text: Any) -> tuple[Piece, ...]:
    """Read a sentence with slots. Raises ValueError where it is none."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError("a sentence is a text that is not empty")
    return tuple(_pieces(text))


def _sum(text: Any) -> tuple[FigureSlot, ...]:
    if not isinstance(text, str):
        raise ValueError("a sum is a text: indicator + indicator + …")  # noqa: TRY004  for pydantic
    return tuple(figure_slot(term) for term in text.split("+"))


_TEXT = WithJsonSchema({"type": "string", "minLength": 1})

Sentence = Annotated[tuple[Piece, ...], PlainValidator(sentence), _TEXT]
Slot = Annotated[FigureSlot, PlainValidator(figure_slot), _TEXT]
"""A figure alone, without braces."""
Sum = Annotated[tuple[FigureSlot, ...], PlainValidator(_sum), _TEXT]
