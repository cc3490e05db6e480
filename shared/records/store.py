"""Records that are no cases (visits, schedules, returns).

One table of present versions, one way to change it.
"""

import json
from collections.abc import Callable
from uuid import UUID

from shared import outbox
from shared.commands import Answer, Call, Desk
from shared.database import Connection
from shared.events.envelope import Event
from shared.frozen import Frozen
from shared.recorded import Recorded
from shared.records.model import HeldRecord

_LOCK = "SELECT sequence, state::text, recorded_at FROM records WHERE id = $1 FOR UPDATE"
_CLAIM = "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))"
_SAVE = """
INSERT INTO records (id, sequence, state, recorded_at, reason) VALUES ($1, $2, $3::jsonb, $4, $5)
    ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, state = excluded.state,
       recorded_at = excluded.recorded_at, reason = coalesce(excluded.reason, records.reason)
"""


type Decide = Callable[[HeldRecord | None, Recorded], Event]
"""From the record as it is (None if there is none) and the moment, to the event, or a refusal."""


async def change(
    desk: Desk, call: Call, record_id: UUID, decide: Decide, reason: str | None = None
) -> Answer:
    """Run `decide` on a locked record and store what it decided, as one command.

    The answer is the record's id, its version and the payload of the event. A record that does not
    exist yet is locked by its id, so that two first commands run one after the other.
    """

    async def work(conn: Connection) -> Answer:
        await conn.execute(_CLAIM, str(record_id))
        row = await conn.fetchrow(_LOCK, record_id)
        held = None
        recorded = call.recorded
        if row is not None:
            state = json.loads(row["state"])
            recorded = recorded.after(row["recorded_at"])
            held = HeldRecord(
                id=record_id, sequence=row["sequence"], state=state, recorded_at=row["recorded_at"]
            )
        event = decide(held, recorded)
        await _save(conn, event, reason)
        payload = event.data.model_dump(mode="json")
        return {"id": str(event.subject), "sequence": event.sequence, **payload}

    return await desk.run(call, work)


async def _save(conn: Connection, event: Event, reason: str | None) -> None:
    assert isinstance(event.data, Frozen)
    state = event.data.model_dump_json()
    await conn.execute(_SAVE, event.subject, event.sequence, state, event.recordedtime, reason)
    await outbox.append(conn, event)
