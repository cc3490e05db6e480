"""Today's events break nothing of the last release, and the comparison finds each kind of break."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from shared.events import CATALOGUE
from shared.events.compatibility import breaks
from shared.events.schemas import broken, documents, released, schema_of, write

type Json = dict[str, Any]


def schema() -> Json:
    """Return the schema of an event with a list, an optional enum, numbers and a pattern."""
    return deepcopy(dict(schema_of(CATALOGUE["returns.return.corrected"])))


def figure(of: Json) -> Json:
    properties: Json = of["$defs"]["DeclaredFigure"]["properties"]
    return properties


BREAKS: dict[str, Callable[[Json], object]] = {
    "property removed": lambda new: figure(new).pop("absence"),
    "property renamed": lambda new: figure(new).update(reason=figure(new).pop("absence")),
    "type changed": lambda new: figure(new)["indicator"].update(type="integer"),
    "type narrowed": lambda new: figure(new)["amount"]["anyOf"].pop(),
    "type widened": lambda new: figure(new)["amount"]["anyOf"].append({"type": "string"}),
    "property now required": lambda new: new["required"].append("migrated"),
    "property no longer required": lambda new: new["required"].remove("subject"),
    "new required property": lambda new: (
        new["properties"].update(place={"type": "string"}),
        new["required"].append("place"),
    ),
    "enum value added": lambda new: new["$defs"]["Absence"]["enum"].append("suppressed"),
    "enum value removed": lambda new: new["$defs"]["Absence"]["enum"].pop(),
    "enum value changed": lambda new: new["$defs"]["Absence"].update(enum=["missing", "none"]),
    "pattern changed": lambda new: figure(new)["indicator"].update(pattern="^[a-z]+$"),
    "pattern added": lambda new: new["properties"]["source"].update(pattern="^/wardbook/"),
    "pattern removed": lambda new: figure(new)["indicator"].pop("pattern"),
    "minimum raised": lambda new: figure(new)["amount"]["anyOf"][0].update(minimum=0),
    "maximum lowered": lambda new: figure(new)["amount"]["anyOf"][0].update(maximum=10),
    "length shortened": lambda new: figure(new)["indicator"].update(maxLength=32),
    "length extended": lambda new: figure(new)["indicator"].update(maxLength=128),
    "format changed": lambda new: new["properties"]["time"].update(format="date"),
    "const changed": lambda new: new["properties"]["type"].update(const="other"),
    "default changed": lambda new: new["properties"]["migrated"].update(default=True),
    "fields closed": lambda new: new.update(additionalProperties=False),
    "list shorter": lambda new: new["$defs"]["Return"]["properties"]["figures"].update(maxItems=9),
}


ALLOWED: dict[str, Callable[[Json], object]] = {
    "nothing": lambda _: None,
    "optional property": lambda new: new["properties"].update(place={"type": "string"}),
    "optional property deep inside": lambda new: figure(new).update(
        note={"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    ),
    "optional property called as a keyword is": lambda new: figure(new).update(title={}),
    "other words": lambda new: new.update(title="Other", description="Other."),
    "other order": lambda new: (
        new["required"].reverse(),
        new["$defs"]["Absence"]["enum"].reverse(),
    ),
    "definition renamed": lambda new: (
        new["$defs"].update(Why=new["$defs"].pop("Absence")),
        figure(new)["absence"]["anyOf"][0].update({"$ref": "#/$defs/Why"}),
    ),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_break_is_found(change: Callable[[Json], object]) -> None:
    new = schema()
    change(new)

    assert breaks(schema(), new)


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_an_addition_is_no_break(change: Callable[[Json], object]) -> None:
    new = schema()
    change(new)

    assert breaks(schema(), new) == ()


def test_a_break_names_its_place_and_both_values() -> None:
    new = schema()
    figure(new)["indicator"]["maxLength"] = 32

    place = "/properties/data/properties/ward_return/properties/figures/items"
    assert breaks(schema(), new) == (f"{place}/properties/indicator/maxLength: 64 became 32",)


def test_an_optional_property_stays_once_it_is_released() -> None:
    """Adding is free, taking back is not."""
    with_place = schema()
    with_place["properties"]["place"] = {"type": "string"}

    assert breaks(with_place, schema()) == (
        "/properties/place: {'type': 'string'} became 'nothing'",
    )


def test_todays_events_break_nothing_of_the_last_release() -> None:
    assert broken(released()) == ()


def test_every_released_event_is_still_in_the_catalogue() -> None:
    assert released().keys() <= CATALOGUE.keys()


def test_an_event_that_is_gone_is_a_break() -> None:
    assert broken({"case.forgotten": {}}) == ("case.forgotten: removed",)


def test_a_release_stores_what_it_published(tmp_path: Path) -> None:
    write(tmp_path, release=True)

    assert {name: schema_of(kind) for name, kind in CATALOGUE.items()} == released(tmp_path)
    assert documents()["asyncapi.json"] == (tmp_path / "asyncapi.json").read_text("utf-8")


def test_a_release_that_breaks_the_last_one_is_not_made(tmp_path: Path) -> None:
    write(tmp_path, release=True)
    older = tmp_path / "released" / "case.resolved.json"
    longer = older.read_text("utf-8").replace('"maxLength": 128', '"maxLength": 256')
    older.write_text(longer, encoding="utf-8")

    with pytest.raises(SystemExit, match=r"case\.resolved/properties/dataschema/maxLength: 256"):
        write(tmp_path, release=True)
    assert older.read_text("utf-8") == longer
