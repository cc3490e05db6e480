"""The HTTP interface of inspections of construction sites: commands, and what they led to."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from services.permits import inspection_store, inspections
from services.permits.commands import (
    CorrectInspection,
    RecordFine,
    RecordInspection,
    RecordMinutes,
)
from services.permits.inspections import HeldInspection
from shared.command_route import CommandRoute
from shared.commands import Command
from shared.database import Pool
from shared.desk import Desk, told
from shared.events.envelope import Event
from shared.events.permits import Inspection, InspectionData
from shared.recorded import Recorded
from shared.records.api import add_history

type Decide = Callable[[HeldInspection | None, Any, Recorded], Event]


class InspectionAnswer(BaseModel):
    """An inspection as the office now holds it."""

    id: UUID
    sequence: int
    inspection: Inspection


def inspection_routes(desk: Desk, pool: Pool) -> APIRouter:
    """Return the routes of inspections, their minutes and fines."""
    routes = APIRouter(prefix="/inspections", tags=["inspections"], route_class=CommandRoute)

    async def run(
        name: str, request: Request, id_: UUID, command: BaseModel, decide: Decide, status: int
    ) -> Response:
        change = Command(
            call=await desk.call(name, request),
            table=inspection_store,
            subject=id_,
            body=command,
            decide=lambda held, recorded: decide(held, command, recorded),
            answer=_answer,
        )
        return told(await desk.run(change), status)

    @routes.post(
        "",
        status_code=201,
        response_model=InspectionAnswer,
        summary="Record an inspection of a construction site",
    )
    async def record(command: RecordInspection, request: Request) -> Response:
        id_ = uuid7()

        def decide(held: HeldInspection | None, body: Any, recorded: Recorded) -> Event:
            return inspections.record(id_, held, body, recorded)

        return await run("inspect", request, id_, command, decide, 201)

    def change(name: str, kind: type[BaseModel], decide: Decide, summary: str) -> None:
        """Add the route of a command that changes an inspection."""

        async def route(
            id: UUID,  # noqa: A002 - the name in the address
            command: Annotated[Any, Body()],
            request: Request,
        ) -> Response:
            return await run(f"inspection_{name}", request, id, command, decide, 200)

        route.__annotations__["command"] = kind
        routes.post(
            f"/{{id}}/{name}",
            response_model=InspectionAnswer,
            summary=summary,
            name=f"inspection_{name}",
        )(route)

    change("minutes", RecordMinutes, inspections.minute, "Record the minutes of a violation")
    change("fine", RecordFine, inspections.fine, "Record the fine of a violation")
    change("correction", CorrectInspection, inspections.correct, "Correct or cancel an inspection")
    add_history(routes, pool, "inspection", "")
    return routes


def _answer(event: Event) -> InspectionAnswer:
    assert isinstance(event.data, InspectionData)
    return InspectionAnswer(
        id=event.subject, sequence=event.sequence, inspection=event.data.inspection
    )
