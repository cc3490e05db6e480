"""From a record's bytes to an event, or to the reason why it is none. Never raises."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from services.reporting.projections.contributions import Contribution, contributions
from services.reporting.projections.statements import Statement, statement
from shared import units
from shared.events import PUBLISHED
from shared.events.cases import CaseData
from shared.events.envelope import Event
from shared.events.lineage import LineageData
from shared.events.reader import read_event
from shared.procedures import PROCEDURES
from shared.topics import partition_of, topic_of
from shared.ways import faults

LONGEST = 262_144
"""Bytes of the largest event; anything above is no event of ours."""

_TYPES_OF = {
    topic_of(service): {kind.model_fields["type"].default for kind in kinds}
    for service, kinds in PUBLISHED.items()
}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a subject: the ward's day on which it was recorded, and what it counts as."""

    sequence: int
    recorded_on: date
    counts: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A decoded event: which step it is, and the version of the subject that it tells of.

    `subject` is the canonical text of a UUID, which is also the record's key. `statement` is what a
    return, an entry or a lineage says.
    """

    subject: str
    type: str
    version: Version
    statement: Statement | None = None


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Why a record is no event; `reason` is one of a fixed list, `detail` says where."""

    reason: str
    detail: str = ""


def decode_record(record: "ConsumerRecord[bytes, bytes]") -> Fact | Undecodable:
    """Return the fact that a record tells of where it stands, or why it tells of none there."""
    decoded = decode(record.topic, record.key, record.value)
    if isinstance(decoded, Fact) and partition_of(decoded.subject.encode()) != record.partition:
        return Undecodable("wrong_partition", "the key belongs to another partition")
    return decoded


def decode(topic: str, key: bytes | None, value: bytes | None) -> Fact | Undecodable:
    """Return the fact that a record tells of, or why it tells of none."""
    if not value:
        return Undecodable("empty")
    if len(value) > LONGEST:
        return Undecodable("too_long", f"{len(value)} bytes")
    try:
        event = read_event(value)
    except ValidationError as error:
        return _why(error)
    try:
        version = Version(event.sequence, event.recorded_on, contributions(event))
    except OverflowError as error:  # a day at the edge of the calendar
        return Undecodable("not_an_event", str(error))
    stated = statement(event)
    told_of = [one.unit for one in version.counts] + ([stated.unit] if stated else [])
    refused = _refusal(topic, key, event, told_of)
    return refused or Fact(str(event.subject), event.type, version, stated)


def _refusal(
    topic: str, key: bytes | None, event: Event, told_of: Iterable[str]
) -> Undecodable | None:
    """Say what is wrong with an event that is well formed and tells of some units."""
    if event.type not in _TYPES_OF[topic]:
        return Undecodable("wrong_topic", event.type)
    if key != str(event.subject).encode():
        return Undecodable("wrong_key", "the key is not the subject")
    if isinstance(event.data, CaseData):
        procedure = PROCEDURES.get(event.data.case.procedure)
        if procedure is None or topic_of(procedure.department) != topic:
            return Undecodable("unknown_procedure", event.data.case.procedure)
    for unit in told_of:
        try:
            units.unit(unit)
        except units.UnknownUnit:
            return Undecodable("unknown_unit", unit)
    if isinstance(event.data, LineageData):
        for fault in faults(event.data.lineage):
            return Undecodable("wrong_lineage", f"{fault.field}: {fault}")
    return None


def _why(error: ValidationError) -> Undecodable:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    reason = {"json_invalid": "not_json", "union_tag_invalid": "unknown_type"}.get(
        first["type"], "not_an_event"
    )
    place = ".".join(str(part) for part in first["loc"])
    return Undecodable(reason, f"{place}: {first['msg']}".replace("\0", "\\0")[:500])
