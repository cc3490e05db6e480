"""Writes what others read of the events: a JSON Schema of each, and one AsyncAPI document.

`python -m shared.events.schemas` writes docs/events; with `--release` it also stores the schemas as
those of the last release, which later ones must not break (shared.events.compatibility).
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from shared.events import CATALOGUE, PUBLISHED
from shared.events.compatibility import Schema, breaks
from shared.events.envelope import CONTENT_TYPE, Event, encode, headers
from shared.events.examples import EXAMPLES
from shared.topics import TOPICS, topic_of

DOCUMENTS = Path(__file__).parents[2] / "docs" / "events"


class _WithoutFieldTitles(GenerateJsonSchema):
    """Leaves out titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def schema_of(kind: type[Event]) -> Schema:
    """Return the JSON Schema (2020-12) of an event; its `$id` is the event's dataschema."""
    schema = kind.model_json_schema(mode="serialization", schema_generator=_WithoutFieldTitles)
    name = schema["properties"]["type"]["const"]
    # The model fills these two in when it writes; CloudEvents wants them in every event.
    required = ["specversion", "type", *schema.pop("required")]
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:wardbook:event:{name}",
        **schema,
        "required": required,
    }


def asyncapi() -> Mapping[str, Any]:
    """Return the AsyncAPI 3.0 document: topics, who sends on them and who receives, and what."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Wardbook events",
            "version": "1",  # for good: events only gain, what would break is a new type
            "description": "What the departments of a ward publish, as CloudEvents 1.0.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic.name: _channel(topic.name, topic.partitions) for topic in TOPICS},
        "operations": {
            f"{service}.{action}": _operation(action, service, party)
            for service in PUBLISHED
            for action, party in (("send", service), ("receive", "reporting"))
        },
        "components": {"messages": {name: _message(name) for name in CATALOGUE}},
    }


def _names(service: str) -> list[str]:
    return [kind.model_fields["type"].default for kind in PUBLISHED[service]]


def _channel(topic: str, partitions: int) -> Mapping[str, Any]:
    service = next(service for service in PUBLISHED if topic_of(service) == topic)
    return {
        "address": topic,
        "description": f"What {service} publishes. The key is the subject, the case; the partition"
        " is the one that Kafka's default partitioner (murmur2) gives to the key.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _names(service)},
        "bindings": {"kafka": {"partitions": partitions, "bindingVersion": "0.5.0"}},
    }


def _operation(action: str, service: str, party: str) -> Mapping[str, Any]:
    channel = f"#/channels/{topic_of(service)}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "summary": f"services/{party} {action}s what {service} publishes.",
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in _names(service)],
    }


def _message(name: str) -> Mapping[str, Any]:
    kind = CATALOGUE[name]
    sent = dict(headers())
    return {
        "name": name,
        "title": kind.__name__,
        "summary": kind.__doc__,
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "properties": {key: {"const": value} for key, value in sent.items()},
            "required": list(sent),
        },
        "payload": {"$ref": f"schemas/{name}.json"},
        "bindings": {
            "kafka": {"key": {"type": "string", "format": "uuid"}, "bindingVersion": "0.5.0"}
        },
        "examples": [{"headers": sent, "payload": json.loads(encode(EXAMPLES[name]))}],
    }


def documents() -> Mapping[str, str]:
    """Return every generated document by its path under docs/events."""
    schemas = {f"schemas/{name}.json": schema_of(kind) for name, kind in CATALOGUE.items()}
    return {
        path: json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        for path, content in {"asyncapi.json": asyncapi(), **schemas}.items()
    }


def released(folder: Path = DOCUMENTS) -> Mapping[str, Schema]:
    """Return the schemas of the last release, by type of event."""
    stored = sorted((folder / "released").glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in stored}


def broken(last: Mapping[str, Schema]) -> tuple[str, ...]:
    """Return what today's events break of a release; a type that is gone breaks it too."""
    return tuple(
        f"{name}{what}"
        for name, old in last.items()
        for what in (
            breaks(old, schema_of(CATALOGUE[name])) if name in CATALOGUE else (": removed",)
        )
    )


def write(folder: Path = DOCUMENTS, *, release: bool = False) -> None:
    """Write the documents; as a release only if they break nothing of the last one."""
    texts = dict(documents())
    if release:
        if found := broken(released(folder)):
            sys.exit("\n".join(("not released: this would break the last release", *found)))
        texts |= {
            path.replace("schemas", "released"): text
            for path, text in texts.items()
            if path.startswith("schemas/")
        }
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(release="--release" in sys.argv[1:])
