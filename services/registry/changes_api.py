"""The HTTP interface by which entries in the registers are changed: every route is a command."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel

from services.registry import changes, store
from services.registry.commands import CancelEntry, CorrectEntry, EndMarriage
from shared.casework.held import Held
from shared.command_route import CommandRoute
from shared.commands import Command
from shared.desk import Desk, told
from shared.events.envelope import Event
from shared.recorded import Recorded


class EntryVersion(BaseModel):
    """The entry that was changed, and the version that it is in now."""

    id: UUID
    sequence: int


def change_routes(desk: Desk) -> APIRouter:
    """Return the routes under which entries are corrected and taken back, marriages ended."""
    routes = APIRouter(prefix="/entries", tags=["entries"], route_class=CommandRoute)

    def change(
        name: str,
        kind: type[BaseModel],
        decide: Callable[[Held | None, Any, Recorded], Event],
        summary: str,
    ) -> None:
        """Add the route of a command."""

        async def route(
            id: UUID,  # noqa: A002 - the name in the address
            command: Annotated[Any, Body()],
            request: Request,
        ) -> Response:
            change = Command(
                call=await desk.call(f"entry_{name}", request),
                table=store,
                subject=id,
                body=command,
                decide=lambda held, recorded: decide(held, command, recorded),
                answer=_answer,
            )
            return told(await desk.run(change))

        route.__annotations__["command"] = kind
        post = routes.post(
            f"/{{id}}/{name}", response_model=EntryVersion, summary=summary, name=f"entry_{name}"
        )
        post(route)

    change("correction", CorrectEntry, changes.correct, "Correct, change or supplement an entry")
    change("cancellation", CancelEntry, changes.cancel, "Take an entry back")
    change("ending", EndMarriage, changes.end_marriage, "Note that a marriage ended")
    return routes


def _answer(event: Event) -> Mapping[str, object]:
    return {"id": event.subject, "sequence": event.sequence}
