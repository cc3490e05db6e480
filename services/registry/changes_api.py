"""The HTTP interface by which entries in the registers are changed: every route is a command."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.registry import changes, store
from services.registry.commands import CancelEntry, CorrectEntry, EndMarriage
from shared.change_routes import ChangeRoutes
from shared.command_route import CommandRoute
from shared.desk import Desk
from shared.events.envelope import Event


class EntryVersion(BaseModel):
    """The entry that was changed, and the version that it is in now."""

    id: UUID
    sequence: int


def change_routes(desk: Desk) -> APIRouter:
    """Return the routes under which entries are corrected and taken back, marriages ended."""
    routes = APIRouter(prefix="/entries", tags=["entries"], route_class=CommandRoute)

    made = ChangeRoutes(
        routes=routes,
        desk=desk,
        table=store,
        answer=_answer,
        model=EntryVersion,
        prefix="entry_",
    )
    made.add("correction", CorrectEntry, changes.correct, "Correct, change or supplement an entry")
    made.add("cancellation", CancelEntry, changes.cancel, "Take an entry back")
    made.add("ending", EndMarriage, changes.end_marriage, "Note that a marriage ended")
    return routes


def _answer(event: Event) -> Mapping[str, object]:
    return {"id": event.subject, "sequence": event.sequence}
