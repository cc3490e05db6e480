"""The names of figures within a report: `registry.births_registered?channel=online`.

A figure of other days than the report's own says which: `…@2021-12-15..2022-03-14`.
"""

from collections.abc import Mapping
from datetime import date
from urllib.parse import unquote

from services.reporting.figure import Period
from shared.slots import FigureSlot

# What parts a name may stand in a value, too: a school is called what it is called.
_SIGNS = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "%&@"})


def figure_key(indicator: str, dimensions: Mapping[str, str], span: Period | None = None) -> str:
    """Return the name of a figure; `span` are its days where they are not the report's own."""
    pairs = (f"{name}={value.translate(_SIGNS)}" for name, value in sorted(dimensions.items()))
    narrowing = "&".join(pairs)
    key = f"{indicator}?{narrowing}" if narrowing else indicator
    return key if span is None else f"{key}@{span.start}..{span.end}"


def read_key(key: str) -> tuple[FigureSlot, Period | None]:
    """Return what a name says. Raises ValueError where its days are none."""
    name, at, days = key.partition("@")
    indicator, _, narrowing = name.partition("?")
    pairs = (pair.partition("=") for pair in narrowing.split("&") if pair)
    slot = FigureSlot(indicator, {one: unquote(value) for one, _, value in pairs})
    if not at:
        return slot, None
    first, _, last = days.partition("..")
    span = Period(start=date.fromisoformat(first), end=date.fromisoformat(last))
    if span.end < span.start:
        raise ValueError(f"{days} run backwards")
    return slot, span
