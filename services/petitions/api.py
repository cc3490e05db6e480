"""The HTTP interface of citizen reception: visits and the weekly schedule."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from services.petitions import model
from services.petitions.commands import CorrectVisit, ReceiveVisit, SetReceptionSchedule
from shared.casework.model import unit_id
from shared.commands import Desk
from shared.database import Pool
from shared.events.petitions import ReceptionSchedule, Visit
from shared.records import store as records


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


def reception_routes(desk: Desk, pool: Pool) -> APIRouter:  # noqa: ARG001 - nothing is read here yet
    """Return the routes of visits and reception schedules."""
    routes = APIRouter(tags=["citizen reception"])

    @routes.post("/visits", status_code=201, summary="Record a visit of citizens")
    async def receive(command: ReceiveVisit, request: Request) -> VisitAnswer:
        call = await desk.call("receive_visit", request)
        visit_id = uuid7()
        answer = await records.change(
            desk,
            call,
            visit_id,
            lambda _, recorded: model.receive_visit(visit_id, command, recorded),
        )
        return VisitAnswer.model_validate(answer)

    @routes.post("/visits/{id}/correction", summary="Correct or cancel a visit")
    async def correct(id: UUID, command: CorrectVisit, request: Request) -> VisitAnswer:  # noqa: A002
        call = await desk.call("correct_visit", request)
        answer = await records.change(
            desk,
            call,
            id,
            lambda held, recorded: model.correct_visit(held, command, recorded),
            command.reason,
        )
        return VisitAnswer.model_validate(answer)

    @routes.post("/reception-schedules", status_code=201, summary="Set the weekly reception day")
    async def set_schedule(command: SetReceptionSchedule, request: Request) -> ScheduleAnswer:
        call = await desk.call("set_reception_schedule", request)
        unit = unit_id(command.unit, command.from_day)
        answer = await records.change(
            desk,
            call,
            model.schedule_id(unit, command),
            lambda held, recorded: model.set_schedule(held, unit, command, recorded),
        )
        return ScheduleAnswer.model_validate(answer)

    return routes
