"""The cases table: read under a row lock, written in the transaction of the command."""

from uuid import UUID

from shared.casework.model import Held
from shared.database import Connection
from shared.events.cases import Case, CaseData
from shared.events.envelope import Event
from shared.refusal import Refused

_COLUMNS = "unit, procedure, channel, received_on, due_on, status, closed_on, outcome"

_INSERT = f"""
INSERT INTO cases (id, sequence, {_COLUMNS}, recorded_at, applicant)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""  # noqa: S608 - constants only
_UPDATE = """
UPDATE cases SET sequence = $2, unit = $3, procedure = $4, channel = $5, received_on = $6,
       due_on = $7, status = $8, closed_on = $9, outcome = $10, recorded_at = $11,
       reason = coalesce($12, reason)
 WHERE id = $1
"""
_SELECT = f"SELECT id, sequence, recorded_at, {_COLUMNS} FROM cases WHERE id = $1"  # noqa: S608
_LOCK = _SELECT + " FOR UPDATE"


async def read(conn: Connection, case_id: UUID) -> Held:
    """Return the case as it now is. Refuses an unknown id."""
    return await _held(conn, _SELECT, case_id)


async def lock(conn: Connection, case_id: UUID) -> Held:
    """Return the case and keep others from changing it until the transaction ends."""
    return await _held(conn, _LOCK, case_id)


async def insert(conn: Connection, event: Event, applicant: str | None) -> None:
    """Store the first version of a case."""
    await conn.execute(_INSERT, *_values(event), applicant)


async def update(conn: Connection, event: Event, reason: str | None) -> None:
    """Store the next version of a case that the transaction has locked."""
    await conn.execute(_UPDATE, *_values(event), reason)


def _values(event: Event) -> tuple[object, ...]:
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
    )


async def _held(conn: Connection, sql: str, case_id: UUID) -> Held:
    row = await conn.fetchrow(sql, case_id)
    if row is None:
        raise Refused("unknown_case", "id", status=404)
    return Held(
        id=row["id"],
        sequence=row["sequence"],
        case=Case.model_validate(dict(row)),
        recorded_at=row["recorded_at"],
    )
