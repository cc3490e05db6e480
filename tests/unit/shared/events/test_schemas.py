"""The published documents say what the code does: generated, valid, and true of stored events."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from shared.events import CATALOGUE, PUBLISHED
from shared.events.envelope import CONTENT_TYPE
from shared.events.schemas import DOCUMENTS, documents, released
from shared.topics import PARTITIONS, TOPICS, topic_of

GOLDEN = Path(__file__).parent / "golden"

# The package checks date and uuid itself, date-time only with one more package.
FORMATS = FormatChecker(["date", "uuid"])


@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def stored(path: str) -> Any:
    return json.loads((DOCUMENTS / path).read_text("utf-8"))


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(stored(f"schemas/{name}.json"), format_checker=FORMATS)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def pointed_at(reference: str) -> Any:
    """Follow a reference of the AsyncAPI document, into a file beside it or inside it."""
    path, _, pointer = reference.partition("#")
    found = stored(path or "asyncapi.json")
    for step in pointer.split("/")[1:]:
        found = found[step]
    return found


@pytest.mark.parametrize("path", documents())
def test_documents_are_those_of_the_code(path: str) -> None:
    held = DOCUMENTS / path
    current = held.read_text("utf-8") if held.exists() else ""

    assert documents()[path] == current, f"docs/events/{path} is out of date: run `make schemas`"


def test_no_schema_is_left_of_an_event_that_is_gone() -> None:
    assert set(CATALOGUE) == {path.stem for path in (DOCUMENTS / "schemas").iterdir()}


@pytest.mark.parametrize("name", CATALOGUE)
def test_schemas_are_valid(name: str) -> None:
    Draft202012Validator.check_schema(stored(f"schemas/{name}.json"))


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_stored_events_meet_their_schema(path: Path) -> None:
    event = json.loads(path.read_bytes())

    validator(event["type"]).validate(event)
    assert event["dataschema"] == stored(f"schemas/{event['type']}.json")["$id"]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "case.resolved"},
        {"specversion": None},
        {"subject": "case 12"},
        {"sequence": 1},
        {"time": "14/11/2023"},
        {"recordedtime": "2023-11-14T07:05:09"},
        {"data": {"case": {"unit": "10525"}}},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(change: dict[str, Any]) -> None:
    event = json.loads((GOLDEN / "case.received.v1.json").read_bytes())

    with pytest.raises(ValidationError):
        validator("case.received").validate(event | change)


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "subject", "data"])
def test_the_schema_wants_what_cloudevents_wants(name: str) -> None:
    event = json.loads((GOLDEN / "case.received.v1.json").read_bytes())
    del event[name]

    with pytest.raises(ValidationError, match=f"'{name}' is a required property"):
        validator("case.received").validate(event)


def test_the_asyncapi_document_has_the_structure_of_version_3() -> None:
    parsed = ApplicationSchema.model_validate(stored("asyncapi.json"))

    assert parsed.asyncapi == "3.0.0"
    assert parsed.components is not None
    assert set(CATALOGUE) == set(parsed.components.messages or ())


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    found = list(references(stored("asyncapi.json")))

    assert all(pointed_at(reference) for reference in found)
    assert {f"schemas/{name}.json" for name in CATALOGUE} <= set(found)


def test_each_topic_is_a_channel_with_the_events_of_its_service() -> None:
    channels = stored("asyncapi.json")["channels"]

    assert [topic.name for topic in TOPICS] == list(channels)
    for service, kinds in PUBLISHED.items():
        channel = channels[topic_of(service)]
        assert channel["address"] == topic_of(service)
        assert channel["bindings"]["kafka"]["partitions"] == PARTITIONS
        assert list(channel["messages"]) == [kind.model_fields["type"].default for kind in kinds]


def test_departments_send_and_reporting_receives_every_event() -> None:
    document = stored("asyncapi.json")
    for service in PUBLISHED:
        channel = document["channels"][topic_of(service)]
        for action in ("send", "receive"):
            operation = document["operations"][f"{service}.{action}"]
            assert operation["action"] == action
            assert len(channel["messages"]) == len(operation["messages"])


@pytest.mark.parametrize("name", CATALOGUE)
def test_each_message_has_words_and_an_example_that_meets_its_schema(name: str) -> None:
    message = stored("asyncapi.json")["components"]["messages"][name]
    example = message["examples"][0]

    assert message["summary"] == CATALOGUE[name].__doc__
    assert message["contentType"] == example["headers"]["content-type"] == CONTENT_TYPE
    Draft202012Validator(message["headers"]).validate(example["headers"])
    validator(name).validate(example["payload"])


def test_the_last_release_is_stored() -> None:
    assert released()
