"""The HTTP interface of returns."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.returns import model
from services.returns.commands import AcceptReturn, CorrectReturn
from shared.commands import Desk
from shared.database import Pool
from shared.events.returns import Return
from shared.records import store as records


class ReturnAnswer(BaseModel):
    """A return as the ward office now holds it."""

    id: UUID
    sequence: int
    ward_return: Return = Field(serialization_alias="return", validation_alias="ward_return")


def return_routes(desk: Desk, pool: Pool) -> APIRouter:  # noqa: ARG001 - nothing is read here yet
    """Return the routes under which returns are accepted and corrected."""
    routes = APIRouter(prefix="/returns", tags=["returns"])

    @routes.post("", status_code=201, summary="Accept a return for a period")
    async def accept(command: AcceptReturn, request: Request) -> ReturnAnswer:
        call = await desk.call("accept_return", request)
        answer = await records.change(
            desk,
            call,
            model.return_id(command),
            lambda held, recorded: model.accept(held, command, recorded),
        )
        return ReturnAnswer.model_validate(answer)

    @routes.post("/{id}/correction", summary="Correct an accepted return")
    async def correct(id: UUID, command: CorrectReturn, request: Request) -> ReturnAnswer:  # noqa: A002
        call = await desk.call("correct_return", request)
        answer = await records.change(
            desk,
            call,
            id,
            lambda held, recorded: model.correct(held, command, recorded),
            command.reason,
        )
        return ReturnAnswer.model_validate(answer)

    return routes
