"""The sentences of an outline: text with slots, `{registry.births_registered?channel=online}`.

A slot of the form `{report.unit}` takes a word about the report itself; the case of its name gives
the case of the word (`{report.Unit}` starts a sentence, `{report.UNIT}` stands in a heading).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Self

from pydantic import PlainValidator

REPORT_WORDS = frozenset(
    {"unit", "parent", "level", "period", "start", "end", "start_month", "end_month"}
    | {"as_of", "as_of_year", "year"}
)

_BRACES = re.compile(r"\{([^{}]*)\}")
_FIGURE = re.compile(r"(\$?[a-z_]+\.[a-z_]+)(?:\?(.+))?")
_DIMENSION = re.compile(r"([a-z_]+)=([$\w.-]+)")


@dataclass(frozen=True, slots=True)
class FigureSlot:
    """A place for a figure. `$name` in it is a variable, bound by the block that it stands in."""

    indicator: str
    dimensions: Mapping[str, str]

    def bind(self, variables: Mapping[str, str]) -> Self:
        """Return the slot with its variables replaced."""
        return replace(
            self,
            indicator=_bound(self.indicator, variables),
            dimensions={name: _bound(value, variables) for name, value in self.dimensions.items()},
        )

    def narrowed(self, dimensions: Mapping[str, str]) -> Self:
        """Return the slot narrowed by further dimensions, as a row narrows a column."""
        return replace(self, dimensions={**self.dimensions, **dimensions})


@dataclass(frozen=True, slots=True)
class ReportSlot:
    """A place for a word about the report: its unit, its period, its day."""

    name: str


type Word = str | ReportSlot
type Piece = Word | FigureSlot


def _bound(text: str, variables: Mapping[str, str]) -> str:
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
    if not text.startswith("report."):
        return figure_slot(text)
    name = text.removeprefix("report.")
    if name.lower() not in REPORT_WORDS:
        raise ValueError(f"{text!r} is not one of report.{', report.'.join(sorted(REPORT_WORDS))}")
    return ReportSlot(name)


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


def _sentence(text: Any) -> tuple[Piece, ...]:
    if not isinstance(text, str) or not text.strip():
        raise ValueError("a sentence is a text that is not empty")
    return tuple(_pieces(text))


def _words(text: Any) -> tuple[Word, ...]:
    words = list[Word]()
    for piece in _sentence(text):
        if isinstance(piece, FigureSlot):
            raise ValueError(f"the figure {piece.indicator} has no place here")  # noqa: TRY004
        words.append(piece)
    return tuple(words)


def _sum(text: Any) -> tuple[FigureSlot, ...]:
    if not isinstance(text, str):
        raise ValueError("a sum is a text: indicator + indicator + …")  # noqa: TRY004  for pydantic
    return tuple(figure_slot(term) for term in text.split("+"))


Words = Annotated[tuple[Word, ...], PlainValidator(_words)]
"""Words without figures: a heading, a caption, a line of the form."""
Sentence = Annotated[tuple[Piece, ...], PlainValidator(_sentence)]
Sum = Annotated[tuple[FigureSlot, ...], PlainValidator(_sum)]
