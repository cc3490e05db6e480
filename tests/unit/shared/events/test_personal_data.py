"""No event, schema or topic can hold personal data: it stays in the department (promise 8)."""

import json
from enum import StrEnum
from typing import Annotated, Any

import pytest
from pydantic import Field

from shared.events import CATALOGUE
from shared.events.cases import CaseData, CaseReceived
from shared.events.schemas import DOCUMENTS, schema_of
from tests.support.personal_data import FIELDS, TEXTS, complaints


def stored(path: str) -> Any:
    return json.loads((DOCUMENTS / path).read_text("utf-8"))


@pytest.mark.parametrize("name", CATALOGUE)
def test_no_field_of_an_event_can_hold_personal_data(name: str) -> None:
    assert complaints(schema_of(CATALOGUE[name])) == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_neither_can_one_of_its_published_schema(name: str) -> None:
    assert complaints(stored(f"schemas/{name}.json")) == []


def test_nothing_is_published_on_a_topic_but_these_events() -> None:
    """Every message is one of the schemas above; its key is an id, its headers are constants."""
    document = stored("asyncapi.json")
    messages = document["components"]["messages"]
    on_topics = [
        message["$ref"]
        for channel in document["channels"].values()
        for message in channel["messages"].values()
    ]

    assert {f"#/components/messages/{name}" for name in CATALOGUE} == set(on_topics)
    for name, message in messages.items():
        assert message["payload"] == {"$ref": f"schemas/{name}.json"}
        assert message["bindings"]["kafka"]["key"] == {"type": "string", "format": "uuid"}
        assert all(list(told) == ["const"] for told in message["headers"]["properties"].values())


def test_nothing_is_listed_that_no_event_has() -> None:
    """A name that waits in the list would let a later field in."""
    schemas = [schema_of(kind) for kind in CATALOGUE.values()]
    parts = [part for schema in schemas for part in (schema, *schema["$defs"].values())]

    assert FIELDS.keys() | TEXTS.keys() == {
        name for part in parts for name in part.get("properties", ())
    }


class Sex(StrEnum):
    """What one may be tempted to add to the case of a birth."""

    FEMALE = "female"
    MALE = "male"


@pytest.mark.parametrize(
    ("field", "why"),
    [
        (str, "/data/applicant: a free text that is not listed with its reason"),
        (str | None, "/data/applicant: a free text that is not listed with its reason"),
        (list[str], "/data/applicant: a free text that is not listed with its reason"),
        (dict[str, str], "/data/applicant: a free text that is not listed with its reason"),
        (
            Annotated[str, Field(pattern="^.*$")],
            "/data/applicant: a free text that is not listed with its reason",
        ),
        (Any, "/data/applicant: a free text that is not listed with its reason"),
        (int, "/data/applicant: a field that is not listed, a number"),
        (Sex, "/data/applicant: a field that is not listed, a code"),
    ],
)
def test_a_field_for_the_applicant_is_found(field: Any, why: str) -> None:
    class WithApplicant(CaseData):
        """A payload that says who applied."""

        applicant: field

    class Named(CaseReceived):
        """An event that says who applied."""

        data: WithApplicant

    assert complaints(schema_of(Named)) == [why]


def test_a_listed_name_of_another_kind_is_found() -> None:
    class WithName(CaseData):
        """A payload that hides a name in a field that is one of another kind elsewhere."""

        indicator: str

    class Named(CaseReceived):
        """An event with that payload."""

        data: WithName

    assert complaints(schema_of(Named)) == [
        "/data/indicator: a free text that is not listed with its reason"
    ]
