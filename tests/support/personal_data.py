"""What an event may hold: a list of every field by its name, each with the kind of value it takes.

No kind takes the name, number or address of a person. A text that somebody writes freely is a field
of its own list, with the reason why it is there.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    """What kind of value a field takes."""

    CODE = "code"
    """One of a fixed list: an enum, or a code of a catalogue, without blanks and capitals."""
    ID = "id"
    DAY = "day"
    NUMBER = "number"
    FLAG = "flag"
    GROUP = "group"
    """More fields, each listed by itself."""


FIELDS: Mapping[str, Kind] = {
    # The envelope.
    "specversion": Kind.CODE,
    "type": Kind.CODE,
    "datacontenttype": Kind.CODE,
    "subject": Kind.ID,
    "sequence": Kind.ID,
    "time": Kind.DAY,
    "recordedtime": Kind.DAY,
    "migrated": Kind.FLAG,
    "data": Kind.GROUP,
    # Cases.
    "case": Kind.GROUP,
    "unit": Kind.ID,
    "procedure": Kind.CODE,
    "channel": Kind.CODE,
    "received_on": Kind.DAY,
    "due_on": Kind.DAY,
    "status": Kind.CODE,
    "closed_on": Kind.DAY,
    "paused_on": Kind.DAY,
    "appointment_on": Kind.DAY,
    "outcome": Kind.CODE,
    "sorting": Kind.CODE,
    "neighbourhood": Kind.CODE,
    "received_by": Kind.ID,
    "passed_to": Kind.CODE,
    "ended_on": Kind.DAY,
    "session": Kind.GROUP,
    "forwarding": Kind.GROUP,
    "forwarded_on": Kind.DAY,
    "back_on": Kind.DAY,
    "inspection": Kind.GROUP,
    "inspected_on": Kind.DAY,
    "finding": Kind.CODE,
    "of_case": Kind.ID,
    "minutes_on": Kind.DAY,
    "fine": Kind.NUMBER,
    "fined_on": Kind.DAY,
    "held_on": Kind.DAY,
    "result": Kind.CODE,
    "team": Kind.CODE,
    "born_on": Kind.DAY,
    "died_on": Kind.DAY,
    "ending": Kind.CODE,
    # Citizen reception.
    "visit": Kind.GROUP,
    "visited_on": Kind.DAY,
    "visitors": Kind.NUMBER,
    "cancelled": Kind.FLAG,
    "schedule": Kind.GROUP,
    "weekday": Kind.CODE,
    "from_day": Kind.DAY,
    # Returns and registers.
    "ward_return": Kind.GROUP,
    "form": Kind.CODE,
    "period_start": Kind.DAY,
    "period_end": Kind.DAY,
    "figures": Kind.GROUP,
    "indicator": Kind.CODE,
    "amount": Kind.NUMBER,
    "absence": Kind.CODE,
    "decimals": Kind.NUMBER,
    "upper": Kind.NUMBER,
    "qualifier": Kind.CODE,
    "until": Kind.DAY,
    "entry": Kind.GROUP,
    "register_code": Kind.CODE,
    "happened_on": Kind.DAY,
    # The lineage of units.
    "lineage": Kind.GROUP,
    "legal_on": Kind.DAY,
    "operates_on": Kind.DAY,
    "ways": Kind.GROUP,
    "new": Kind.ID,
    "share": Kind.CODE,
    "weight": Kind.NUMBER,
}

TEXTS: Mapping[str, str] = {
    "id": "subject and sequence, which the envelope's validator holds it to",
    "source": "the path of a department service, given by its code",
    "dataschema": "the URN of the type",
    "corrects": "the id of the step that was wrong, made by shared.events.envelope.event_id",
    "changed": "names of fields, or codes of indicators, never their values",
    "text": "authored by an official for a report, and printed in it",
    "dimensions": "names of streets, schools and the like, declared by an official on a form",
    "values": "what a register of the ward office asks of a meeting, a decision, a public work",
    "legal_basis": "number and article of a resolution, told by an official above the unit",
}
"""Fields that are plain strings, each with the reason why no personal data come in there."""

_KINDS: Mapping[str | None, Kind] = {
    "boolean": Kind.FLAG,
    "integer": Kind.NUMBER,
    "number": Kind.NUMBER,
    "date": Kind.DAY,
    "date-time": Kind.DAY,
    "uuid": Kind.ID,
    r"^[a-z_]+$": Kind.CODE,
    r"^[a-z_]+\.[a-z_]+$": Kind.CODE,
    r"^[a-z_]+[0-9]{0,2}$": Kind.CODE,
    r"^(tdp|kp|kdc|thon)-[1-9][0-9]{0,2}$": Kind.CODE,
    r"^(2004|2025)-[0-9]{5}$": Kind.ID,
    r"^(?!0{8})[0-9]{8}$": Kind.ID,
    r"^([0-9]{1,9}(/[1-9][0-9]{0,8})?|[0-9]\.[0-9]{1,8})$": Kind.NUMBER,
}
"""By type, format or pattern; any other pattern (shared.events.returns.Words) is a free text."""


class Field(NamedTuple):
    """A value that a schema describes: its name, where it stands, and what may be there."""

    name: str
    place: str
    schema: Mapping[str, Any]


def complaints(schema: Mapping[str, Any]) -> list[str]:
    """Return each field of an event's JSON Schema that may hold personal data, and why it may."""
    return [
        f"{field.place}: {wrong}" for field in _fields(schema, schema, "") if (wrong := _why(field))
    ]


def _fields(part: Mapping[str, Any], whole: Mapping[str, Any], place: str) -> Iterator[Field]:
    """Return every value below a part of a schema, whatever it is wrapped in."""
    for name, told in part.get("properties", {}).items():
        for schema in _meant(told, whole):
            yield Field(name, f"{place}/{name}", schema)
            yield from _fields(schema, whole, f"{place}/{name}")


def _meant(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return what may stand in a place: without references, alternatives, lists and open maps."""
    if "$ref" in schema:
        yield from _meant(whole["$defs"][schema["$ref"].removeprefix("#/$defs/")], whole)
    elif alternatives := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        for one in alternatives:
            yield from _meant(one, whole)
    elif schema.get("type") == "array":
        yield from _meant(schema.get("items", {}), whole)
    elif "patternProperties" in schema or isinstance(schema.get("additionalProperties"), Mapping):
        every = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
        for one in every:
            if isinstance(one, Mapping):
                yield from _meant(one, whole)
    else:
        yield schema


def _why(field: Field) -> str | None:
    """Return why a field may hold personal data, None where it cannot."""
    if field.schema.get("type") == "null":
        return None
    kind = kind_of(field.schema)
    if kind is None:
        return None if field.name in TEXTS else "a free text that is not listed with its reason"
    if field.name in TEXTS:
        return "listed as a text, but it is none"
    if field.name not in FIELDS:
        return f"a field that is not listed, a {kind}"
    return None if kind is FIELDS[field.name] else f"{FIELDS[field.name]} is listed, {kind} found"


def kind_of(schema: Mapping[str, Any]) -> Kind | None:
    """Return what kind of value a schema takes, None for a text that may say anything."""
    if "const" in schema or "enum" in schema:
        return Kind.CODE
    if "properties" in schema:
        return Kind.GROUP
    told = (schema.get(keyword) for keyword in ("type", "format", "pattern"))
    return next((_KINDS[one] for one in told if one in _KINDS), None)
