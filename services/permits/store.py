"""The table of cases, each with the case of the permit that its command names."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pydantic import BaseModel

from services.permits.commands import ResolvePermitCase
from services.permits.named import HeldWithPermit
from shared.casework import store
from shared.casework.held import Held
from shared.database import Connection
from shared.events.envelope import Event


async def lock(conn: Connection, wanted: Mapping[UUID, BaseModel]) -> Mapping[UUID, Held]:
    """Return the cases that exist, and keep them and the permits that are named from changing."""
    permits = {
        id_: body.permit
        for id_, body in wanted.items()
        if isinstance(body, ResolvePermitCase) and body.permit is not None
    }
    held = await store.lock(conn, {*wanted, *permits.values()})
    return {
        id_: HeldWithPermit(**held[id_].parts, permit=held.get(permits[id_]))
        if id_ in permits
        else held[id_]
        for id_ in wanted
        if id_ in held
    }


async def save(conn: Connection, versions: Sequence[tuple[Event, BaseModel]]) -> int:
    """Store the next versions of cases; return how many."""
    return await store.save(conn, versions)
