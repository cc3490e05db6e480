"""The cases table: read under a row lock, written in the transaction of the command."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg
from pydantic import BaseModel

from shared.casework.model import Held
from shared.database import Connection, rows_of
from shared.events.cases import Case, CaseData
from shared.events.envelope import Event
from shared.refusal import Refused

_COLUMNS = "unit, procedure, channel, received_on, due_on, status, closed_on, outcome"

_SAVE = f"""
INSERT INTO cases (id, sequence, {_COLUMNS}, recorded_at, applicant, reason)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::date[],
                     $7::date[], $8::text[], $9::date[], $10::text[], $11::timestamptz[],
                     $12::text[], $13::text[])
    ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, unit = excluded.unit,
       procedure = excluded.procedure, channel = excluded.channel,
       received_on = excluded.received_on, due_on = excluded.due_on, status = excluded.status,
       closed_on = excluded.closed_on, outcome = excluded.outcome,
       recorded_at = excluded.recorded_at, reason = coalesce(excluded.reason, cases.reason)
"""  # noqa: S608 - constants only
_SELECT = f"SELECT id, sequence, recorded_at, {_COLUMNS} FROM cases WHERE id = $1"  # noqa: S608
_LOCK = f"""
SELECT id, sequence, recorded_at, {_COLUMNS} FROM cases WHERE id = ANY($1) ORDER BY id FOR UPDATE
"""  # noqa: S608


async def read(conn: Connection, case_id: UUID) -> Held:
    """Return the case as it now is. Refuses an unknown id."""
    row = await conn.fetchrow(_SELECT, case_id)
    if row is None:
        raise Refused("unknown_case", "id", status=404)
    return _held(row)


async def lock(conn: Connection, ids: Sequence[UUID]) -> Mapping[UUID, Held]:
    """Return the cases that exist and keep others from changing them while the transaction runs."""
    return {row["id"]: _held(row) for row in await conn.fetch(_LOCK, ids)}


async def save(conn: Connection, versions: Sequence[tuple[Event, BaseModel]]) -> int:
    """Store the first version of new cases and the next one of locked cases; return how many."""
    rows = [_values(event, command) for event, command in versions]
    return rows_of(await conn.execute(_SAVE, *zip(*rows, strict=True)))


def _values(event: Event, command: BaseModel) -> tuple[object, ...]:
    assert isinstance(event.data, CaseData)
    case = event.data.case
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
        event.recordedtime,
        getattr(command, "applicant", None),
        getattr(command, "reason", None),
    )


def _held(row: asyncpg.Record) -> Held:
    return Held(
        id=row["id"],
        sequence=row["sequence"],
        case=Case.model_validate(dict(row)),
        recorded_at=row["recorded_at"],
    )
