"""The HTTP interface of returns."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.returns import model
from services.returns.commands import AcceptReturn, CorrectReturn
from shared.command_route import CommandRoute
from shared.database import Pool
from shared.desk import Desk
from shared.events.envelope import Event
from shared.events.returns import Return, ReturnData
from shared.records.api import change


class ReturnAnswer(BaseModel):
    """A return as the ward office now holds it."""

    id: UUID
    sequence: int
    ward_return: Return = Field(serialization_alias="return", validation_alias="ward_return")


def return_routes(desk: Desk, pool: Pool) -> APIRouter:  # noqa: ARG001 - nothing is read here yet
    """Return the routes under which returns are accepted and corrected."""
    routes = APIRouter(prefix="/returns", tags=["returns"], route_class=CommandRoute)

    @routes.post(
        "", status_code=201, response_model=ReturnAnswer, summary="Accept a return for a period"
    )
    async def accept(command: AcceptReturn, request: Request) -> Response:
        call = await desk.call("accept_return", request)
        return await change(
            desk,
            call,
            model.return_id(command),
            command,
            lambda held, recorded: model.accept(held, command, recorded),
            answer=_answer,
            status=201,
        )

    @routes.post(
        "/{id}/correction", response_model=ReturnAnswer, summary="Correct an accepted return"
    )
    async def correct(id: UUID, command: CorrectReturn, request: Request) -> Response:  # noqa: A002
        return await change(
            desk,
            await desk.call("correct_return", request),
            id,
            command,
            lambda held, recorded: model.correct(held, command, recorded),
            answer=_answer,
        )

    return routes


def _answer(event: Event) -> ReturnAnswer:
    assert isinstance(event.data, ReturnData)
    ward_return = event.data.ward_return
    return ReturnAnswer(id=event.subject, sequence=event.sequence, ward_return=ward_return)
