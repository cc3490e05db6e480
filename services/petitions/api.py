"""The HTTP interface of citizen reception: visits and the weekly schedule."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from services.petitions import model
from services.petitions.commands import CorrectVisit, ReceiveVisit, SetReceptionSchedule
from shared.casework.place import unit_id
from shared.command_route import CommandRoute
from shared.database import Pool
from shared.desk import Desk
from shared.events.envelope import Event
from shared.events.petitions import ReceptionSchedule, ReceptionScheduleData, Visit, VisitData
from shared.records.api import add_history, change


class VisitAnswer(BaseModel):
    """A visit as the office now holds it."""

    id: UUID
    sequence: int
    visit: Visit


class ScheduleAnswer(BaseModel):
    """A reception schedule as the office now holds it."""

    id: UUID
    sequence: int
    schedule: ReceptionSchedule


def reception_routes(desk: Desk, pool: Pool) -> APIRouter:
    """Return the routes of visits and reception schedules."""
    routes = APIRouter(tags=["citizen reception"], route_class=CommandRoute)

    @routes.post(
        "/visits",
        status_code=201,
        response_model=VisitAnswer,
        summary="Record a visit of citizens",
    )
    async def receive(command: ReceiveVisit, request: Request) -> Response:
        visit_id = uuid7()
        return await change(
            desk,
            await desk.call("receive_visit", request),
            visit_id,
            command,
            lambda _, recorded: model.receive_visit(visit_id, command, recorded),
            answer=_visit,
            status=201,
        )

    @routes.post(
        "/visits/{id}/correction",
        response_model=VisitAnswer,
        summary="Correct or cancel a visit",
    )
    async def correct(id: UUID, command: CorrectVisit, request: Request) -> Response:  # noqa: A002
        return await change(
            desk,
            await desk.call("correct_visit", request),
            id,
            command,
            lambda held, recorded: model.correct_visit(held, command, recorded),
            answer=_visit,
        )

    @routes.post(
        "/reception-schedules",
        status_code=201,
        response_model=ScheduleAnswer,
        summary="Set the weekly reception day",
    )
    async def set_schedule(command: SetReceptionSchedule, request: Request) -> Response:
        call = await desk.call("set_reception_schedule", request)
        unit = unit_id(command.unit, command.from_day)
        return await change(
            desk,
            call,
            model.schedule_id(unit, command),
            command,
            lambda held, recorded: model.set_schedule(held, unit, command, recorded),
            answer=_schedule,
            status=201,
        )

    add_history(routes, pool, "visit", "/visits")
    return routes


def _visit(event: Event) -> VisitAnswer:
    assert isinstance(event.data, VisitData)
    return VisitAnswer(id=event.subject, sequence=event.sequence, visit=event.data.visit)


def _schedule(event: Event) -> ScheduleAnswer:
    assert isinstance(event.data, ReceptionScheduleData)
    schedule = event.data.schedule
    return ScheduleAnswer(id=event.subject, sequence=event.sequence, schedule=schedule)
