"""Returns as the service keeps them: the present version, every step that led to it, the draft."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.returns.commands import SubmitReturn
from services.returns.model import Draft, HeldReturn
from shared.database import Connection
from shared.events.envelope import Event
from shared.events.returns import Return, ReturnAccepted, ReturnData
from shared.records import store as records

_DRAFTS = "SELECT id, version, content::text FROM drafts WHERE id = ANY($1) ORDER BY id FOR UPDATE"
_ADD_STEPS = """
INSERT INTO return_steps (id, sequence, unit, form, period_start, period_end, status, figures,
                          recorded_at, reason)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::date[], $6::date[],
                     $7::text[], $8::jsonb[], $9::timestamptz[], $10::text[])
    ON CONFLICT DO NOTHING
"""
_DELETE_DRAFTS = "DELETE FROM drafts WHERE id = ANY($1)"

_NEVER = datetime.min.replace(tzinfo=UTC)


async def lock(conn: Connection, ids: Iterable[UUID]) -> Mapping[UUID, HeldReturn]:
    """Return what is held of these returns, a draft included.

    Others are kept from changing them in this transaction.
    """
    versions = await records.lock(conn, ids)
    drafts = {
        row["id"]: Draft(version=row["version"], ward_return=_return(json.loads(row["content"])))
        for row in await conn.fetch(_DRAFTS, [*ids])
    }
    held: dict[UUID, HeldReturn] = {}
    for id_ in versions.keys() | drafts.keys():
        version = versions.get(id_)
        if version and "ward_return" not in version.state:
            continue  # an entry of a register has this id
        held[id_] = HeldReturn(
            id=id_,
            sequence=version.sequence if version else 0,
            recorded_at=version.recorded_at if version else _NEVER,
            ward_return=_return(version.state["ward_return"]) if version else None,
            draft=drafts.get(id_),
        )
    return held


async def save(conn: Connection, versions: Sequence[tuple[Event, BaseModel]]) -> int:
    """Store the versions and add each to the steps of its return; a draft that became one goes.

    Return how many were the next of their return, as all should be.
    """
    written = await records.save(conn, versions)
    rows = [_step(event, command) for event, command in versions]
    await conn.execute(_ADD_STEPS, *zip(*rows, strict=True))
    await conn.execute(
        _DELETE_DRAFTS, [event.subject for event, one in versions if _ends_draft(event, one)]
    )
    return written


def _return(state: Mapping[str, Any]) -> Return:
    return Return.model_validate(state)


def _step(event: Event, command: BaseModel) -> tuple[object, ...]:
    assert isinstance(event.data, ReturnData)
    form = event.data.ward_return
    assert form.status is not None
    figures = [line.model_dump(mode="json", exclude_none=True) for line in form.figures]
    return (
        event.subject,
        event.sequence,
        form.unit,
        form.form,
        form.period_start,
        form.period_end,
        form.status,
        json.dumps(figures),
        event.recordedtime,
        getattr(command, "reason", None),
    )


def _ends_draft(event: Event, command: BaseModel) -> bool:
    """Return whether a draft has become what is stored, or can become nothing any more."""
    from_draft = isinstance(command, SubmitReturn) and command.draft is not None
    return from_draft or isinstance(event, ReturnAccepted)
