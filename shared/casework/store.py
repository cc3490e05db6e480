"""The cases table: read under a row lock, written in the transaction of the command."""

import json
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import asyncpg
from pydantic import BaseModel

from shared.casework.clock import step_of
from shared.casework.deadline import Course
from shared.casework.held import Held
from shared.database import Connection, rows_of
from shared.events.cases import Case, CaseData, StepData
from shared.events.envelope import Event
from shared.refusal import Refused

_COLUMNS = (
    "unit, procedure, channel, received_on, due_on, status, closed_on, outcome, sorting,"
    " neighbourhood, received_by"
)
_STEPS = {
    "paused_on": "date",
    "resumed_on": "date",
    "extended": "int",
    "appointments": "date",
    "ended_on": "date",
    "reopened_on": "date",
    "stepped_on": "date",
}
HELD = f"""
id, sequence, recorded_at, {_COLUMNS}, received_at, accepted_on, {", ".join(_STEPS)},
particulars::text
"""

_SAVE = f"""
INSERT INTO cases (id, sequence, {_COLUMNS}, recorded_at, applicant, reason, received_at,
                   accepted_on, particulars, {", ".join(_STEPS)})
SELECT id, sequence, {_COLUMNS}, recorded_at, applicant, reason, received_at, accepted_on,
       particulars, {", ".join(f"array_remove(ARRAY[{name}], NULL)" for name in _STEPS)}
  FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::date[], $7::date[],
              $8::text[], $9::date[], $10::text[], $11::text[], $12::text[], $13::text[],
              $14::timestamptz[], $15::text[], $16::text[], $17::time[], $18::date[], $19::jsonb[],
              {", ".join(f"${20 + place}::{kind}[]" for place, kind in enumerate(_STEPS.values()))})
       AS one (id, sequence, {_COLUMNS}, recorded_at, applicant, reason, received_at,
               accepted_on, particulars, {", ".join(_STEPS)})
    ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, unit = excluded.unit,
       procedure = excluded.procedure, channel = excluded.channel,
       received_on = excluded.received_on, due_on = excluded.due_on, status = excluded.status,
       closed_on = excluded.closed_on, outcome = excluded.outcome,
       sorting = excluded.sorting,
       neighbourhood = excluded.neighbourhood, received_by = excluded.received_by,
       accepted_on = coalesce(cases.accepted_on, excluded.accepted_on),
       recorded_at = excluded.recorded_at, reason = coalesce(excluded.reason, cases.reason),
       particulars = cases.particulars || excluded.particulars,
       {", ".join(f"{name} = cases.{name} || excluded.{name}" for name in _STEPS)}
"""  # noqa: S608 - constants only
_SELECT = f"SELECT {HELD} FROM cases WHERE id = $1"  # noqa: S608
_PERSONAL = "SELECT applicant, reason FROM cases WHERE id = $1"
_LOCK = f"""
SELECT {HELD} FROM cases WHERE id = ANY($1) ORDER BY id FOR UPDATE
"""  # noqa: S608


async def read(conn: Connection, case_id: UUID) -> Held:
    """Return the case as it now is. Refuses an unknown id."""
    row = await conn.fetchrow(_SELECT, case_id)
    if row is None:
        raise Refused("unknown_case", "id", status=404)
    return held(row)


async def personal_of(conn: Connection, case_id: UUID) -> tuple[str | None, str | None]:
    """Return who applied and the last reason, which are personal: the caller notes the reading."""
    applicant, reason = await conn.fetchrow(_PERSONAL, case_id) or (None, None)
    return applicant, reason


async def lock(conn: Connection, ids: Iterable[UUID]) -> Mapping[UUID, Held]:
    """Return the cases that exist and keep others from changing them while the transaction runs."""
    return {row["id"]: held(row) for row in await conn.fetch(_LOCK, [*ids])}


async def save(conn: Connection, versions: Sequence[tuple[Event, BaseModel]]) -> int:
    """Store the first version of new cases and the next one of locked cases; return how many."""
    rows = [_values(event, command) for event, command in versions]
    return rows_of(await conn.execute(_SAVE, *zip(*rows, strict=True)))


def _values(event: Event, command: BaseModel) -> tuple[object, ...]:
    assert isinstance(event.data, CaseData)
    case, step = event.data.case, step_of(event, command)
    return (
        event.subject,
        event.sequence,
        case.unit,
        case.procedure,
        case.channel,
        case.received_on,
        case.due_on,
        case.status,
        case.closed_on,
        case.outcome,
        case.sorting,
        case.neighbourhood,
        case.received_by,
        event.recordedtime,
        getattr(command, "applicant", None),
        getattr(command, "reason", None),
        step.received_at,
        step.accepted_on,
        _particulars(event.data, command),
        *(next(iter(getattr(step, name)), None) for name in _STEPS),
    )


def _particulars(data: CaseData, command: BaseModel) -> str:
    """Return, as JSON, what an event and its command say of the case beyond what is counted."""
    told: BaseModel | None = getattr(command, "particulars", None)
    said = {} if told is None else told.model_dump(mode="json", exclude_none=True)
    if isinstance(data, StepData):
        said |= data.model_dump(mode="json", exclude={"case"}, exclude_none=True)
    return json.dumps(said)


def held(row: asyncpg.Record) -> Held:
    """Return the case of a row with the columns HELD."""
    course = Course(
        received_at=row["received_at"],
        accepted_on=row["accepted_on"],
        **{name: tuple(row[name]) for name in _STEPS},
    )
    return Held(
        id=row["id"],
        sequence=row["sequence"],
        case=Case.model_validate({**row, "paused_on": course.waits_since}),
        recorded_at=row["recorded_at"],
        course=course,
        particulars=json.loads(row["particulars"]),
    )
