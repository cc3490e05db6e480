"""The envelope around every event: CloudEvents 1.0, structured JSON, with four of its extensions.

`sequence` counts the versions of one subject from 1, `recordedtime` is the documented extension for
"when the system was told", `migrated` marks a step whose recording day was stated by a migration.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, Field, PlainSerializer, model_validator

from shared.clock import start_of, ward_day
from shared.frozen import Frozen

CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"

Sequence = Annotated[
    int,
    Field(
        ge=1, le=99_999_999, json_schema_extra={"type": "string", "pattern": "^(?!0{8})[0-9]{8}$"}
    ),
    BeforeValidator(lambda value: int(value) if isinstance(value, str) else value),
    PlainSerializer(lambda value: f"{value:08d}", return_type=str, when_used="json"),
]
"""A version number, written as eight digits so that it sorts as text (CloudEvents Sequence)."""


class Event(Frozen):
    """What all events have in common; each type in the catalogue narrows `type` and `data`.

    `id` is `<subject>.<sequence>`: the same step always has the same id, so a redelivery is
    visible. `time` is when it happened in the ward (the start of that day, +07:00), `recordedtime`
    the UTC instant at which the system was told. `subject` is the case and the Kafka key.
    """

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(max_length=64)
    source: str = Field(max_length=64)
    type: str = Field(max_length=64)
    subject: UUID
    sequence: Sequence
    time: AwareDatetime
    recordedtime: AwareDatetime
    migrated: bool = False
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str = Field(max_length=128)
    data: Any

    @model_validator(mode="after")
    def _id_names_the_step(self) -> "Event":
        if self.id != event_id(self.subject, self.sequence):
            message = "id must be <subject>.<sequence>"
            raise ValueError(message)
        return self

    @property
    def about(self) -> Any:
        """The subject as it now stands: the first field of a payload, which tells its unit."""
        return getattr(self.data, next(iter(type(self.data).model_fields)))

    @property
    def occurred_on(self) -> date:
        """The ward's calendar day on which it happened."""
        return ward_day(self.time)

    @property
    def recorded_on(self) -> date:
        """The ward's calendar day on which the system was told."""
        return ward_day(self.recordedtime)


def event_id(subject: UUID, sequence: int) -> str:
    """Return the id of one step: subject and version, which is also the identity of a fact."""
    return f"{subject}.{sequence:08d}"


def encode(event: Event) -> bytes:
    """Return the bytes that go to Kafka.

    Structured JSON, fields in the order of the model, no nulls.
    """
    return event.model_dump_json(exclude_none=True).encode()


def headers() -> Mapping[str, str]:
    """Return the Kafka headers of a structured CloudEvent."""
    return {"content-type": CONTENT_TYPE}


def new_event[E: Event](
    kind: type[E],
    data: Frozen,
    *,
    source: str,
    subject: UUID,
    sequence: int,
    occurred_on: date,
    recorded_at: datetime,
    migrated: bool = False,
) -> E:
    """Return one new event of `kind` about `subject`, its attributes filled in from these facts."""
    name = kind.model_fields["type"].default
    return kind(
        id=event_id(subject, sequence),
        source=source,
        type=name,
        subject=subject,
        sequence=sequence,
        time=start_of(occurred_on),
        recordedtime=recorded_at,
        migrated=migrated,
        dataschema=f"urn:wardbook:event:{name}",
        data=data,
    )
