"""The HTTP interface of inspections of construction sites: commands, and what they led to."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from services.permits import inspection_store, inspections
from services.permits.commands import (
    CorrectInspection,
    RecordFine,
    RecordInspection,
    RecordMinutes,
)
from shared.change_routes import ChangeRoutes
from shared.command_route import CommandRoute
from shared.database import Pool
from shared.desk import Desk
from shared.events.envelope import Event
from shared.events.permits import Inspection, InspectionData
from shared.records.api import add_history, change


class InspectionAnswer(BaseModel):
    """An inspection as the office now holds it."""

    id: UUID
    sequence: int
    inspection: Inspection


def inspection_routes(desk: Desk, pool: Pool) -> APIRouter:
    """Return the routes of inspections, their minutes and fines."""
    routes = APIRouter(prefix="/inspections", tags=["inspections"], route_class=CommandRoute)

    @routes.post(
        "",
        status_code=201,
        response_model=InspectionAnswer,
        summary="Record an inspection of a construction site",
    )
    async def record(command: RecordInspection, request: Request) -> Response:
        id_ = uuid7()
        return await change(
            desk,
            await desk.call("inspect", request),
            id_,
            command,
            lambda held, recorded: inspections.record(id_, held, command, recorded),
            answer=_answer,
            status=201,
            table=inspection_store,
        )

    made = ChangeRoutes(
        routes=routes,
        desk=desk,
        table=inspection_store,
        answer=_answer,
        model=InspectionAnswer,
        prefix="inspection_",
    )
    made.add("minutes", RecordMinutes, inspections.minute, "Record the minutes of a violation")
    made.add("fine", RecordFine, inspections.fine, "Record the fine of a violation")
    made.add(
        "correction", CorrectInspection, inspections.correct, "Correct or cancel an inspection"
    )
    add_history(routes, pool, "inspection", "")
    return routes


def _answer(event: Event) -> InspectionAnswer:
    assert isinstance(event.data, InspectionData)
    return InspectionAnswer(
        id=event.subject, sequence=event.sequence, inspection=event.data.inspection
    )
