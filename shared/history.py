"""The history of a case, visit or entry: its steps, each with what it changed.

What a step changed is the difference between two events; nothing else is stored of it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared import outbox
from shared.clock import ward_day
from shared.database import Connection
from shared.frozen import Closed
from shared.readings import Reader

_OF_THE_STEP = ("corrects", "changed")
"""What an event says of itself."""


class Change(Closed):
    """A field that a step changed; None is a field that was not there, or is there no more."""

    field: str
    old: str | int | None
    new: str | int | None


class Step(Closed):
    """One step, as it was recorded.

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


class History(Closed):
    """All that happened to a case, visit or entry, from its first step on.

    It is `complete` unless steps were published before the department kept them. At the address
    `evidence` reporting tells what each step put into the totals and took out of them.
    """

    id: UUID
    complete: bool
    evidence: str
    steps: list[Step]


class Row(Closed):
    """A step as it is kept: the event's bytes, and what is kept beside them."""

    value: bytes
    actor: str | None
    reason: str | None


async def history_of(
    conn: Connection, kind: str, subject: UUID, sequence: int, unit: str, reader: Reader | None
) -> History:
    """Return the history of a subject of a unit, inside the caller's transaction.

    Reasons are told to a reader of personal data only, whose reading is noted.
    """
    steps = await steps_in(conn, subject, sequence)
    if reader is None:
        steps = [one.model_copy(update={"reason": None}) for one in steps]
    else:
        await reader.note(conn, kind, subject, unit, ["reasons"])
    return History(
        id=subject,
        complete=len(steps) >= sequence,
        evidence=f"/evidence/cases/{subject}",
        steps=steps,
    )


async def steps_in(conn: Connection, subject: UUID, sequence: int) -> list[Step]:
    """Return all steps of a subject, of which there are `sequence`, reasons included."""
    rows = await outbox.steps_of(conn, subject, sequence)
    return list(steps_of(Row(**row) for row in rows))


def steps_of(rows: Iterable[Row]) -> Iterator[Step]:
    """Return the steps of one subject in order, with what each changed of what was said before.

    The first one changes nothing: it is all there was. The first field of a payload is the subject;
    what an act says beside it, such as the day of a birth, holds until another step says otherwise.
    """
    beside: dict[str, Any] = {}
    before: dict[str, Any] | None = None
    for row in rows:
        event = json.loads(row.value)
        data = event["data"]
        subject, *others = data
        beside |= {name: data[name] for name in others if name not in _OF_THE_STEP}
        now = {**data[subject], **beside}
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
