"""The table of inspections, which are records, each with the case that it is of."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from pydantic import BaseModel

from services.permits.commands import RecordInspection
from services.permits.inspections import HeldInspection
from shared.casework import store as cases
from shared.database import Connection
from shared.events.envelope import Event
from shared.records import store as records
from shared.records.model import HeldRecord

_NEVER = datetime.min.replace(tzinfo=UTC)


async def lock(conn: Connection, wanted: Mapping[UUID, BaseModel]) -> Mapping[UUID, HeldInspection]:
    """Return what is held of inspections, and keep them and their cases from changing.

    There is something of one that is not recorded yet: the case that it is of.
    """
    held = await records.lock(conn, wanted)
    named = {id_: _case(body, held.get(id_)) for id_, body in wanted.items()}
    of = await cases.lock(conn, {case for case in named.values() if case is not None})
    return {
        id_: HeldInspection(
            record=held.get(id_),
            of=of.get(case) if case is not None else None,
            recorded_at=held[id_].recorded_at if id_ in held else _NEVER,
        )
        for id_, case in named.items()
    }


async def save(conn: Connection, versions: Sequence[tuple[Event, BaseModel]]) -> int:
    """Store the next versions of inspections; return how many were."""
    return await records.save(conn, versions)


def _case(body: BaseModel, held: HeldRecord | None) -> UUID | None:
    if isinstance(body, RecordInspection):
        return body.case
    told = held.state["inspection"].get("of_case") if held else None
    return UUID(told) if told else None
