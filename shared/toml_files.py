"""Data files: read as TOML, validated whole; what is wrong is told with file, line and place."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

type Location = Sequence[int | str]
"""The way to a value from the top of a file: names of tables and keys, places in arrays."""

_LONG_TEXT = re.compile(r'"""(?s:.*?)"""|' + r"'''(?s:.*?)'''")
_HEADER = re.compile(r"\s*\[(\[)?\s*([\w.\"' -]+?)\s*\]?\]")
_KEY = re.compile(r"""\s*([\w-]+|"[^"]*"|'[^']*')\s*=""")
_FAULTY_LINE = re.compile(r"at line (\d+)")


class BadFile(ValueError):
    """A data file cannot be used; the message has a line for each fault: file, line, what it is."""


@dataclass(frozen=True, slots=True)
class TomlFile[Model: BaseModel]:
    """A file that was read: what it holds, and where in it."""

    name: str
    text: str
    content: Model

    def at(self, *location: int | str) -> str:
        """Say where something stands, as `forms.toml:12: form education, lines 3`."""
        return _at(self.name, self.text, tomllib.loads(self.text), location)


def read[Model: BaseModel](path: Path, model: type[Model]) -> TomlFile[Model]:
    """Read a file that has to hold a `model`. Raises BadFile with everything that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # the mark that some editors put first
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadFile(f"{path.name}:{line}: not in UTF-8: save the file as UTF-8") from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _FAULTY_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise BadFile(f"{path.name}:{line}: not TOML: {error}") from error
    try:
        return TomlFile(path.name, text, model.model_validate(raw))
    except ValidationError as error:
        faults = error.errors(include_url=False)
        told = (f"{_at(path.name, text, raw, one['loc'])}: {one['msg']}" for one in faults)
        raise BadFile("\n".join(told)) from error


def _at(name: str, text: str, raw: Any, location: Location) -> str:
    way, words, value, passed = list[int | str](), list[str](), raw, list[Any]()
    for step in location:
        if isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
            way.append(step)
            passed.append(value)
            named = value if isinstance(value, Mapping) else {}
            words[-1] += f" {named.get('id') or named.get('code') or step + 1}"
            continue
        words.append(str(step))
        if isinstance(value, Mapping) and step in value:
            value = value[step]
            way.append(step)
            passed.append(value)
        # Else a key that is missing, or which of a union pydantic tried: it has no line.
    return f"{name}:{_line(text, way, passed)}: {', '.join(words) or 'the file'}"


def _line(text: str, way: Location, passed: Sequence[Any]) -> int:
    """Return the line of the innermost table or key on the way that begins a line.

    From there on, the line of the first text of what was `passed` last, which is how elements of
    arrays are found.
    """
    places: dict[tuple[int | str, ...], int] = {}
    for place, number in _places(text):
        for length in range(1, len(place) + 1):  # a table may stand in one that has no header
            places.setdefault(place[:length], number)
    known = next((n for n in range(len(way), 0, -1) if tuple(way[:n]) in places), 0)
    start = places.get(tuple(way[:known]), 1)
    sought = next((text for value in reversed(passed[known:]) for text in _texts(value)), None)
    if sought:
        lines = text.splitlines()[start - 1 :]
        return next((n for n, line in enumerate(lines, start) if sought in line), start)
    return start


def _places(text: str) -> Iterator[tuple[tuple[int | str, ...], int]]:
    """Yield the way to each table and to each key that begins a line, with the line's number."""
    masked = _LONG_TEXT.sub(lambda found: "\n" * found[0].count("\n"), text)
    table: tuple[int | str, ...] = ()
    counts: dict[tuple[int | str, ...], int] = {}
    for number, line in enumerate(masked.splitlines(), 1):
        if header := _HEADER.match(line):
            names = [name.strip(" \"'") for name in header[2].split(".")]
            table = ()
            for last, name in enumerate(names, 1 - len(names)):
                table = (*table, name)
                if header[1] and last == 0:
                    counts[table] = counts.get(table, -1) + 1
                if table in counts:
                    table = (*table, counts[table])
            yield table, number
        elif key := _KEY.match(line):
            yield (*table, key[1].strip("\"'")), number


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip().split("\n")[0]
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(one)
