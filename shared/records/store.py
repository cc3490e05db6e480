"""Records that are no cases (visits, schedules, returns).

One table of present versions, read under row locks, written in the transaction of the command.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import asyncpg
from pydantic import BaseModel

from shared.database import Connection, rows_of
from shared.events.envelope import Event
from shared.frozen import Frozen
from shared.records.model import HeldRecord

_READ = "SELECT id, sequence, state::text, recorded_at FROM records WHERE id = $1"
_LOCK = """
SELECT id, sequence, state::text, recorded_at FROM records WHERE id = ANY($1) ORDER BY id FOR UPDATE
"""
# A record's id is known before it exists, so that its first version cannot be locked: whoever comes
# second with it writes no row.
_SAVE = """
INSERT INTO records (id, sequence, state, recorded_at, reason)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::jsonb[], $4::timestamptz[], $5::text[])
    ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, state = excluded.state,
       recorded_at = excluded.recorded_at, reason = coalesce(excluded.reason, records.reason)
       WHERE records.sequence = excluded.sequence - 1
"""


async def read(conn: Connection, record_id: UUID) -> HeldRecord | None:
    """Return a record as it now is, None where there is none of this id."""
    row = await conn.fetchrow(_READ, record_id)
    return None if row is None else _held(row)


async def lock(conn: Connection, ids: Iterable[UUID]) -> Mapping[UUID, HeldRecord]:
    """Return the records that exist and keep others from changing them in this transaction."""
    return {row["id"]: _held(row) for row in await conn.fetch(_LOCK, [*ids])}


async def save(conn: Connection, versions: Sequence[tuple[Event, BaseModel]]) -> int:
    """Store the versions; return how many were the next of their record, as all should be."""
    rows = [_values(event, command) for event, command in versions]
    return rows_of(await conn.execute(_SAVE, *zip(*rows, strict=True)))


def _held(row: asyncpg.Record) -> HeldRecord:
    return HeldRecord(
        id=row["id"],
        sequence=row["sequence"],
        state=json.loads(row["state"]),
        recorded_at=row["recorded_at"],
    )


def _values(event: Event, command: BaseModel) -> tuple[object, ...]:
    assert isinstance(event.data, Frozen)
    state = event.data.model_dump_json()
    return (
        event.subject,
        event.sequence,
        state,
        event.recordedtime,
        getattr(command, "reason", None),
    )
