"""What in today's JSON Schema of an event would break a reader or a writer of yesterday's.

Events are kept for ever and departments upgrade on different days, so both directions count: today
reads what yesterday wrote, and yesterday's readers read what today writes. A narrower rule breaks
the first and a wider one the second; so does one more value of an enum, for yesterday's reader
refuses the event that carries it. A new optional property is left, and words that bind nobody.
"""

from collections.abc import Iterator, Mapping
from typing import Any

type Schema = Mapping[str, Any]

WORDS = {"$defs", "$id", "$schema", "title", "description", "examples"}
"""Keywords that may change freely. Not `default`: it says what the absence of a property means."""

ABSENT = "nothing"


def breaks(released: Schema, current: Schema) -> tuple[str, ...]:
    """Return what `current` breaks of `released`, each with its place in the schema."""
    return tuple(_breaks(_plain(released, released), _plain(current, current), ""))


def _breaks(old: Any, new: Any, place: str) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            if key in old or not place.endswith("/properties"):
                yield from _breaks(old.get(key, ABSENT), new.get(key, ABSENT), f"{place}/{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _breaks(before, after, f"{place}/{number}")
    elif old != new:
        yield f"{place}: {old!r} became {new!r}"


def _plain(part: Schema, whole: Schema) -> Schema:
    """Return a schema with its references put in, its words left out, and its sets in order."""
    plain: dict[str, Any] = {}
    for keyword, value in part.items():
        match keyword:
            case "$ref":
                plain |= _plain(whole["$defs"][value.removeprefix("#/$defs/")], whole)
            case "properties":
                plain[keyword] = {name: _plain(schema, whole) for name, schema in value.items()}
            case "items":
                plain[keyword] = _plain(value, whole)
            case "anyOf" | "allOf" | "oneOf":
                plain[keyword] = [_plain(schema, whole) for schema in value]
            case "required" | "enum":
                plain[keyword] = sorted(value)
            case _ if keyword not in WORDS:
                plain[keyword] = value
    return plain
