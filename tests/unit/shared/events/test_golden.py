"""Stored events are read for ever: every golden file ever added, with today's readers.

A file is `<type>.v<number>.json`. `python -m tests.unit.shared.events.test_golden` adds the next
where the example of a type no longer has the bytes of its newest. It changes none.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.events import CATALOGUE
from shared.events.envelope import encode, event_id
from shared.events.examples import EXAMPLES, SUBJECT
from shared.events.reader import read_event

GOLDEN = Path(__file__).parent / "golden"
MANIFEST = GOLDEN / "SHA256SUMS"


def type_of(path: Path) -> str:
    return path.stem.rpartition(".v")[0]


def files(name: str | None = None) -> list[Path]:
    """Return the golden files of a type, or all, the oldest of each type first."""
    found = [path for path in GOLDEN.glob("*.json") if name in {None, type_of(path)}]
    return sorted(found, key=lambda path: (type_of(path), int(path.stem.rpartition(".v")[2])))


def newest(name: str) -> bytes | None:
    stored = files(name)
    return stored[-1].read_bytes() if stored else None


def digest(path: Path) -> str:
    return f"{sha256(path.read_bytes()).hexdigest()}  {path.name}"


def names_in(value: Any) -> Iterator[str]:
    """Return the name of every property in a JSON value, at any depth but in open maps."""
    if isinstance(value, dict):
        yield from value
        value = [part for name, part in value.items() if name not in {"dimensions", "values"}]
    for part in value:
        if isinstance(part, dict | list):
            yield from names_in(part)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_todays_reader_reads_every_stored_event(path: Path) -> None:
    event = read_event(path.read_bytes())

    assert type_of(path) == event.type
    assert CATALOGUE[event.type] is type(event)


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_event_is_written_again_with_the_same_bytes(name: str) -> None:
    stored = newest(name)

    assert stored is not None, f"{name} has no golden file: add it (see the top of this module)"
    assert stored == encode(read_event(stored))


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_newest_stored_event_is_the_published_example(name: str) -> None:
    assert newest(name) == encode(EXAMPLES[name]), "add a golden file (see the top of this module)"


def test_stored_events_never_change() -> None:
    """The manifest is written when a file is added; `sha256sum -c` reads it too."""
    assert MANIFEST.read_text("utf-8").splitlines() == [digest(path) for path in files()]


def test_stored_events_use_every_field() -> None:
    """A field that no stored event holds could change unseen."""
    schemas = [kind.model_json_schema() for kind in CATALOGUE.values()]
    declared = {
        name
        for schema in schemas
        for part in (schema, *schema["$defs"].values())
        for name in part.get("properties", ())
    }

    assert declared == {
        name for path in files() for name in names_in(json.loads(path.read_bytes()))
    }


def test_fields_that_a_reader_does_not_know_are_ignored() -> None:
    for name in CATALOGUE:
        stored = json.loads(newest(name) or b"")
        subject = next(iter(stored["data"]))  # case, visit, schedule or ward_return
        stored["data"][subject]["later"] = "x"
        stored["data"]["later"] = {"a": [1]}
        stored["traceparent"] = "00-1"

        assert encode(EXAMPLES[name]) == encode(read_event(json.dumps(stored).encode()))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"type": "registry.adoption.registered"}, "does not match any of the expected tags"),
        ({"type": None}, "does not match any of the expected tags"),
        ({"specversion": "0.3"}, "specversion"),
        ({"sequence": "two"}, "sequence"),
        ({"sequence": "00000000"}, "sequence"),
        ({"id": event_id(SUBJECT, 9)}, "id must be <subject>.<sequence>"),
        ({"subject": "case 12"}, "subject"),
        ({"time": "2023-11-14T00:00:00"}, "timezone"),
        ({"data": {}}, "data.case"),
        ({"data": None}, "data"),
    ],
)
def test_what_is_no_event_is_refused_and_the_refusal_names_the_place(
    change: dict[str, Any], says: str
) -> None:
    stored = json.loads(newest("case.received") or b"")

    with pytest.raises(ValidationError, match=says):
        read_event(json.dumps(stored | change).encode())


@pytest.mark.parametrize("garbage", [b"", b"\x00\xff", b"[]", b"null", b"{}", b'{"type": ', b"12"])
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(ValidationError):
        read_event(garbage)


def store() -> None:
    """Add the example of each type whose newest file differs from it, and note its digest."""
    for name, example in EXAMPLES.items():
        if newest(name) != encode(example):
            path = GOLDEN / f"{name}.v{len(files(name)) + 1}.json"
            path.write_bytes(encode(example))
    noted = MANIFEST.read_text("utf-8").splitlines() if MANIFEST.exists() else []
    names = {line.split()[1] for line in noted}
    added = [digest(path) for path in files() if path.name not in names]
    lines = sorted([*noted, *added], key=lambda line: files().index(GOLDEN / line.split()[1]))
    MANIFEST.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    store()
