"""The history of a case: its steps, each with what it changed. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from shared.clock import ward_day
from shared.frozen import Closed

_NOT_BESIDE = ("case", "corrects", "changed")
"""The case itself, and what an event says of itself."""


class Change(Closed):
    """A field that a step changed; None is a field that the case did not have, or has no more."""

    field: str
    old: str | int | None
    new: str | int | None


class Step(Closed):
    """One step of a case, as it was recorded.

    `id` is that of its event. `actor` is who gave the command, None where nobody had to say so;
    `reason` is told only to who may read personal data. `corrects` is the step that was wrong.
    """

    id: str
    type: str
    occurred_on: date
    recorded_at: datetime
    migrated: bool
    actor: str | None
    reason: str | None
    corrects: str | None
    changes: list[Change]


class Row(Closed):
    """A step as it is kept: the event's bytes, and what is kept beside them."""

    value: bytes
    actor: str | None
    reason: str | None


def steps_of(rows: Iterable[Row]) -> Iterator[Step]:
    """Return the steps of one case, in order, with what each changed of what the one before said.

    The first one changes nothing: it is all there was. What an act says beside the case, such as
    the day of a birth, holds until another step says otherwise.
    """
    beside: dict[str, Any] = {}
    before: dict[str, Any] | None = None
    for row in rows:
        event = json.loads(row.value)
        data = event["data"]
        beside |= {name: data[name] for name in data if name not in _NOT_BESIDE}
        now = {**data["case"], **beside}
        changes = [] if before is None else list(_changes(before, now))
        before = now
        yield Step(
            id=event["id"],
            type=event["type"],
            occurred_on=ward_day(datetime.fromisoformat(event["time"])),
            recorded_at=datetime.fromisoformat(event["recordedtime"]),
            migrated=event["migrated"],
            actor=row.actor,
            reason=row.reason,
            corrects=data.get("corrects"),
            changes=changes,
        )


def _told(value: Any) -> str | int | None:
    """Return a value as one cell shows it: numbers and texts as they are, others as JSON."""
    if value is None or isinstance(value, str | int):
        return value
    return json.dumps(value, ensure_ascii=False)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in (*before, *(one for one in after if one not in before)):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield Change(field=name, old=_told(old), new=_told(new))
