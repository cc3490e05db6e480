"""Data files: what is wrong with one is told with the line on which it stands."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import Field

from shared.frozen import Closed
from shared.toml_files import BadFile, read


class Cell(Closed):
    """A cell of a made-up row."""

    words: str
    width: int = Field(default=1, ge=1)


class Row(Closed):
    """A made-up row."""

    id: str
    label: str
    cells: tuple[Cell, ...] = ()
    names: tuple[str, ...] = ()
    words: Mapping[str, int] = Field(default_factory=dict)
    part: tuple[Cell, ...] = ()


class Rows(Closed):
    """A made-up file."""

    title: str
    rows: tuple[Row, ...] = Field(alias="row")


GOOD = '''title = """
A title of two lines
row = "and no key"
"""

# id = "in a comment"
[[row]]
id = "first"
label = "One"
cells = [
    { words = "a" },
    { words = "b", width = 2 },
]
names = ["x", "y"]

[[row]]
id = "second"
label = "Two"

[row.words]
one = 1
two = 2

[[row.part]]
words = "p"

[[row.part]]
words = "q"
width = 3
'''


def _read(folder: Path, text: str) -> Rows:
    path = folder / "some.toml"
    path.write_text(text, encoding="utf-8")
    return read(path, Rows).content


def test_a_good_file_is_what_it_holds(tmp_path: Path) -> None:
    rows = _read(tmp_path, GOOD).rows

    assert [row.id for row in rows] == ["first", "second"]
    assert rows[1].part == (Cell(words="p"), Cell(words="q", width=3))


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ('label = "One"', "label = 1", "some.toml:9: row first, label: Input should be a valid"),
        ('label = "Two"\n', "", "some.toml:16: row second, label: Field required"),
        ("width = 2", "width = 0", "some.toml:12: row first, cells 2, width: Input should be gr"),
        ('"y"]', "3]", "some.toml:14: row first, names 2: Input should be a valid string"),
        ("two = 2", 'two = "b"', "some.toml:22: row second, words, two: Input should be a valid"),
        ("width = 3", "width = -3", "some.toml:29: row second, part 2, width: Input should be"),
        ('words = "q"', 'sword = "q"', "some.toml:28: row second, part 2, sword: Extra inputs"),
        ('id = "second"', 'id = "second', "some.toml:17: not TOML: "),
        ("[row.words]", "[row.words", "some.toml:20: not TOML: "),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, good: str, bad: str, told: str) -> None:
    assert GOOD.count(good) == 1
    with pytest.raises(BadFile) as fault:
        _read(tmp_path, GOOD.replace(good, bad))
    assert told in str(fault.value)


def test_a_file_that_an_editor_saved_otherwise_is_told_so(tmp_path: Path) -> None:
    """A mark of UTF-8 at its beginning is no fault, another encoding is."""
    path = tmp_path / "some.toml"
    path.write_text(GOOD, encoding="utf-8-sig")
    assert read(path, Rows).content.rows[0].id == "first"

    path.write_bytes(GOOD.replace("two lines", "hai dòng").encode("cp1252"))
    with pytest.raises(BadFile, match=r"^some\.toml:2: not in UTF-8"):
        read(path, Rows)


def test_every_fault_is_told(tmp_path: Path) -> None:
    text = GOOD.replace('label = "One"', "label = 1").replace("two = 2", "two = []")
    with pytest.raises(BadFile) as fault:
        _read(tmp_path, text)
    assert [line.split(": ")[0] for line in str(fault.value).splitlines()] == [
        "some.toml:9",
        "some.toml:22",
    ]


def test_a_file_says_where_something_of_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "some.toml"
    path.write_text(GOOD, encoding="utf-8")
    found = read(path, Rows)

    assert found.at("row", 1) == "some.toml:16: row second"
    assert found.at("row", 0, "cells", 1) == "some.toml:12: row first, cells 2"
    assert found.at() == "some.toml:1: the file"
